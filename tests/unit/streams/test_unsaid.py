"""What a worker that died had stored of excursions and not said: the next one says it."""

from dataclasses import replace

import pytest
from kept_store import Way

from coldchain.enrolment import Enrolled, Plans
from coldchain.frames import Channel, Frame
from coldchain.registry import CompartmentEntry, Entry, Registration
from runtime.profiles import load_profiles

T0 = 1_795_413_600_000
MINUTE = 60_000


def way() -> Way:
    boxes = {"main": CompartmentEntry(profile="iced-seafood")}
    entry = Entry(since="2026-01-01T00:00:00Z", kind="van", asset="V", compartments=boxes)
    registration = Registration(device="van-1", history=[entry])
    return Way(Enrolled.of(registration, Plans(load_profiles())))


def frame(minute: float, *values: float) -> Frame:
    start = T0 + round(minute * MINUTE)
    air = Channel(name="main.product", start=start, step=MINUTE, values=list(values))
    return Frame(v=1, device="van-1", boot=1, seq=0, sent=start, channels=[air])


@pytest.mark.parametrize(("are_said", "states"), [(True, []), (False, ["closed"])])
def test_an_excursion_found_again_as_it_is_stored_is_said_where_it_was_not(
    are_said: bool, states: list[str]
) -> None:
    one = way()
    one.take(frame(0, 2.0, 7.0, 2.0, 2.0))
    one.records.clear()
    one.kept.are_said = are_said
    one.take(frame(1, 7.0))  # again, late: it changes nothing
    one.settle()
    assert [record.state for record in one.records if record.limit == "warm"] == states


def test_an_excursion_that_is_not_found_again_is_withdrawn_though_it_was_never_said() -> None:
    one = way()
    one.take(frame(1, 7.0, 2.0))
    first = {record.id for record in one.records if record.limit == "warm"}
    one.records.clear()
    one.kept.are_said = False
    one.take(frame(0, 7.0))  # it began earlier: another excursion, by its first reading
    one.settle()
    about = [record for record in one.records if record.limit == "warm"]
    gone = {record.id for record in about if record.state == "withdrawn"}
    gone |= {old for record in about for old in record.supersedes}
    assert first == gone


@pytest.mark.parametrize("late", [6.0, 2.0], ids=["goes on", "ended between"])
def test_what_is_judged_again_is_never_as_of_less_than_what_a_dead_worker_said(
    late: float,
) -> None:
    """It had said more than its state knew: a lower offset would be ignored for ever."""
    one = way()
    one.take(frame(0, 2.0, 7.0, 7.0))
    for key, standing in one.kept.standing.items():
        one.kept.standing[key] = replace(standing, as_of=180)
    one.records.clear()
    one.take(frame(1.5, late))
    one.settle()
    first, *_ = [record for record in one.records if record.limit == "warm"]
    assert first.as_of == 180
