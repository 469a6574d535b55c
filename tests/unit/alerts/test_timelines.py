"""Alerts as timelines: what happens at which minute, who is to hear of it and when."""

from itertools import pairwise
from typing import Any

import pytest

from coldchain.alert_commands import CommandError
from coldchain.times import DAY_MS, iso


def test_a_breach_is_told_within_the_group_wait_and_not_after_it_was_acknowledged(
    make_world: Any, make_record: Any
) -> None:
    world = make_world(group_wait=60.0)
    world.enrol()
    world.go_to(1)
    world.say(make_record(as_of=1))
    world.go_to(3)
    assert [(who, 2 <= minute <= 2.5) for minute, who, _ in world.heard] == [("wang", True)]
    world.acknowledge("x1")
    world.say(make_record("x1", "revised", as_of=2))
    world.go_to(120)
    assert world.people() == ["wang"]
    assert world.status("x1") == "acknowledged"
    world.say(make_record("x1", "closed", as_of=3))
    world.go_to(121)
    assert world.people() == ["wang"]
    assert world.status("x1") == "closed"


def test_an_opened_excursion_never_speaks(world: Any, make_record: Any) -> None:
    world.say(make_record("x1", "opened"))
    world.say(make_record("x1", "closed", confirmed=None, as_of=2))
    world.go_to(5)
    assert world.heard == []
    assert world.alerts() == []


def test_a_presumed_excursion_alerts_and_says_when_it_was_last_seen(
    world: Any, make_record: Any
) -> None:
    world.say(make_record("x1", "presumed", minutes=5.0))
    world.go_to(1)
    [(_, who, letter)] = world.heard
    assert who == "wang"
    assert "最后读数" in letter.message.body


def test_a_presumed_excursion_that_is_confirmed_later_does_not_speak_again(
    world: Any, make_record: Any
) -> None:
    world.say(make_record("x1", "presumed"))
    world.go_to(1)
    world.say(make_record("x1", "confirmed", as_of=2))
    world.go_to(5)
    assert world.people() == ["wang"]


def test_nobody_answering_escalates_step_by_step(world: Any, make_record: Any) -> None:
    world.say(make_record())
    world.go_to(59)
    assert [(who, minute) for minute, who, _ in world.heard] == [
        ("wang", 0.5),
        ("duty", 10.0),
        ("chief", 20.0),
    ]
    assert world.status("x1") == "escalated"


def test_an_answer_stops_the_escalation(world: Any, make_record: Any) -> None:
    world.say(make_record())
    world.go_to(12)
    world.acknowledge("x1", by="duty")
    world.go_to(60)
    assert world.people() == ["wang", "duty"]


def test_a_rising_severity_speaks_again_and_a_falling_one_does_not(
    world: Any, make_record: Any
) -> None:
    world.say(make_record(severity="warning", as_of=1))
    world.go_to(1)
    world.say(make_record(severity="critical", as_of=2))
    world.go_to(2)
    world.say(make_record(severity="warning", as_of=3))
    world.go_to(3)
    assert world.people() == ["wang", "wang"]


def test_a_rising_severity_takes_back_an_answer_to_the_lower_one(
    world: Any, make_record: Any
) -> None:
    world.say(make_record(severity="warning", as_of=1))
    world.go_to(1)
    world.acknowledge("x1")
    world.say(make_record(severity="critical", as_of=2))
    world.go_to(2)
    assert world.people() == ["wang", "wang"]
    assert world.status("x1") == "firing"


def test_an_alert_follows_the_excursion_that_supersedes_its_first(
    world: Any, make_record: Any
) -> None:
    world.say(make_record("x1"))
    world.go_to(1)
    world.say(make_record("x2", supersedes=["x1"], as_of=2))
    world.go_to(5)
    assert world.people() == ["wang"]
    assert [row["id"] for row in world.alerts()] == ["x1"]
    world.say(make_record("x2", "closed", as_of=3))
    assert world.status("x1") == "resolved"


def test_two_alerts_that_turn_out_to_be_one_go_on_as_one(world: Any, make_record: Any) -> None:
    world.say(make_record("x1"))
    world.say(make_record("x2", compartment="rear"))
    world.go_to(1)
    world.say(make_record("x3", supersedes=["x1", "x2"], as_of=2))
    world.go_to(5)
    assert (world.status("x1"), world.status("x2")) == ("firing", "resolved")
    assert world.people() == ["wang"]


def test_a_record_judged_earlier_than_the_one_held_is_ignored(world: Any, make_record: Any) -> None:
    world.say(make_record("x1", as_of=9))
    world.say(make_record("x1", "withdrawn", as_of=8))
    world.go_to(1)
    assert world.status("x1") == "firing"
    assert world.people() == ["wang"]


def test_what_is_withdrawn_before_it_was_told_is_not_told(
    make_world: Any, make_record: Any
) -> None:
    world = make_world(group_wait=120.0)
    world.enrol()
    world.say(make_record("x1"))
    world.go_to(1)
    world.say(make_record("x1", "withdrawn", as_of=2))
    world.go_to(10)
    assert world.heard == []
    assert world.states() == ["cancelled"]
    world.say(make_record("x1", "confirmed", as_of=3))
    world.go_to(20)
    assert world.people()[:1] == ["wang"]


def test_what_began_and_ended_between_two_looks_is_still_told(world: Any, make_record: Any) -> None:
    world.say(make_record("x1", "closed"))
    world.go_to(1)
    [(_, _, letter)] = world.heard
    assert "现已恢复" in letter.message.body
    assert world.status("x1") == "resolved"


def test_a_backfill_of_long_ago_wakes_nobody(world: Any, make_record: Any) -> None:
    long_ago = iso(world.now - 30 * DAY_MS)
    world.say(make_record("x1", "closed", start=long_ago, peak_at=long_ago, end=long_ago))
    world.go_to(5)
    assert world.heard == []
    assert world.status("x1") == "closed"


@pytest.mark.parametrize("duty", ["empty", "under-repair"])
def test_an_idle_compartment_is_quiet_unless_a_parcel_is_aboard(
    world: Any, make_record: Any, duty: str
) -> None:
    world.enrol("van-1", duty)
    world.say(make_record("x1"))
    world.go_to(1)
    assert world.heard == []
    world.say(make_record("x1", parcels_total=1, as_of=2))
    world.go_to(2)
    assert world.people() == ["wang"]


def test_several_excursions_of_one_device_within_the_wait_are_one_message(
    make_world: Any, make_record: Any
) -> None:
    world = make_world(group_wait=60.0)
    world.enrol()
    for number in range(3):
        world.say(make_record(f"x{number}", compartment=f"c{number}"))
    world.go_to(5)
    [(_, _, letter)] = world.heard
    assert "3 处" in letter.message.title


def test_a_silence_mutes_and_what_is_still_wrong_at_its_end_is_told_then(
    world: Any, make_record: Any
) -> None:
    world.silence("van-1", minutes=30)
    world.say(make_record("x1"))
    world.say(make_record("x2", compartment="rear"))
    world.go_to(10)
    world.say(make_record("x2", "closed", compartment="rear", as_of=2))
    world.go_to(29)
    assert world.words == []
    world.go_to(31)
    assert [word[2] for word in world.words] == ["x1"]
    assert (world.status("x1"), world.status("x2")) == ("firing", "closed")


def test_a_silence_can_be_ended_early(world: Any, make_record: Any) -> None:
    world.silence("van-1", minutes=30)
    world.say(make_record("x1"))
    world.go_to(5)
    world.silence("van-1", minutes=0)
    world.go_to(6)
    assert world.people() == ["wang"]


def test_a_crew_of_nobody_goes_to_the_default(world: Any, make_record: Any) -> None:
    world.enrol("van-1", crew="unknown")
    world.say(make_record("x1"))
    world.go_to(1)
    assert world.people() == ["duty"]


def test_a_device_that_nobody_registered_goes_to_the_default(world: Any, make_record: Any) -> None:
    world.say(make_record("x1", device="ghost"))
    world.go_to(1)
    assert world.people() == ["duty"]


def test_when_every_message_is_given_up_the_next_are_told(world: Any, make_record: Any) -> None:
    world.answers = lambda letter: "refused" if letter.recipient == "wang" else "delivered"
    world.say(make_record("x1"))
    world.go_to(1)
    world.db.execute("UPDATE alerts SET next_step = NULL")  # only giving up is looked at
    world.go_to(120, step=5)
    assert world.people() == ["duty", "chief"]  # who went unanswered in turn
    assert world.states()[0] == "given-up"


def test_a_channel_that_never_confirms_brings_two_copies_and_the_next_are_told(
    world: Any, make_record: Any
) -> None:
    world.answers = lambda letter: "unclear" if letter.recipient == "wang" else "delivered"
    world.say(make_record("x1"))
    world.go_to(8)
    assert world.people() == ["wang", "wang", "duty"]
    doubts = ["可能重复" in letter.message.title for _, _, letter in world.heard]
    assert doubts == [False, True, False]
    assert world.states() == ["uncertain", "sent"]
    [alert] = world.alerts()
    assert alert["status"] == "escalated"


def test_a_warning_in_doubt_comes_twice_at_most_and_waits_for_its_step(
    world: Any, make_record: Any
) -> None:
    world.answers = lambda letter: "unclear"
    world.say(make_record("w1", severity="warning"))
    world.go_to(9)
    assert world.people() == ["wang", "wang"]
    assert world.states() == ["uncertain"]


def test_an_answer_to_what_nobody_was_told_of_is_refused(world: Any) -> None:
    with pytest.raises(CommandError, match="no alert x9"):
        world.acknowledge("x9")


def test_an_answer_by_somebody_nobody_knows_is_refused_and_the_alert_goes_on(
    world: Any, make_record: Any
) -> None:
    world.say(make_record("x1"))
    world.go_to(1)
    with pytest.raises(CommandError, match="nobody in the routes is called 'wnag'"):
        world.acknowledge("x1", by="wnag")
    world.go_to(12)
    assert world.people() == ["wang", "duty"]
    assert world.status("x1") == "escalated"


def test_history_is_never_overwritten(world: Any, make_record: Any) -> None:
    world.say(make_record("x1"))
    world.acknowledge("x1")
    rows = [
        (row["event"], row["after"], row["who"])
        for row in world.db.execute("SELECT * FROM history ORDER BY n")
    ]
    assert rows == [("worse", "firing", ""), ("acknowledge", "acknowledged", "wang")]
    for attempt in ("UPDATE history SET who = 'me'", "DELETE FROM history"):
        with pytest.raises(Exception, match="history is never"):
            world.db.execute(attempt)


def test_a_critical_message_found_in_sending_goes_out_again_and_says_so(
    world: Any, make_record: Any
) -> None:
    world.say(make_record("x1"))
    world.take()
    world.crash()
    world.deliver()
    [(_, _, letter)] = world.heard
    assert "可能重复" in letter.message.title


def test_a_warning_found_in_sending_stays_uncertain(world: Any, make_record: Any) -> None:
    world.say(make_record("x1", severity="warning"))
    world.take()
    world.crash()
    world.go_to(5)
    assert world.heard == []
    assert world.states() == ["uncertain"]


def test_a_channel_that_is_down_is_tried_again_with_growing_waits(
    world: Any, make_record: Any
) -> None:
    tries: list[float] = []

    def down(_: Any) -> str:
        tries.append(world.now)
        return "refused" if len(tries) < 5 else "delivered"

    world.answers = down
    world.say(make_record("x1"))
    world.go_to(9, step=1 / 60)
    waits = [round((b - a) / 1000) for a, b in pairwise(tries)]
    assert waits == [2, 4, 8, 16]
    assert world.people() == ["wang"]


def test_an_excursion_that_goes_on_after_all_fires_again_without_a_word(
    world: Any, make_record: Any
) -> None:
    world.say(make_record("x1", as_of=1))
    world.go_to(1)
    world.say(make_record("x1", "closed", as_of=2))
    world.say(make_record("x1", "revised", end=None, as_of=3))
    world.go_to(2)
    assert world.status("x1") == "firing"
    assert world.people() == ["wang"]


def test_time_until_the_next_step_counts_from_the_telling(world: Any, make_record: Any) -> None:
    world.go_to(7)
    world.say(make_record("x1"))
    world.go_to(30)
    assert [minute for minute, _, _ in world.heard] == [7.5, 17.0, 27.0]
