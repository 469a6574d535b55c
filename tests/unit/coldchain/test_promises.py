"""The promises of the judge, for any readings: one set, one outcome, however it came."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judging import (
    MAX_GAP,
    chunks,
    close_calls,
    cuts,
    evidence,
    follow,
    histories,
    lenient,
    pauses,
    plans,
)

from coldchain import columns
from coldchain.celsius import MICRO
from coldchain.columns import judge
from coldchain.exposure import SLOT_MS, exposure, from_pieces, total, whole_slots
from coldchain.judge import Plan
from coldchain.limits import Limit
from coldchain.segment import Interval
from coldchain.times import MINUTE_MS
from coldchain.verdict import decide


@given(plans(), histories(), cuts, chunks)
def test_the_incremental_form_and_the_batch_form_agree_to_the_last_digit(
    plan: Plan, history: tuple[list[int], list[int]], cut: list[int], chunk: int
) -> None:
    told = follow(plan, *history, cut)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "CHUNK", chunk)
        judged = judge(plan, *history)
    assert judged.excursions == told.excursions
    assert judged.sums == total(plan.gauge, (piece.sums for piece in told.pieces))


@given(st.data(), plans(), histories(), cuts, chunks)
def test_pauses_leave_the_two_forms_agreeing(
    data: st.DataObject,
    plan: Plan,
    history: tuple[list[int], list[int]],
    cut: list[int],
    chunk: int,
) -> None:
    paused = data.draw(pauses(history[0]))
    told = follow(plan, *history, cut, paused)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "CHUNK", chunk)
        judged = judge(plan, *history, paused)
    assert judged.excursions == told.excursions
    assert judged.sums == total(plan.gauge, (piece.sums for piece in told.pieces))


@given(plans(), histories(), st.randoms(use_true_random=False), st.data())
def test_any_order_and_any_repeats_give_one_outcome(
    plan: Plan,
    history: tuple[list[int], list[int]],
    shuffler: random.Random,
    data: st.DataObject,
) -> None:
    readings = list(zip(*history, strict=True))
    again = data.draw(st.lists(st.sampled_from(readings), max_size=20)) if readings else []
    mixed = readings + again
    shuffler.shuffle(mixed)
    plain = judge(plan, *history)
    other = judge(plan, [t for t, _ in mixed], [v for _, v in mixed])
    assert other.excursions == plain.excursions
    assert other.sums == plain.sums
    assert (other.readings, other.duplicates, other.conflicts) == (len(readings), len(again), 0)
    assert decide(lenient(plan), evidence(plan, other)) == decide(
        lenient(plan), evidence(plan, plain)
    )


@given(plans(), histories(1), st.randoms(use_true_random=False), st.data())
def test_of_different_values_at_one_time_the_greater_stands_and_each_time_is_one_conflict(
    plan: Plan,
    history: tuple[list[int], list[int]],
    shuffler: random.Random,
    data: st.DataObject,
) -> None:
    readings = list(zip(*history, strict=True))
    lesser = [
        (at, value - less)
        for at, value in data.draw(st.lists(st.sampled_from(readings), max_size=10))
        for less in data.draw(st.lists(st.integers(1, MICRO), min_size=1, max_size=2))
    ]
    mixed = readings + lesser
    shuffler.shuffle(mixed)
    judged = judge(plan, [t for t, _ in mixed], [v for _, v in mixed])
    assert judged.excursions == judge(plan, *history).excursions
    assert judged.conflicts == len({at for at, _ in lesser})
    if lesser:
        assert decide(lenient(plan), evidence(plan, judged)).verdict != "accept"


@given(plans(), histories(1), st.lists(st.integers(0, 3_000), max_size=6), st.data())
def test_the_exposure_of_a_whole_is_the_sum_of_its_parts_wherever_cut(
    plan: Plan, history: tuple[list[int], list[int]], permille: list[int], data: st.DataObject
) -> None:
    times, _ = history
    paused = data.draw(pauses(times))
    start, end = times[0] - MINUTE_MS, times[-1] + MINUTE_MS
    marks = sorted({start, end, *(start + (end - start) * p // 3_000 for p in permille)})
    whole = exposure(plan.gauge, *history, (start, end), paused)
    parts = [exposure(plan.gauge, *history, span, paused) for span in itertools.pairwise(marks)]
    assert total(plan.gauge, parts) == whole
    assert whole == exposure(plan.gauge, *history, None, paused)


def near(history: tuple[list[int], list[int]], cut: Interval) -> tuple[list[int], list[int]]:
    """The readings in a cut, and the nearest one outside it on either side."""
    times, values = history
    first = max((n for n, at in enumerate(times) if at < cut[0]), default=0)
    last = min((n for n, at in enumerate(times) if at >= cut[1]), default=len(times) - 1)
    return times[first : last + 1], values[first : last + 1]


@given(plans(), histories(1), st.data())
def test_a_span_is_its_five_minute_pieces_and_raw_edges(
    plan: Plan, history: tuple[list[int], list[int]], data: st.DataObject
) -> None:
    times, _ = history
    paused = data.draw(pauses(times))
    moments = st.integers(times[0] - SLOT_MS, times[-1] + SLOT_MS)
    a, b = data.draw(moments), data.draw(moments)
    span = min(a, b), max(a, b)
    pieces = follow(plan, *history, (), paused).pieces
    inner = whole_slots(span)
    ends = [(span[0], inner[0]), (inner[1], span[1])] if inner[0] < inner[1] else [span]
    edges = [near(history, cut) for cut in ends]
    assert from_pieces(plan.gauge, pieces, edges, span, paused) == exposure(
        plan.gauge, *history, span, paused
    )


@given(st.data(), plans(), histories())
def test_the_minutes_of_a_limits_excursions_are_those_of_its_exposure(
    data: st.DataObject, plan: Plan, history: tuple[list[int], list[int]]
) -> None:
    judged = judge(plan, *history, data.draw(pauses(history[0])))
    for limit, (ms, degree) in zip(plan.limits, judged.sums.limits, strict=True):
        own = [e for e in judged.excursions if e.limit == limit.id]
        assert sum(e.ms for e in own) == ms
        assert sum(e.degree for e in own) == degree


@given(plans(), histories())
def test_known_and_unknown_time_make_up_the_whole(
    plan: Plan, history: tuple[list[int], list[int]]
) -> None:
    times, _ = history
    judged = judge(plan, *history)
    gaps = [b - a for a, b in itertools.pairwise(times)]
    assert judged.unknown_ms == sum(gap for gap in gaps if gap > MAX_GAP)
    assert judged.longest_gap == max((gap for gap in gaps if gap > MAX_GAP), default=0)
    assert judged.sums.known_ms == sum(gap for gap in gaps if gap <= MAX_GAP)


@given(close_calls(longest_step=15), cuts, chunks)
def test_the_two_forms_agree_about_readings_that_stay_close_to_a_limit(
    drawn: tuple[Limit, list[tuple[int, int]]], cut: list[int], chunk: int
) -> None:
    limit, readings = drawn
    plan = Plan("any", (limit,), MAX_GAP)
    times, taken = [t for t, _ in readings], [v for _, v in readings]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "CHUNK", chunk)
        judged = judge(plan, times, taken)
    assert judged.excursions == follow(plan, times, taken, cut).excursions
