"""The short cut for quiet readings gives what the long way gives, to the last digit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from coldchain.celsius import MICRO
from coldchain.exposure import Sums
from coldchain.judge import ChannelState, Plan, advance, open_excursions
from coldchain.kinetics import RateTable
from coldchain.limits import Limit
from coldchain.quiet import quiet_sums
from coldchain.quiet_columns import Rows, grow, is_exact
from coldchain.shelf_life import ShelfLife

T0 = 1_795_413_600_000
MODEL = ShelfLife("square-root", -10.0, 0.0, 240.0, 0.0)
PLAN = Plan(
    "test",
    (
        Limit("warm", "above", 4 * MICRO, 60_000, "critical", clear=3 * MICRO),
        Limit("hot", "above", 8 * MICRO, 0, "critical", inclusive=True),
        Limit("cold", "below", 0, 60_000, "critical", inclusive=True),
    ),
    max_gap=600_000,
    shelf=RateTable(MODEL.rate),
)


@st.composite
def columns(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """Evenly spaced readings, mostly in bounds; now and then one is missing or odd."""
    dt = draw(st.sampled_from([2_000, 10_000, 30_000, 44_000, 60_000, 300_000, 30_001]))
    start = T0 + draw(st.integers(0, 700_000))
    n = draw(st.integers(1, 50))
    times = [start + i * dt for i in range(n)]
    low, high = draw(st.sampled_from([(1, 399), (1, 399), (-50, 900)]))
    values = draw(st.lists(st.integers(low, high), min_size=n, max_size=n))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(times) - 1))
        del times[at], values[at]
        if not times:
            return [start], [2 * MICRO]
    return times, [value * 10_000 for value in values]


@given(columns(), st.lists(st.integers(1, 12), max_size=12))
def test_any_cutting_equals_one_reading_at_a_time(
    readings: tuple[list[int], list[int]], cuts: list[int]
) -> None:
    times, values = readings
    alone, together = ChannelState.fresh(PLAN), ChannelState.fresh(PLAN)
    slots_alone: dict[int, Sums] = {}
    slots_together: dict[int, Sums] = {}
    for at, value in zip(times, values, strict=True):
        step = advance(PLAN, alone, [at], [value])
        alone = step.state
        slots_alone |= {piece.slot: piece.sums for piece in step.pieces}
    start = 0
    for length in [*cuts, len(times)]:
        if start < len(times):
            stop = start + length
            step = advance(PLAN, together, times[start:stop], values[start:stop])
            together = step.state
            slots_together |= {piece.slot: piece.sums for piece in step.pieces}
            start = stop
    assert together == alone
    assert slots_together == slots_alone
    assert open_excursions(PLAN, together) == open_excursions(PLAN, alone)


@given(columns())
def test_the_state_before_is_left_as_it_was(readings: tuple[list[int], list[int]]) -> None:
    times, values = readings
    first = advance(PLAN, ChannelState.fresh(PLAN), times[:1], values[:1]).state
    copy = first.copy()
    if len(times) > 1:
        advance(PLAN, first, times[1:], values[1:])
    assert first == copy


def test_quiet_readings_do_take_the_short_cut() -> None:
    first = advance(PLAN, ChannelState.fresh(PLAN), [T0], [2 * MICRO]).state
    times = [T0 + n * 30_000 for n in range(1, 20)]
    grown = quiet_sums(
        PLAN.gauge, PLAN.band, (T0, 2 * MICRO), first.sums.copy(), times, [2 * MICRO] * 19
    )
    assert grown is not None
    assert sum(one.count for one in grown.values()) == 20


def test_what_is_beyond_or_uneven_or_unknown_goes_the_long_way() -> None:
    sums, last = PLAN.gauge.fresh(), (T0, 2 * MICRO)
    even = [T0 + n * 30_000 for n in range(1, 5)]
    inside = [2 * MICRO] * 4
    cases = {
        "a value on an inclusive threshold": (even, [2 * MICRO, 0, 0, 2 * MICRO]),
        "a value beyond": (even, [2 * MICRO, 5 * MICRO, 2 * MICRO, 2 * MICRO]),
        "uneven times": ([*even[:3], even[3] + 1], inside),
        "times that turn": ([even[0], even[2], even[1], even[3]], inside),
        "unknown time before": ([at + 600_000 for at in even], inside),
        "areas that are rounded": ([T0 + n * 30_001 for n in range(1, 5)], inside),
        "a lone reading": (even[:1], inside[:1]),
    }
    for name, (times, values) in cases.items():
        found = quiet_sums(PLAN.gauge, PLAN.band, last, sums.copy(), times, values)
        assert found is None, name


@st.composite
def rows(draw: st.DrawFn) -> tuple[int, list[int], list[list[int]]]:
    """Rows of one spacing: `dt`, when each began, its values (the first: the channel's last)."""
    dt = draw(st.sampled_from([2_000, 10_000, 30_000, 44_000, 60_000, 100_000, 120_000]))
    n = draw(st.integers(1, 25))
    count = draw(st.integers(1, 6))
    begins = draw(st.lists(st.integers(0, 700_000), min_size=count, max_size=count))
    # Now and then a reading lies just on a slot's beginning.
    begins = [begin - begin % dt if draw(st.booleans()) else begin for begin in begins]
    values = draw(
        st.lists(
            st.lists(st.integers(1, 399), min_size=n + 1, max_size=n + 1),
            min_size=count,
            max_size=count,
        )
    )
    return dt, [T0 + begin for begin in begins], [[v * 10_000 for v in row] for row in values]


@given(rows())
def test_many_rows_at_once_equal_one_reading_at_a_time(
    given_rows: tuple[int, list[int], list[list[int]]],
) -> None:
    dt, begins, values = given_rows
    firsts = [
        advance(PLAN, ChannelState.fresh(PLAN), [at], [row[0]]).state
        for at, row in zip(begins, values, strict=True)
    ]
    grown = grow(
        PLAN.gauge,
        Rows(dt, np.array(begins), np.array(values), [one.sums for one in firsts]),
    )
    assert grown is not None
    for at, row, first, found in zip(begins, values, firsts, grown, strict=True):
        state, slots = first, dict[int, Sums]()
        for number, value in enumerate(row[1:], start=1):
            step = advance(PLAN, state, [at + number * dt], [value])
            state = step.state
            slots |= {piece.slot: piece.sums for piece in step.pieces}
        assert found == slots


def test_rates_at_their_cap_go_the_long_way_and_do_not_pass_64_bits() -> None:
    rates = np.array([[1 << 46, 1 << 46], [1 << 20, 1 << 21]], dtype=np.int64)
    assert is_exact([rates], 120_000).tolist() == [False, True]
    most = (1 << 53) // (2 * 120_000)
    assert is_exact([np.array([[most], [most + 1]])], 120_000).tolist() == [True, False]
