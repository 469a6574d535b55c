"""Reminders, quiet hours, silences, budgets, and three people for medicine."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.hours import Hours, parse, quiet_until
from alerts.routes import Recipient, Routes, Rule, Step
from coldchain.times import HOUR_MS, MINUTE_MS, iso

#: The world begins at 14:00 in Shanghai.
SHANGHAI = ZoneInfo("Asia/Shanghai")


def _people(*names: str, **changes: Any) -> dict[str, Recipient]:
    made = {one: Recipient(one, {"phone": f"json://127.0.0.1/{one}"}, "en") for one in names}
    return {name: replace(one, **changes.get(name, {})) for name, one in made.items()}


def test_nobody_answering_is_reminded_at_the_repeat_interval_and_not_after_an_answer(
    make_world: Any, make_record: Any
) -> None:
    routes = Routes(_people("wang"), Rule("default", ("wang",)))
    world = make_world(routes=routes)
    world.enrol()
    world.say(make_record("x1"))
    world.go_to(125, step=1)
    assert [minute for minute, _, _ in world.heard] == [1.0, 60.0, 120.0]
    assert [word[4] for word in world.words] == [0, 1, 2]
    assert "Reminder 2" in world.heard[-1][2].message.body
    world.acknowledge("x1")
    world.go_to(240, step=1)
    assert len(world.heard) == 3


def test_a_rules_own_interval_goes_before_the_settings(make_world: Any, make_record: Any) -> None:
    routes = Routes(_people("wang"), Rule("default", ("wang",), repeat=15 * MINUTE_MS))
    world = make_world(routes=routes)
    world.enrol()
    world.say(make_record("x1"))
    world.go_to(31, step=1)
    assert [minute for minute, _, _ in world.heard] == [1.0, 15.0, 30.0]


def test_whoever_has_it_in_hand_is_reminded_if_it_lasts_and_nobody_else(
    world: Any, make_record: Any
) -> None:
    world.say(make_record("x1"))
    world.go_to(12)
    world.acknowledge("x1", by="duty")
    world.go_to(12 + 125, step=1)
    assert world.people() == ["wang", "duty", "duty"]
    assert world.status("x1") == "acknowledged"


def test_a_warning_waits_for_the_end_of_quiet_hours_and_a_critical_one_does_not(
    make_world: Any, make_record: Any
) -> None:
    quiet = (parse("13:00-15:00"),)
    routes = Routes(_people("wang", wang={"quiet": quiet}), Rule("default", ("wang",)))
    world = make_world(routes=routes)
    world.enrol()
    world.say(make_record("w1", severity="warning"))
    world.say(make_record("w2", severity="warning", compartment="rear"))
    world.go_to(30, step=1)
    assert world.heard == []
    world.say(make_record("w2", "closed", severity="warning", compartment="rear", as_of=2))
    world.say(make_record("x1", device="van-2"))
    world.go_to(59, step=1)
    assert [word[2] for word in world.words] == ["x1"]
    world.go_to(61, step=1)
    assert [word[2] for word in world.words] == ["x1", "w1"]  # w2 was over by then: no news
    assert world.heard[-1][0] == 60.0


def test_a_warning_that_turns_critical_in_quiet_hours_is_told_at_once(
    make_world: Any, make_record: Any
) -> None:
    quiet = (parse("13:00-07:00"),)
    routes = Routes(_people("wang", wang={"quiet": quiet}), Rule("default", ("wang",)))
    world = make_world(routes=routes)
    world.enrol()
    world.say(make_record("w1", severity="warning"))
    world.go_to(10)
    world.say(make_record("x1", channel="main.air"))
    world.go_to(11)
    assert [word[2:4] for word in world.words] == [("w1", "critical")]


def test_escalation_counts_from_the_end_of_quiet_hours(make_world: Any, make_record: Any) -> None:
    people = _people("wang", "duty", wang={"quiet": (parse("13:00-15:00"),)})
    steps = (Step(10 * MINUTE_MS, ("duty",)),)
    world = make_world(routes=Routes(people, Rule("default", ("wang",), steps)))
    world.enrol()
    world.say(make_record("w1", severity="warning"))
    world.go_to(80, step=1)
    assert [(who, minute) for minute, who, _ in world.heard] == [("wang", 60.0), ("duty", 70.0)]


@pytest.mark.parametrize(
    ("quiet", "hours"),
    [
        ([], 0.0),
        (["22:00-07:00"], 0.0),
        (["13:00-15:30"], 1.5),
        (["13:00-07:00"], 17.0),
        (["13:00-15:00", "14:30-16:00"], 2.0),
        (["14:00-13:59"], 23 + 59 / 60),
    ],
)
def test_quiet_hours_end_on_the_persons_own_clock(
    world: Any, quiet: list[str], hours: float
) -> None:
    until = quiet_until(map(parse, quiet), world.now, SHANGHAI)
    assert until - world.now == round(hours * HOUR_MS)


def test_hours_that_are_none_are_refused() -> None:
    for text in ("7-8", "24:00-07:00", "07:00-07:00", "07:60-08:00", ""):
        with pytest.raises(ValueError, match=r"hours of the day|begins as it ends"):
            parse(text)


def test_a_silences_owner_is_reminded_before_its_end_with_what_it_holds_back(
    world: Any, make_record: Any
) -> None:
    world.silence("van-1", minutes=60, by="chief")
    world.say(make_record("x1"))
    world.go_to(49, step=1)
    assert world.heard == []
    world.go_to(59, step=1)
    [(minute, who, letter)] = world.heard
    assert (minute, who) == (50.0, "chief")
    assert letter.message.title == "[Reminder] silence of van-1 ends 15:00"
    assert "Troubles that go on there: 1" in letter.message.body


def test_a_silence_that_was_ended_reminds_nobody(world: Any) -> None:
    world.silence("van-1", minutes=60, by="chief")
    world.go_to(5)
    world.silence("van-1", minutes=0, by="chief")
    world.go_to(70, step=1)
    assert world.heard == []


def test_a_silence_reminds_once_whatever_crashes(world: Any) -> None:
    world.silence("van-1", minutes=60, by="chief")
    world.go_to(50, step=50)
    world.crash()
    world.go_to(59, step=1)
    assert world.people() == ["chief"]


def test_more_devices_than_a_phone_should_ring_for_are_one_message(
    world: Any, make_record: Any
) -> None:
    for number in range(12):
        world.say(make_record(f"x{number}", device=f"ghost-{number:02}"))
    world.go_to(1)
    [(_, who, letter)] = world.heard
    assert who == "duty"
    assert len(letter.alerts) == 12
    assert letter.message.title == "[CRITICAL] 12 out of range at 12 assets, 12 critical"


def test_after_a_message_about_many_the_next_waits_and_has_what_came_since(
    make_world: Any, make_record: Any
) -> None:
    world = make_world(digest_interval=30.0)
    for number in range(30):  # two a second
        world.say(make_record(f"x{number}", device=f"ghost-{number:02}"))
        if number >= 9:
            world.go_to((number - 8) / 120, step=1 / 120)
    world.go_to(1, step=1 / 120)
    assert [len(letter.alerts) for _, _, letter in world.heard] == [10, 20]
    first, second = (minute * 60 for minute, _, _ in world.heard)
    assert 30 <= second - first <= 31


def test_a_storm_is_a_few_messages_and_loses_no_critical_one(
    make_world: Any, make_record: Any
) -> None:
    usual = {"group_interval": 300.0, "group_interval_critical": 60.0, "digest_interval": 30.0}
    world = make_world(group_wait=20.0, per_minute=6, **usual)
    critical: set[str] = set()
    for number in range(1_500):  # 60 lockers of 25 compartments, within a minute
        severity = "critical" if number % 10 == 0 else "warning"
        place = {"device": f"locker-{number % 60:02}", "compartment": f"c{number // 60:02}"}
        world.say(make_record(f"x{number}", severity=severity, **place))
        critical.update([f"x{number}"] if severity == "critical" else [])
        if number % 25 == 24:
            world.go_to((number + 1) / 1_500, step=1 / 60)
    world.go_to(3, step=1 / 60)
    assert critical <= {word[2] for word in world.words}
    assert len({word[2] for word in world.words}) == len(world.words)
    assert len(world.heard) <= 8


def test_without_pages_what_a_message_can_not_name_goes_as_the_next(
    make_world: Any, make_record: Any
) -> None:
    world = make_world(digest_interval=30.0)
    for number in range(150):
        place = {"device": f"locker-{number % 10}", "compartment": f"c{number // 10:02}"}
        world.say(make_record(f"x{number:03}", **place))
    world.go_to(5, step=1 / 60)
    assert [len(letter.alerts) for _, _, letter in world.heard] == [60, 60, 30]
    assert len({word[2] for word in world.words}) == len(world.words) == 150
    for _, _, letter in world.heard:
        lines = letter.message.body.splitlines()
        for alert in letter.alerts:
            number = int(alert[1:])
            device, compartment = f"locker-{number % 10}", f"c{number // 10:02}"
            assert any(device in one and compartment in one for one in lines), (alert, lines)


def test_beyond_the_budget_nothing_is_lost_and_what_waits_goes_as_one(
    make_world: Any, make_record: Any
) -> None:
    world = make_world(per_minute=3)
    told: set[str] = set()
    for number in range(30):  # one every two seconds
        world.say(make_record(f"x{number}", device=f"ghost-{number:02}"))
        world.go_to((number + 1) / 30, step=1 / 30)
    in_the_minute = len(world.heard)
    world.go_to(3)
    told.update(word[2] for word in world.words)
    assert in_the_minute <= 3
    assert told == {f"x{number}" for number in range(30)}
    assert len(world.words) == 30


def test_the_last_of_a_budget_is_for_critical_messages(make_world: Any, make_record: Any) -> None:
    world = make_world(per_minute=3)
    for number in range(3):
        world.say(make_record(f"w{number}", device=f"ghost-{number}", severity="warning"))
        world.go_to(world.minute + 0.1, step=0.1)
    assert len(world.heard) == 2
    world.say(make_record("x", device="ghost-x"))
    world.go_to(world.minute + 0.1, step=0.1)
    assert world.heard[-1][2].alerts == ("x", "w2")


def test_the_next_word_about_the_same_device_waits_its_interval_unless_it_is_graver(
    make_world: Any, make_record: Any
) -> None:
    world = make_world(group_interval=300.0, group_interval_critical=60.0)
    world.enrol()
    world.say(make_record("w1", severity="warning"))
    world.go_to(1)
    world.say(make_record("w2", severity="warning", compartment="rear"))
    world.go_to(2)
    world.say(make_record("x3", compartment="third"))
    world.go_to(3)
    world.say(make_record("x4", compartment="fourth"))
    world.go_to(7)
    assert [(minute, letter.alerts) for minute, who, letter in world.heard if who == "wang"] == [
        (0.5, ("w1",)),
        (2.5, ("x3", "w2")),
        (3.5, ("x4",)),
    ]


def test_critical_medicine_tells_at_least_three_people_at_once(
    make_world: Any, make_record: Any
) -> None:
    steps = (Step(10 * MINUTE_MS, ("li",)), Step(20 * MINUTE_MS, ("zhao",)))
    people = _people("wang", "li", "zhao", "qian")
    routes = Routes(people, Rule("default", ("qian",)), (Rule("all", ("wang",), steps),))
    world = make_world(routes=routes)
    world.enrol(profile="vaccine-2-8")
    world.say(make_record("x1", profile="vaccine-2-8"))
    world.go_to(1)
    assert sorted(world.people()) == ["li", "wang", "zhao"]
    world.say(make_record("x2", device="van-2", profile="iced-seafood"))
    world.go_to(2)
    assert world.people()[3:] == ["wang"]


def test_mains_lost_where_medicine_is_aboard_tells_three_too(
    make_world: Any, make_condition: Any
) -> None:
    world = make_world(
        routes=Routes(_people("wang", "li", "zhao"), Rule("default", ("wang", "li", "zhao")))
    )
    world.enrol(profile="medicine-2-8-gsp")
    world.say(make_condition("mains-lost"))
    world.go_to(1)
    assert sorted(world.people()) == ["li", "wang", "zhao"]


def test_routes_with_too_few_people_for_medicine_say_so_in_the_history(
    make_world: Any, make_record: Any
) -> None:
    world = make_world(routes=Routes(_people("wang"), Rule("default", ("wang",))))
    world.say(make_record("x1", profile="vaccine-2-8"))
    [note] = [row["note"] for row in world.db.execute("SELECT note FROM history")]
    assert "2 people too few" in note


def test_the_crew_on_shift_hears_first(make_world: Any, make_record: Any) -> None:
    early = {"crews": ("harbour",), "shift": (parse("06:00-14:00"),)}
    late = {"crews": ("harbour",), "shift": (parse("14:00-22:00"),)}
    people = _people("wang", "li", "duty", wang=early, li=late)
    routes = Routes(people, Rule("default", ("duty",)), (Rule("vans", ("@crew",), kind=("van",)),))
    world = make_world(routes=routes)
    world.enrol()
    world.say(make_record("x1"))
    world.go_to(1)
    assert world.people() == ["li"]


def test_the_nearest_cold_space_that_works_is_named(make_world: Any, make_record: Any) -> None:
    world = make_world(locate=lambda device: (36.06, 120.38) if device == "van-1" else None)
    world.enrol()
    near = {"kind": "hub", "position": (36.07, 120.38)}
    far = {"kind": "warehouse", "position": (36.10, 120.38)}
    world.enrol("hub-1", **near)
    world.enrol("hub-2", **far)
    world.enrol("hub-3", **near, profile="frozen")
    world.enrol("hub-4", **near, duty="under-repair")
    world.say(make_record("x1"))
    world.go_to(1)
    assert "the hub-1（1.1 公里）" in world.heard[-1][2].message.body
    world.say(make_record("x2", device="hub-1"))
    world.say(make_record("x3", compartment="rear"))
    world.go_to(2)
    body = next(one for _, _, one in world.heard if "x3" in one.alerts).message.body
    assert "the hub-2（4.4 公里）" in body  # hub-1 is in trouble itself


def test_a_warning_says_how_long_until_the_graver_limit(make_world: Any, make_record: Any) -> None:
    from coldchain.limits import Limit
    from coldchain.profile import Profile

    limits = (
        Limit("warming", "above", 8_000_000, 30 * MINUTE_MS, "warning"),
        Limit("warm", "above", 8_000_000, 600 * MINUTE_MS, "critical"),
    )
    profile = Profile("vaccine-2-8", {}, limits, 600_000, 0, 60_000)
    world = make_world(profiles={"vaccine-2-8": profile})
    world.enrol()
    same = {"profile": "vaccine-2-8", "start": iso(world.now)}
    world.say(make_record("x2", "opened", limit="warm", **same))
    world.go_to(30)
    world.say(make_record("x1", limit="warming", severity="warning", **same))
    world.go_to(31)
    assert "再过约 569 分钟转为严重" in world.heard[-1][2].message.body
    assert [row["id"] for row in world.alerts()] == ["x1"]


def test_hours_over_midnight_hold_on_both_sides() -> None:
    night = Hours(22 * 60, 7 * 60)
    assert [night.hold(minute) for minute in (0, 419, 420, 1319, 1320, 1439)] == [
        True,
        True,
        False,
        False,
        True,
        True,
    ]
