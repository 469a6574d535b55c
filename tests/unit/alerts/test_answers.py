"""An answer counts for what had been told by its own time, whenever it arrives."""

from typing import Any

import pytest

from alerts.answers import Known, weigh
from coldchain.times import MINUTE_MS, SECOND_MS, iso


def _events(world: Any) -> list[tuple[str, str, str]]:
    rows = world.db.execute("SELECT event, after, who FROM history ORDER BY n")
    return [tuple(row) for row in rows]


def _said(world: Any, who: str) -> list[str]:
    return [word[3] for word in world.words if word[0] == who]


def test_an_answer_while_the_graver_word_still_waits_does_not_stop_it(
    make_world: Any, make_record: Any
) -> None:
    world = make_world(group_wait=20.0)
    world.enrol()
    world.say(make_record("x1", severity="warning"))
    world.go_to(5)
    world.say(make_record("x2", as_of=2))
    world.now += 5 * SECOND_MS
    world.acknowledge("x1")
    assert world.status("x1") == "firing"
    world.go_to(40)
    assert _said(world, "wang") == ["warning", "critical"]
    assert {"duty", "chief"} <= set(world.people())  # nobody has answered the critical one
    assert ("outgrown", "firing", "wang") in _events(world)
    world.acknowledge("x1")
    assert world.status("x1") == "acknowledged"


def test_a_tap_kept_since_before_it_got_worse_answers_only_the_warning(
    make_world: Any, make_record: Any
) -> None:
    world = make_world(group_wait=20.0)
    world.enrol()
    world.say(make_record("x1", severity="warning"))
    world.go_to(2)
    tapped = world.now
    world.go_to(5)
    world.say(make_record("x2", as_of=2))
    world.go_to(8)
    world.acknowledge("x1", at=tapped)
    world.go_to(40)
    assert world.status("x1") == "escalated"
    assert {"duty", "chief"} <= set(world.people())


def test_an_answer_from_before_it_was_over_and_came_back_answers_nothing(
    make_world: Any, make_record: Any
) -> None:
    world = make_world(group_wait=20.0)
    world.enrol()
    world.say(make_record("x1"))
    world.go_to(2)
    tapped = world.now
    world.acknowledge("x1", by="duty")
    world.go_to(6)
    world.say(make_record("x1", "closed", as_of=2))
    world.go_to(10)
    assert world.status("x1") == "closed"
    world.say(make_record("x2", as_of=3, start=iso(world.now), confirmed=iso(world.now)))
    world.acknowledge("x1", at=tapped)
    assert world.status("x1") == "firing"
    assert ("outdated", "firing", "wang") in _events(world)
    world.go_to(60)
    assert world.status("x1") == "escalated"
    assert {"duty", "chief"} <= set(world.people())


def test_an_answer_from_the_page_before_any_message_went_counts(
    make_world: Any, make_record: Any
) -> None:
    world = make_world(group_wait=60.0)
    world.enrol()
    world.say(make_record("x1"))
    world.acknowledge("x1", by="duty")
    world.go_to(60)
    assert world.status("x1") == "acknowledged"
    assert world.heard == []


def test_a_clock_that_is_behind_does_not_keep_anybody_from_answering(
    world: Any, make_record: Any
) -> None:
    world.say(make_record("x1"))
    world.go_to(5)
    world.acknowledge("x1", at=world.now - 60 * MINUTE_MS)
    assert world.status("x1") == "acknowledged"


def test_an_alert_whose_every_channel_fails_can_still_be_answered(
    world: Any, make_record: Any
) -> None:
    world.answers = lambda letter: "refused"
    world.say(make_record("x1", severity="warning"))
    world.go_to(1)
    world.say(make_record("x1", as_of=2))
    world.acknowledge("x1")
    assert world.status("x1") == "firing"  # words of the critical one still wait
    world.db.execute("UPDATE messages SET state = 'given-up', changed = ?", (world.now,))
    world.acknowledge("x1")
    assert world.status("x1") == "acknowledged"


def test_an_older_answer_takes_nothing_back_from_the_one_that_holds(
    make_world: Any, make_record: Any
) -> None:
    world = make_world()
    world.enrol()
    world.say(make_record("x1", severity="warning"))
    world.go_to(2)
    tapped = world.now
    world.say(make_record("x1", as_of=2))
    world.go_to(5)
    world.acknowledge("x1", by="duty")
    world.acknowledge("x1", by="wang", at=tapped)
    world.say(make_record("x1", "revised", as_of=3))
    [alert] = world.alerts()
    assert (alert["status"], alert["answered_by"]) == ("acknowledged", "duty")


@pytest.mark.parametrize(
    ("known", "verdict"),
    [
        (Known(None, "warning", "warning", "warning"), "counts"),
        (Known(None, "warning", "warning", "critical"), "outgrown"),
        (Known(None, "warning", None, "critical"), "outgrown"),
        (Known(None, "critical", None, "critical"), "counts"),
        (Known(None, "warning", "critical", "critical"), "counts"),
        (Known(None, None, None, None), "counts"),
        (Known(100, "critical", "critical", "critical"), "counts"),
        (Known(101, "critical", "critical", "critical"), "outdated"),
    ],
)
def test_what_an_answer_is_worth(known: Known, verdict: str) -> None:
    assert weigh(100, "critical", known).verdict == verdict
