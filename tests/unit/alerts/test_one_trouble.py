"""One trouble is one word: several limits, probes that come and go, what says another already."""

from itertools import pairwise
from typing import Any

import pytest

from alerts.trouble import MUTES
from coldchain.rules.table import RULES
from coldchain.times import MINUTE_MS, iso


def _at(world: Any, minute: float) -> str:
    return iso(world.now - round((world.minute - minute) * MINUTE_MS))


def test_three_probes_and_a_warning_of_one_compartment_and_side_are_one_alert(
    world: Any, make_record: Any
) -> None:
    world.say(make_record("x1"))
    world.say(make_record("x2", channel="main.air", severity="warning"))
    world.go_to(2)
    world.say(make_record("x3", channel="main.air.rear"))
    world.go_to(30, step=1)
    assert [row["id"] for row in world.alerts()] == ["x1"]
    assert [word[2:4] for word in world.words if word[0] == "wang"] == [("x1", "critical")]


def test_a_graver_limit_of_the_same_side_speaks_again_as_the_same_alert(
    world: Any, make_record: Any
) -> None:
    world.say(make_record("x1", severity="warning"))
    world.go_to(5)
    world.acknowledge("x1")
    world.say(make_record("x2", channel="main.air"))
    world.go_to(6)
    assert [word[2:4] for word in world.words] == [("x1", "warning"), ("x1", "critical")]
    assert world.status("x1") == "firing"


def test_the_other_side_and_another_compartment_are_troubles_of_their_own(
    world: Any, make_record: Any
) -> None:
    world.say(make_record("x1"))
    world.say(make_record("x2", limit="freezing"))
    world.say(make_record("x3", compartment="rear"))
    assert sorted(row["id"] for row in world.alerts()) == ["x1", "x2", "x3"]


def test_an_alert_is_over_only_when_all_that_it_is_made_of_is(world: Any, make_record: Any) -> None:
    world.say(make_record("x1"))
    world.say(make_record("x2", channel="main.air"))
    world.say(make_record("x1", "closed", as_of=2))
    assert world.status("x1") == "firing"
    world.say(make_record("x2", "closed", channel="main.air", as_of=2))
    assert world.status("x1") == "resolved"


def test_what_comes_and_goes_rings_once_in_a_while_and_says_how_often(
    world: Any, make_record: Any
) -> None:
    for number in range(8):  # beyond for three minutes, back for two
        start = world.minute
        mark = {"start": _at(world, start), "peak_at": _at(world, start)}
        world.say(make_record(f"x{number}", confirmed=_at(world, start), **mark))
        world.go_to(start + 3)
        ended = _at(world, start + 3)
        world.say(make_record(f"x{number}", "closed", end=ended, as_of=2, **mark))
        world.go_to(start + 5)
    [alert] = world.alerts()
    assert alert["flaps"] == 7
    minutes = [minute for minute, who, _ in world.heard if who == "wang"]
    assert len(minutes) == 3
    assert all(later - earlier >= 15 for earlier, later in pairwise(minutes))
    assert "时好时坏" in world.heard[-1][2].message.body


def test_what_comes_back_after_the_window_is_an_alert_of_its_own(
    world: Any, make_record: Any
) -> None:
    world.say(make_record("x1"))
    world.go_to(5)
    world.say(make_record("x1", "closed", as_of=2))
    world.go_to(60, step=5)
    later = _at(world, 55)
    world.say(make_record("x2", start=later, peak_at=later, confirmed=later))
    world.go_to(61)
    assert sorted(row["id"] for row in world.alerts()) == ["x1", "x2"]
    assert [word[2] for word in world.words] == ["x1", "x2"]


def test_an_answer_ends_with_its_alert_even_where_it_comes_back_at_once(
    world: Any, make_record: Any
) -> None:
    world.say(make_record("x1"))
    world.go_to(1)
    world.acknowledge("x1")
    world.say(make_record("x1", "closed", as_of=2))
    world.say(make_record("x2", start=iso(world.now)))
    assert world.status("x1") == "firing"
    world.go_to(40, step=1)
    assert [who for who in world.people() if who == "wang"] == ["wang", "wang"]
    assert "duty" in world.people()


def test_a_silent_device_mutes_its_battery_warning_and_what_lasts_is_told_after(
    world: Any, make_condition: Any
) -> None:
    world.say(make_condition("device-silent"))
    world.go_to(1)
    world.say(make_condition("battery-low"))
    world.go_to(20)
    assert {word[2] for word in world.words} == {"c-device-silent"}
    world.say(make_condition("device-silent", "cleared", as_of=2))
    world.go_to(22)
    assert {word[2] for word in world.words} == {"c-device-silent", "c-battery-low"}


def test_a_warning_that_still_waits_is_not_sent_beside_what_says_it_already(
    make_world: Any, make_condition: Any
) -> None:
    world = make_world(group_wait=60.0)
    world.enrol()
    world.say(make_condition("battery-low"))
    world.say(make_condition("device-silent"))
    world.go_to(5)
    assert {word[2] for word in world.words} == {"c-device-silent"}


def test_critical_is_never_muted_by_other_trouble(
    world: Any, make_record: Any, make_condition: Any
) -> None:
    world.say(make_condition("device-silent"))
    world.go_to(1)
    world.say(make_condition("mains-lost"))
    world.say(make_record("x1"))
    world.go_to(2)
    assert {word[2] for word in world.words} == {"c-device-silent", "c-mains-lost", "x1"}


def test_what_mutes_is_a_rule_that_there_is() -> None:
    rules = set(RULES) | {"above"}
    assert set(MUTES) <= rules
    assert set().union(*MUTES.values()) <= rules
    for muted in set().union(*MUTES.values()):
        assert RULES[muted].severity == "warning"


def test_a_sensor_lost_in_breach_keeps_its_alert_open_and_says_so(
    world: Any, make_record: Any, make_condition: Any
) -> None:
    world.say(make_record("x1", minutes=1.0))
    world.go_to(10)
    since = _at(world, 8)
    world.say(make_condition("device-silent", since=since, due=_at(world, 10)))
    world.go_to(85, step=1)
    assert world.status("x1") in world.unanswered
    silent = next(one for _, _, one in world.heard if "c-device-silent" in one.alerts)
    assert "失联前main舱 9.2 °C 已超限" in silent.message.body
    last = [one for _, who, one in world.heard if who == "wang" and "x1" in one.alerts][-1]
    assert "最后读数不早于 14:08" in last.message.body
    assert "第 1 次提醒" in last.message.body


def test_a_condition_that_was_over_before_anybody_heard_of_it_is_no_news(
    world: Any, make_condition: Any
) -> None:
    world.say(make_condition("door-open", "cleared", subject="main.door"))
    world.go_to(5)
    assert world.heard == []


def test_a_warning_that_is_over_while_its_message_waits_is_no_news_but_no_mains_is(
    make_world: Any, make_condition: Any
) -> None:
    world = make_world(group_wait=60.0)
    world.enrol()
    for rule in ("door-open", "mains-lost"):
        world.say(make_condition(rule))
        world.say(make_condition(rule, "cleared", as_of=2))
    world.go_to(5)
    assert {word[2] for word in world.words} == {"c-mains-lost"}


def test_a_device_whose_every_compartment_is_empty_is_quiet(
    world: Any, make_condition: Any
) -> None:
    world.enrol("van-1", "empty")
    world.say(make_condition("device-silent"))
    world.say(make_condition("door-open", subject="main.door"))
    world.go_to(5)
    assert world.heard == []


@pytest.mark.parametrize("rule", sorted(MUTES["device-silent"]))
def test_a_silent_device_mutes_its_warnings_and_never_what_is_critical(
    make_world: Any, make_condition: Any, rule: str
) -> None:
    for severity, told in (("warning", ["device-silent"]), ("critical", ["device-silent", rule])):
        world = make_world()
        world.enrol()
        world.say(make_condition("device-silent"))
        world.go_to(1)
        world.say(make_condition(rule, severity=severity))
        world.go_to(3)
        assert [word[2] for word in world.words] == [f"c-{one}" for one in told]


@pytest.mark.parametrize("state", ["confirmed", "presumed"])
def test_a_breach_of_a_silent_device_is_told_and_a_muted_warning_that_turns_critical_too(
    make_world: Any, make_condition: Any, make_record: Any, state: str
) -> None:
    world = make_world()
    world.enrol()
    world.say(make_condition("device-silent"))
    world.say(make_condition("fast-rise"))
    world.go_to(1)
    world.say(make_record("x1", state))
    world.say(make_condition("fast-rise", severity="critical", as_of=2))
    world.go_to(3)
    assert {word[2:4] for word in world.words} == {
        ("c-device-silent", "warning"),
        ("x1", "critical"),
        ("c-fast-rise", "critical"),
    }
