"""A stretch of a parcel's way measured: its minutes and no others, by readings or by pieces."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st
from parcels import DAY, FISH, IN_ALL, MAX_GAP, PLAN, WARM, columns, steady

from coldchain.celsius import MICRO
from coldchain.exposure import whole_slots
from coldchain.judge import ChannelState, advance
from coldchain.leg import measure, within
from coldchain.leg_by_pieces import measure_by_pieces
from coldchain.segment import Interval
from coldchain.times import MINUTE_MS
from coldchain.verdict import Evidence, decide

steps = st.one_of(st.integers(1, 5).map(lambda n: n * MINUTE_MS), st.integers(1, 3 * MAX_GAP))
history = st.lists(st.tuples(steps, st.integers(4, 28)), min_size=1, max_size=30).map(
    lambda taken: [
        (DAY + sum(step for step, _ in taken[: n + 1]), value * MICRO // 4)
        for n, (_, value) in enumerate(taken)
    ]
)


@st.composite
def spans(draw: st.DrawFn, readings: Sequence[tuple[int, int]]) -> Interval:
    moments = st.integers(readings[0][0] - 2 * MAX_GAP, readings[-1][0] + 2 * MAX_GAP)
    a, b = draw(moments), draw(moments)
    assume(a != b)
    return min(a, b), max(a, b)


@given(st.data(), history)
def test_a_legs_excursions_hold_its_minutes_and_no_others(
    data: st.DataObject, readings: list[tuple[int, int]]
) -> None:
    span = data.draw(spans(readings))
    pause = data.draw(spans(readings))
    leg = measure(PLAN, "main.air", *columns(readings), span, [pause])
    for limit in PLAN.limits:
        own = [e for e in leg.excursions if e.limit == limit.id]
        ms = sum(e.ms for e in own), sum(e.degree for e in own)
        assert ms == leg.spent(limit)
        for one in own:
            assert span[0] <= one.start <= (one.end or span[1]) <= span[1]
            assert one.confirmed is None or span[0] <= one.confirmed <= span[1]
            assert limit.beyond(one.peak)
    assert 0 <= leg.longest_gap <= leg.unknown_ms <= span[1] - span[0]


@given(st.data(), history, st.lists(st.integers(0, 60), max_size=3))
def test_legs_end_to_end_spend_what_the_whole_does(
    data: st.DataObject, readings: list[tuple[int, int]], at: list[int]
) -> None:
    span = data.draw(spans(readings))
    marks = sorted({*span, *(span[0] + (span[1] - span[0]) * n // 61 for n in at)})
    whole = measure(PLAN, "main.air", *columns(readings), span)
    parts = [measure(PLAN, "main.air", *columns(readings), part) for part in pairwise(marks)]
    assert sum(part.spent(IN_ALL)[0] for part in parts) == whole.spent(IN_ALL)[0]
    assert sum(part.unknown_ms for part in parts) == whole.unknown_ms
    assert sum(part.sums.mkt for part in parts) == whole.sums.mkt


def near(readings: list[tuple[int, int]], cut: Interval) -> tuple[list[int], list[int]]:
    """The readings of a cut, and the nearest outside it on either side."""
    first = max((n for n, (at, _) in enumerate(readings) if at < cut[0]), default=0)
    last = min((n for n, (at, _) in enumerate(readings) if at >= cut[1]), default=len(readings))
    return columns(readings[first : last + 1])


@given(st.data(), history)
def test_a_leg_by_pieces_and_raw_edges_is_the_leg_by_readings_and_never_looks_better(
    data: st.DataObject, readings: list[tuple[int, int]]
) -> None:
    span = data.draw(spans(readings))
    times, values = columns(readings)
    pieces = advance(PLAN, ChannelState.fresh(PLAN), times, values).pieces
    inner = whole_slots(span)
    cuts = [(span[0], inner[0]), (inner[1], span[1])] if inner[0] < inner[1] else [span]
    exact = measure(PLAN, "main.air", times, values, span)
    told = measure_by_pieces(
        PLAN,
        "main.air",
        pieces,
        [near(readings, cut) for cut in cuts],
        span,
        within(PLAN, times, values, span),
    )
    assert told.sums == exact.sums
    assert told.excursions == exact.excursions
    assert told.longest_gap >= exact.longest_gap


def test_unknown_time_at_a_legs_ends_touches_what_lies_next_to_it() -> None:
    span = DAY, DAY + 60 * MINUTE_MS
    late = measure(PLAN, "main.air", *columns(steady(5, 20, 35) + steady(2, 40, 60)), span)
    assert {e.touching_ms for e in late.excursions} == {20 * MINUTE_MS}
    early = measure(PLAN, "main.air", *columns(steady(2, 0, 20) + steady(5, 25, 40)), span)
    assert {e.touching_ms for e in early.excursions} == {20 * MINUTE_MS}


def test_a_silence_before_the_leg_is_not_the_legs() -> None:
    span = DAY + 100 * MINUTE_MS, DAY + 160 * MINUTE_MS
    leg = measure(PLAN, "main.air", *columns(steady(2, 0, 10) + steady(5, 105, 160)), span)
    assert {e.touching_ms for e in leg.excursions} == {5 * MINUTE_MS}
    assert leg.unknown_ms == leg.longest_gap == 5 * MINUTE_MS


def test_what_was_last_seen_beyond_as_the_leg_began_is_the_legs_too() -> None:
    span = DAY + 10 * MINUTE_MS, DAY + 60 * MINUTE_MS
    leg = measure(PLAN, "main.air", *columns(steady(5, 5, 10) + steady(2, 25, 60)), span)
    assert {(e.ms, e.touching_ms) for e in leg.excursions} == {(0, 15 * MINUTE_MS)}
    ended = measure(PLAN, "main.air", *columns(steady(5, 5, 5) + steady(2, 10, 60)), span)
    assert ended.excursions == ()


@st.composite
def warm_legs(draw: st.DrawFn) -> tuple[list[tuple[int, int]], Interval]:
    """Readings mostly beyond, and a span that holds most of them."""
    quarters = st.sampled_from([24, 24, 24, 20, 20, 14, 8])
    taken = draw(st.lists(st.tuples(st.integers(2, 10), quarters), min_size=8, max_size=24))
    at, readings = DAY, []
    for step, value in taken:
        at += step * MINUTE_MS
        readings.append((at, value * MICRO // 4))
    lead, trail = draw(st.integers(-20, 20)), draw(st.integers(-20, 20))
    return readings, (DAY + lead * MINUTE_MS, at + trail * MINUTE_MS)


@given(st.data(), warm_legs())
def test_hiding_readings_of_a_leg_its_ends_too_never_turns_reject_into_accept(
    data: st.DataObject, drawn: tuple[list[tuple[int, int]], Interval]
) -> None:
    readings, span = drawn
    profile = replace(FISH, limits=PLAN.limits, unknown_allowance=1 << 60)

    def verdict(taken: list[tuple[int, int]]) -> str:
        leg = measure(PLAN, "main.air", *columns(taken), span)
        return decide(
            profile,
            Evidence(PLAN.limits, leg.excursions, leg.sums, leg.unknown_ms, leg.longest_gap),
        ).verdict

    assume(verdict(readings) == "reject")
    first = data.draw(st.integers(0, len(readings) - 1))
    last = data.draw(st.integers(first, len(readings) - 1))
    kept = readings[:first] + readings[last + 1 :]
    if 0 < first <= last < len(readings) - 1:
        assume(kept[first][0] - kept[first - 1][0] > MAX_GAP)
    assume(any(span[0] <= at < span[1] and WARM.beyond(value) for at, value in kept))
    assert verdict(kept) != "accept"
