"""What a demo's summary says of records, faults and messages."""

from typing import Any

from coldchain.holding import confirmed, that_hold
from coldchain.records import ExcursionRecord, State
from runtime.demo.phone import Received
from runtime.demo.summary import judged_faults, problems


def record(identity: str, state: State = "confirmed", **more: Any) -> ExcursionRecord:
    return ExcursionRecord(
        **{
            "id": identity,
            "state": state,
            "device": "van-1",
            "compartment": "main",
            "channel": "main.air",
            "limit": "warm",
            "severity": "critical",
            "profile": "iced-seafood",
            "start": "2026-11-23T06:00:00.000Z",
            "confirmed": "2026-11-23T06:30:00.000Z",
            "end": None,
            "minutes": 30.0,
            "unknown_minutes": 0.0,
            "degree_minutes": 90.0,
            "peak": 7.0,
            "peak_at": "2026-11-23T06:10:00.000Z",
            "as_of": 1,
            **more,
        }
    )


def test_the_last_record_of_an_excursion_holds() -> None:
    held = that_hold([record("a", "opened"), record("a", "closed", as_of=2)])
    assert [one.state for one in held] == ["closed"]


def test_a_record_judged_at_a_lower_offset_is_ignored() -> None:
    held = that_hold([record("a", "closed", as_of=5), record("a", "confirmed", as_of=4)])
    assert [one.state for one in held] == ["closed"]


def test_the_withdrawn_and_the_superseded_do_not_hold() -> None:
    held = that_hold(
        [record("a"), record("b"), record("b", "withdrawn"), record("c", supersedes=["a"])]
    )
    assert [one.id for one in held] == ["c"]


def test_people_are_told_of_the_confirmed_and_the_presumed() -> None:
    found = [
        record("a", "opened", confirmed=None),
        record("b", "presumed", confirmed=None),
        record("c"),
    ]
    assert [one.id for one in confirmed(found)] == ["b", "c"]


def test_a_fault_of_several_channels_is_one_and_is_found_by_any() -> None:
    seeded = [
        {"device": "van-1", "channel": channel, "kind": "compressor-failed", "start": "x"}
        for channel in ("main.air", "main.product")
    ]
    assert [one["found"] for one in judged_faults(seeded, [record("a")])] == [True]
    assert [one["found"] for one in judged_faults(seeded, [])] == [False]


def said(**changed: Any) -> list[str]:
    fault = {"device": "van-1", "compartment": "main", "kind": "x", "found": True}
    as_it_should_be: dict[str, Any] = {
        "sent": 10,
        "stored": 10,
        "rejected": 0,
        "faults": [fault],
        "found": [record("a")],
        "messages": [Received("courier", "warm", "van-1")],
        "pending": 0,
        "panels": [],
    }
    return problems(**{**as_it_should_be, **changed})


def test_a_demo_as_it_should_be_has_no_problems() -> None:
    assert said() == []


def test_each_thing_that_is_not_as_it_should_be_is_said() -> None:
    assert said(stored=9) == ["10 readings were sent, 9 are stored"]
    assert said(rejected=2) == ["2 records were rejected"]
    assert said(messages=[]) == ["nobody was told"]
    assert said(pending=1) == ["1 messages were not delivered"]
    assert said(panels=["board / panel: no rows"]) == ["board / panel: no rows"]
    stray = record("b", device="van-2")
    assert said(found=[record("a"), stray]) == ["van-2 main: an excursion without a fault"]
    lost = {"device": "van-3", "compartment": "main", "kind": "door-left-open", "found": False}
    assert said(faults=[lost], found=[]) == ["the door-left-open of van-3 was not found"]
