"""No sequence of events leaves an alert open with nobody told, or tells one person twice."""

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.hours import Hours
from alerts.routes import Recipient, Routes, Rule, Step
from alerts.standing import RANK
from coldchain.times import MINUTE_MS, from_iso

COURIER = Recipient("wang", {"phone": "json://127.0.0.1/wang"}, "zh-CN", ("harbour",))
DUTY = Recipient("duty", {"phone": "json://127.0.0.1/duty"}, "en")
CHIEF = Recipient("chief", {"mail": "json://127.0.0.1/chief"}, "en")
ROUTES = Routes(
    {one.name: one for one in (COURIER, DUTY, CHIEF)},
    Rule("default", ("duty",)),
    (Rule("vans", ("@crew",), (Step(10 * MINUTE_MS, ("duty",)),), kind=("van",)),),
)

#: Excursions and the compartments they are in: two may be one trouble.
PLACES = {"a": "main", "b": "rear", "c": "main"}
EXCURSIONS = st.sampled_from(sorted(PLACES))
CONDITIONS = st.sampled_from(["device-silent", "battery-low", "mains-lost"])
SEVERITIES = st.sampled_from(["warning", "critical"])
STATES = st.sampled_from(["opened", "confirmed", "presumed", "revised", "closed", "withdrawn"])
SPEAKING = st.sampled_from(["confirmed", "closed", "withdrawn"])

EVENTS = st.one_of(
    st.tuples(st.just("say"), EXCURSIONS, STATES, SEVERITIES, st.just([])),
    st.tuples(st.just("say"), EXCURSIONS, SPEAKING, SEVERITIES, st.just([])),
    st.tuples(st.just("say"), EXCURSIONS, STATES, SEVERITIES, st.lists(EXCURSIONS, max_size=2)),
    st.tuples(
        st.just("condition"), CONDITIONS, st.sampled_from(["raised", "cleared", "withdrawn"])
    ),
    st.tuples(st.just("old"), EXCURSIONS, STATES, SEVERITIES),
    st.tuples(st.just("acknowledge"), EXCURSIONS, st.sampled_from([0.0, 0.1, 2.0, 15.0, 60.0])),
    st.tuples(st.just("silence"), st.floats(0, 20)),
    st.tuples(st.just("wait"), st.floats(0.1, 15)),
    st.tuples(st.just("crash in sending"), st.booleans()),
    st.tuples(st.just("say and crash"), EXCURSIONS, SEVERITIES, st.booleans()),
    st.tuples(st.just("answer"), st.sampled_from(["delivered", "refused", "unclear"])),
)


def _apply(
    world: Any, make_record: Any, make_condition: Any, event: tuple[Any, ...], as_of: int
) -> None:
    match event:
        case ("say", name, state, severity, supersedes):
            others = [one for one in supersedes if one != name]
            changes = {"severity": severity, "supersedes": others, "compartment": PLACES[name]}
            world.say(make_record(name, state, as_of=as_of, **changes))
        case ("condition", rule, state):
            world.say(make_condition(rule, state, as_of=as_of))
        case ("old", name, state, severity):
            world.say(make_record(name, state, severity=severity, as_of=0))
        case ("acknowledge", name, minutes_ago):
            if world.status(name) not in (None, "new"):
                world.acknowledge(name, at=world.now - round(minutes_ago * MINUTE_MS))
        case ("silence", minutes):
            world.silence("van-1", minutes)
        case ("wait", minutes):
            world.go_to(world.minute + minutes, step=minutes / 3)
        case ("say and crash", name, severity, it_came):
            world.say(make_record(name, severity=severity, as_of=as_of))
            _apply(world, make_record, make_condition, ("crash in sending", it_came), as_of)
        case ("crash in sending", it_came):
            for letter in world.take():
                if it_came:
                    world.hear(letter)
            world.crash()
        case ("answer", outcome):
            world.answers = lambda _: outcome


class Past:
    """How grave each alert was at which time since it was first told, seen from outside."""

    def __init__(self) -> None:
        self._was: dict[str, list[tuple[int, str]]] = {}

    def look(self, world: Any) -> None:
        for alert in world.alerts():
            was = self._was.setdefault(alert["id"], [])
            if alert["status"] != "new" and (not was or was[-1][1] != alert["severity"]):
                was.append((world.now, alert["severity"]))

    def known(self, world: Any, alert: str, at: int) -> int:
        """The rank of the gravest that anybody can have known of by then; its first, at the least.

        Words that came; where it is not sure which did, what the page showed.
        """
        was = self._was[alert]
        doubtful = world.db.execute(
            "SELECT 1 FROM tells JOIN messages ON messages.id = message WHERE alert = ?"
            " AND (again OR state IN ('given-up', 'uncertain'))",
            (alert,),
        ).fetchone()
        shown = [severity for when, severity in was if when <= at]
        came = [
            word[3]
            for word, when in zip(world.words, world.when, strict=True)
            if word[2] == alert and when <= at
        ]
        known = came if doubtful is None else shown
        return max(RANK[severity] for severity in (was[0][1], *known))


def _check_never_silent(world: Any, past: Past) -> None:
    """Who should act on an open alert was told of it as it is, may have been, or is about to be.

    Unless it is silenced, or in hand by an answer to something as grave.
    """
    past.look(world)
    for alert in world.alerts():
        if alert["status"] == "acknowledged" and not alert["owed"]:
            known = past.known(world, alert["id"], from_iso(alert["answered_at"]))
            assert RANK[alert["severity"]] <= known, dict(alert)
        if alert["status"] not in world.unanswered or alert["owed"]:
            continue
        told = world.db.execute(
            "SELECT tells.severity FROM tells JOIN messages ON messages.id = message"
            " WHERE alert = ? AND NOT cancelled AND state NOT IN ('given-up', 'cancelled')",
            (alert["id"],),
        )
        assert any(RANK[row["severity"]] >= RANK[alert["severity"]] for row in told), dict(alert)


def _check_never_twice(world: Any) -> None:
    """To one person, an alert speaks again only at a higher severity, or says it may be twice.

    No message comes more than twice, whatever its channel answers and however often we crash.
    """
    copies = Counter(letter.id for _, _, letter in world.heard)
    assert max(copies.values(), default=0) <= 2, world.words
    highest: dict[tuple[str, str, str], tuple[int, int]] = {}
    for who, channel, alert, severity, number, may_be_twice in world.words:
        rank = RANK[severity]
        before = highest.get((who, channel, alert), (0, -1))
        assert may_be_twice or rank > before[0] or number > before[1], world.words
        highest[who, channel, alert] = (max(rank, before[0]), max(number, before[1]))


WAKEFUL = {one.name: one for one in (COURIER, DUTY, CHIEF)}
SLEEPY = WAKEFUL | {"wang": replace(COURIER, quiet=(Hours(0, 1439),))}

WORLDS = st.fixed_dictionaries(
    {
        "group_wait": st.sampled_from([0.0, 60.0]),
        "group_interval": st.sampled_from([0.0, 300.0]),
        "digest_interval": st.sampled_from([0.0, 30.0]),
        "per_minute": st.sampled_from([1, 6]),
        "flap_wait": st.sampled_from([60.0, 900.0]),
        "repeat_critical": st.sampled_from([600.0, 3600.0]),
        "routes": st.sampled_from([ROUTES, replace(ROUTES, recipients=SLEEPY)]),
    }
)


@settings(max_examples=300, deadline=None)
@given(events=st.lists(EVENTS, min_size=3, max_size=25), chosen=WORLDS)
def test_no_sequence_leaves_an_alert_untold_or_tells_one_person_twice(
    make_world: Any,
    make_record: Any,
    make_condition: Any,
    events: list[tuple[Any, ...]],
    chosen: dict[str, Any],
) -> None:
    world, past = make_world(**chosen), Past()
    world.enrol()
    for as_of, event in enumerate(events, 1):
        _apply(world, make_record, make_condition, event, as_of)
        _check_never_silent(world, past)
        _check_never_twice(world)


@settings(max_examples=150, deadline=None)
@given(events=st.lists(EVENTS, max_size=15), chosen=WORLDS)
def test_whatever_came_before_a_critical_breach_that_stays_is_heard_or_in_hand(
    make_world: Any,
    make_record: Any,
    make_condition: Any,
    events: list[tuple[Any, ...]],
    chosen: dict[str, Any],
) -> None:
    world = make_world(**chosen)
    world.enrol()
    for as_of, event in enumerate(events, 1):
        _apply(world, make_record, make_condition, event, as_of)
    world.answers = lambda _: "delivered"
    world.say(make_record("last", as_of=1000))
    world.go_to(world.minute + 90, step=5)
    [own] = world.db.execute("SELECT alert FROM excursions WHERE id = 'last'").fetchall()
    told = {
        row["alert"]
        for row in world.db.execute(
            "SELECT alert FROM tells JOIN messages ON messages.id = message"
            " WHERE state = 'sent' AND NOT cancelled AND tells.severity = 'critical'"
        )
    }
    assert own["alert"] in told or world.status(own["alert"]) == "acknowledged"
