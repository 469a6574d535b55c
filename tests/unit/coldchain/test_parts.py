"""The small parts that the judge is made of: segments, intervals, sums, order."""

import itertools
from fractions import Fraction

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coldchain.celsius import MICRO
from coldchain.columns import exact_sum, order
from coldchain.exposure import Sums
from coldchain.judge import ChannelState, Plan, advance
from coldchain.limits import Limit
from coldchain.segment import area, area_to, crossing, merged, part_beyond, without
from coldchain.times import DAY_MS, MINUTE_MS

micro = st.integers(-100 * MICRO, 100 * MICRO)
lengths = st.integers(1, DAY_MS)
intervals = st.lists(
    st.tuples(st.integers(0, 100), st.integers(0, 100)).map(lambda p: (min(p), max(p))), max_size=8
)


@given(lengths, micro, micro, st.integers(0, 1000))
def test_a_crossing_is_the_exact_one_to_the_nearest_millisecond(
    length: int, v0: int, v1: int, permille: int
) -> None:
    if v0 == v1:
        return
    level = v0 + (v1 - v0) * permille // 1000
    exact = Fraction(length * (level - v0), v1 - v0)
    assert abs(crossing(0, v0, length, v1, level) - exact) <= Fraction(1, 2)


@given(lengths, micro, micro, st.lists(st.integers(0, 1000), max_size=5))
def test_areas_cut_anywhere_add_up_to_the_whole(
    length: int, v0: int, v1: int, permille: list[int]
) -> None:
    marks = sorted({0, length, *(length * p // 1000 for p in permille)})
    cut = [area_to(0, v0, length, v1, at) for at in marks]
    assert cut[0] == 0
    assert sum(b - a for a, b in itertools.pairwise(cut)) == area(0, v0, length, v1)
    exact = Fraction((v0 + v1) * length, 2000)
    assert 0 <= exact - area(0, v0, length, v1) < 1


@given(lengths, micro, micro, micro, st.booleans(), st.sampled_from(["above", "below"]))
def test_the_part_beyond_lies_within_its_segment_and_its_mirror_is_the_other_sides(
    length: int, v0: int, v1: int, level: int, inclusive: bool, side: str
) -> None:
    limit = Limit("any", side, level, 0, "critical", inclusive)  # type: ignore[arg-type]
    other = "below" if side == "above" else "above"
    mirror = Limit("any", other, -level, 0, "critical", inclusive)  # type: ignore[arg-type]
    found = part_beyond(limit, 0, v0, length, v1)
    assert found == part_beyond(mirror, 0, -v0, length, -v1)
    if found is None:
        assert not limit.beyond(v0)
        assert not limit.beyond(v1)
    else:
        assert 0 <= found.start <= found.end <= length
        assert min(found.excess0, found.excess1) >= 0


@given(intervals)
def test_merged_intervals_cover_the_same_and_lie_apart(spans: list[tuple[int, int]]) -> None:
    union = merged(spans)
    assert {n for a, b in spans for n in range(a, b)} == {n for a, b in union for n in range(a, b)}
    assert all(one[1] < two[0] for one, two in itertools.pairwise(union))


@given(st.integers(0, 50), st.integers(0, 50), intervals)
def test_without_leaves_exactly_what_no_pause_covers(
    start: int, length: int, spans: list[tuple[int, int]]
) -> None:
    kept = without(start, start + length, merged(spans))
    covered = {n for a, b in spans for n in range(a, b)}
    assert {n for a, b in kept for n in range(a, b)} == set(range(start, start + length)) - covered


@given(st.lists(st.integers(-(1 << 62), 1 << 62), max_size=50))
def test_a_sum_of_64_bit_integers_is_exact_where_64_bits_could_not_hold_it(
    parts: list[int],
) -> None:
    assert exact_sum(np.array(parts, dtype=np.int64)) == sum(parts)


def test_order_counts_repeats_and_conflicts_and_keeps_the_greater() -> None:
    times, values, duplicates, conflicts = order([3, 1, 2, 1, 3, 3], [7, 5, 6, 5, 9, 9])
    assert (times.tolist(), values.tolist()) == ([1, 2, 3], [5, 6, 9])
    assert (duplicates, conflicts) == (2, 1)


def test_times_and_values_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="times and"):
        order([1, 2], [1])


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(-8, 40)), max_size=20), st.data())
def test_a_state_packed_away_between_readings_goes_on_as_if_it_had_not_been(
    taken: list[tuple[int, int]], data: st.DataObject
) -> None:
    limit = Limit("warm", "above", 4 * MICRO, 5 * MINUTE_MS, "critical", clear=3 * MICRO)
    plan = Plan("any", (limit,), 10 * MINUTE_MS)
    at, plain, packed = 0, ChannelState.fresh(plan), ChannelState.fresh(plan)
    for step, quarters in taken:
        at += step * MINUTE_MS
        reading = [at], [quarters * MICRO // 4]
        packed = msgspec.msgpack.decode(msgspec.msgpack.encode(packed), type=ChannelState)
        one, two = advance(plan, plain, *reading), advance(plan, packed, *reading)
        assert one == two
        plain, packed = one.state, two.state
    assert len(msgspec.msgpack.encode(packed)) < 200


def test_sums_without_readings_add_nothing() -> None:
    some = Sums(2, 5, -1, 3, 7, 8, 9, [1, 2])
    assert some + Sums() == Sums() + some == some
    assert Sums().mean_celsius() is None
    assert Sums().mkt_celsius() is None
