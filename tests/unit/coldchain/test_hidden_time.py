"""Hiding part of a record never makes it look better, while a reading beyond remains."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from judging import (
    MAX_GAP,
    START,
    chunks,
    close_calls,
    cuts,
    evidence,
    follow,
    hide,
    histories,
    lenient,
    plans,
)

from coldchain import columns
from coldchain.celsius import MICRO
from coldchain.columns import judge
from coldchain.exposure import SLOT_MS
from coldchain.judge import Plan
from coldchain.limits import Limit
from coldchain.segment import Interval
from coldchain.times import MINUTE_MS
from coldchain.verdict import Outcome, decide

#: An excursion that began in hidden time and went on, between threshold and `clear`, into sight.
BEGAN_UNSEEN = (
    Limit("warm", "above", 4 * MICRO, 30 * MINUTE_MS, "critical", clear=3 * MICRO + MICRO // 2),
    [
        (START + n * 5 * MINUTE_MS, quarters * MICRO // 4)
        for n, quarters in enumerate([12, 20, 20, 20, 20, 15, 15, 17, 17, 17, 17, 12])
    ],
)


def test_an_excursion_that_began_in_hidden_time_is_not_forgotten() -> None:
    limit, readings = BEGAN_UNSEEN
    plan = Plan("any", (limit,), MAX_GAP)

    def verdict(taken: list[tuple[int, int]]) -> str:
        history = [t for t, _ in taken], [v for _, v in taken]
        judged = judge(plan, *history)
        assert judged.excursions == follow(plan, *history).excursions
        return decide(lenient(plan), evidence(plan, judged)).verdict

    assert verdict(readings) == "reject"
    assert verdict(hide(readings, 1, 4)) == "review"


def test_stretches_hidden_on_both_sides_of_a_reading_between_may_be_one_excursion() -> None:
    # 32 min beyond in all, then 4 min of another excursion; hidden in two stretches of 20 min.
    limit = BEGAN_UNSEEN[0]
    quarters = [8, 20, 20, 20, 15, 20, 20, 20, 15, 8, 8, 8, 20, 8]
    readings = [(START + n * 5 * MINUTE_MS, q * MICRO // 4) for n, q in enumerate(quarters)]
    plan = Plan("any", (limit,), MAX_GAP)

    def verdict(taken: list[tuple[int, int]]) -> str:
        judged = judge(plan, [t for t, _ in taken], [v for _, v in taken])
        return decide(lenient(plan), evidence(plan, judged)).verdict

    assert verdict(readings) == "reject"
    assert verdict(hide(hide(readings, 5, 7), 1, 3)) == "review"


def judged_within(
    plan: Plan, readings: list[tuple[int, int]], span: Interval, mkt_limit: int | None = None
) -> Outcome:
    """The verdict on these readings of a record that long."""
    judged = judge(plan, [t for t, _ in readings], [v for _, v in readings], span=span)
    return decide(lenient(plan, mkt_limit), evidence(plan, judged))


@given(plans(), histories(1), cuts, chunks, st.data())
def test_a_record_longer_than_its_readings_is_judged_alike_by_both_forms(
    plan: Plan,
    history: tuple[list[int], list[int]],
    cut: list[int],
    chunk: int,
    data: st.DataObject,
) -> None:
    around = st.sampled_from([0, 1, MINUTE_MS, MAX_GAP, MAX_GAP + 1, 40 * MINUTE_MS])
    span = history[0][0] - data.draw(around), history[0][-1] + data.draw(around)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "CHUNK", chunk)
        judged = judge(plan, *history, span=span)
    assert judged.excursions == follow(plan, *history, cut, span=span).excursions
    assert (judged.start, judged.end) == span
    assert judged.unknown_ms == span[1] - span[0] - judged.sums.known_ms
    ends = history[0][0] - span[0], span[1] - history[0][-1]
    assert judged.longest_gap >= max(ends)


def test_what_was_beyond_when_it_was_last_read_is_presumed_to_have_stayed_so() -> None:
    plan = Plan("any", (replace(BEGAN_UNSEEN[0], clear=None),), MAX_GAP)
    taken = [(START, 2 * MICRO), (START + MINUTE_MS, 5 * MICRO)]
    told = judged_within(plan, taken, (START, START + 45 * MINUTE_MS))
    assert (told.verdict, [one.code for one in told.reasons]) == ("review", ["presumed"])
    soon = judged_within(plan, taken, (START, START + 20 * MINUTE_MS))
    assert soon.verdict == "accept"


def test_what_was_beyond_when_it_was_first_read_may_have_been_so_before() -> None:
    plan = Plan("any", (replace(BEGAN_UNSEEN[0], clear=None),), MAX_GAP)
    taken = [(START, 5 * MICRO), (START + MINUTE_MS, 2 * MICRO)]
    told = judged_within(plan, taken, (START - 45 * MINUTE_MS, START + MINUTE_MS))
    assert (told.verdict, [one.code for one in told.reasons]) == ("review", ["possible"])


def one_more(limit: Limit, readings: list[tuple[int, int]], excess: int) -> list[tuple[int, int]]:
    """The readings, and once more beyond for a moment, well after."""
    at = readings[-1][0]
    level = limit.clear_level - limit.sign * MICRO
    beyond = limit.threshold + limit.sign * excess
    more = [level, level, beyond, level]
    return [*readings, *((at + (n + 1) * MINUTE_MS, v) for n, v in enumerate(more))]


@given(close_calls(), st.data())
def test_hiding_readings_never_turns_reject_into_accept_while_one_beyond_remains(
    drawn: tuple[Limit, list[tuple[int, int]]], data: st.DataObject
) -> None:
    limit, readings = drawn
    if data.draw(st.booleans()):
        readings = one_more(limit, readings, MICRO)
    window = data.draw(st.sampled_from([0, 6 * SLOT_MS, 12 * SLOT_MS]))
    plan = Plan("any", (limit,), MAX_GAP, mkt_window=window)
    span = readings[0][0], readings[-1][0]

    def verdict(taken: list[tuple[int, int]]) -> str:
        return judged_within(plan, taken, span, 8 * MICRO).verdict

    assume(verdict(readings) == "reject")
    for _ in range(data.draw(st.integers(1, 3))):
        first = data.draw(st.integers(0, len(readings) - 1))
        readings = hide(readings, first, data.draw(st.integers(first, len(readings) - 1)))
        assume(readings)
    assume(any(limit.beyond(value) for _, value in readings))
    assert verdict(readings) != "accept"
