"""No sequence of events leaves an alert open with nobody told, or tells one person twice."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.standing import RANK

EXCURSIONS = st.sampled_from(["a", "b"])
SEVERITIES = st.sampled_from(["warning", "critical"])
STATES = st.sampled_from(["opened", "confirmed", "presumed", "revised", "closed", "withdrawn"])
SPEAKING = st.sampled_from(["confirmed", "closed", "withdrawn"])

EVENTS = st.one_of(
    st.tuples(st.just("say"), EXCURSIONS, STATES, SEVERITIES, st.just([])),
    st.tuples(st.just("say"), EXCURSIONS, SPEAKING, SEVERITIES, st.just([])),
    st.tuples(st.just("say"), EXCURSIONS, STATES, SEVERITIES, st.lists(EXCURSIONS, max_size=2)),
    st.tuples(st.just("old"), EXCURSIONS, STATES, SEVERITIES),
    st.tuples(st.just("acknowledge"), EXCURSIONS),
    st.tuples(st.just("silence"), st.floats(0, 20)),
    st.tuples(st.just("wait"), st.floats(0.1, 15)),
    st.tuples(st.just("crash in sending"), st.booleans()),
    st.tuples(st.just("say and crash"), EXCURSIONS, SEVERITIES, st.booleans()),
    st.tuples(st.just("answer"), st.sampled_from(["delivered", "refused", "unclear"])),
)


def _apply(world: Any, make_record: Any, event: tuple[Any, ...], as_of: int) -> None:
    match event:
        case ("say", name, state, severity, supersedes):
            others = [one for one in supersedes if one != name]
            world.say(make_record(name, state, severity=severity, supersedes=others, as_of=as_of))
        case ("old", name, state, severity):
            world.say(make_record(name, state, severity=severity, as_of=0))
        case ("acknowledge", name):
            if world.status(name) not in (None, "new"):
                world.acknowledge(name)
        case ("silence", minutes):
            world.silence("van-1", minutes)
        case ("wait", minutes):
            world.go_to(world.minute + minutes, step=minutes / 3)
        case ("say and crash", name, severity, it_came):
            world.say(make_record(name, severity=severity, as_of=as_of))
            _apply(world, make_record, ("crash in sending", it_came), as_of)
        case ("crash in sending", it_came):
            for letter in world.take():
                if it_came:
                    world.hear(letter)
            world.crash()
        case ("answer", outcome):
            world.answers = lambda _: outcome


def _check_never_silent(world: Any) -> None:
    """Who should act on an open alert was told of it as it is, may have been, or is about to be.

    Unless it is in hand, or silenced.
    """
    for alert in world.alerts():
        if alert["status"] not in world.unanswered or alert["owed"]:
            continue
        told = world.db.execute(
            "SELECT tells.severity FROM tells JOIN messages ON messages.id = message"
            " WHERE alert = ? AND NOT cancelled AND state NOT IN ('given-up', 'cancelled')",
            (alert["id"],),
        )
        assert any(RANK[row["severity"]] >= RANK[alert["severity"]] for row in told), dict(alert)


def _check_never_twice(world: Any) -> None:
    """To one person, an alert speaks again only at a higher severity, or says it may be twice."""
    highest: dict[tuple[str, str], int] = {}
    for who, alert, severity, may_be_twice in world.words:
        rank = RANK[severity]
        assert may_be_twice or rank > highest.get((who, alert), 0), world.words
        highest[who, alert] = max(rank, highest.get((who, alert), 0))


@settings(max_examples=300, deadline=None)
@given(events=st.lists(EVENTS, min_size=3, max_size=25), group_wait=st.sampled_from([0.0, 60.0]))
def test_no_sequence_leaves_an_alert_untold_or_tells_one_person_twice(
    make_world: Any, make_record: Any, events: list[tuple[Any, ...]], group_wait: float
) -> None:
    world = make_world(group_wait=group_wait)
    world.enrol()
    for as_of, event in enumerate(events, 1):
        _apply(world, make_record, event, as_of)
        _check_never_silent(world)
        _check_never_twice(world)


@settings(max_examples=150, deadline=None)
@given(events=st.lists(EVENTS, max_size=15))
def test_whatever_came_before_a_critical_breach_that_stays_is_heard_in_the_end(
    make_world: Any, make_record: Any, events: list[tuple[Any, ...]]
) -> None:
    world = make_world()
    world.enrol()
    for as_of, event in enumerate(events, 1):
        _apply(world, make_record, event, as_of)
    world.answers = lambda _: "delivered"
    world.say(make_record("last", as_of=1000))
    world.go_to(world.minute + 90, step=5)
    told = {
        row["alert"]
        for row in world.db.execute(
            "SELECT alert FROM tells JOIN messages ON messages.id = message"
            " WHERE state = 'sent' AND NOT cancelled"
        )
    }
    assert "last" in told
