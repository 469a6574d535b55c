"""What a soak calls flat."""

from hypothesis import given
from hypothesis import strategies as st

from bench.flatness import judged, judged_growth, slope

SECONDS = [10.0 * n for n in range(360)]


@given(st.floats(1, 1e6), st.lists(st.integers(0, 359), max_size=100))
def test_odd_samples_here_and_there_do_not_make_a_level_line_rise(
    level: float, odd: list[int]
) -> None:
    values = [level] * len(SECONDS)
    for place in odd:
        values[place] = level * 3
    assert judged(SECONDS, values).is_flat


@given(st.floats(1, 1e6), st.floats(0.2, 10))
def test_a_leak_of_a_fifth_in_an_hour_is_not_flat(level: float, more: float) -> None:
    values = [level * (1 + more * at / SECONDS[-1]) for at in SECONDS]
    assert not judged(SECONDS, values).is_flat


def test_what_rises_while_it_warms_up_and_then_stays_is_flat() -> None:
    values = [min(100.0, at) for at in SECONDS]
    assert judged(SECONDS, values).is_flat


def test_what_falls_is_flat_and_a_few_more_are_none_where_that_is_said() -> None:
    assert judged(SECONDS, [1e6 - at for at in SECONDS]).is_flat
    rising = [10 + at / 1_500 for at in SECONDS]
    assert not judged(SECONDS, rising).is_flat
    assert judged(SECONDS, rising, enough=3).is_flat


def test_a_store_may_grow_evenly_and_not_ever_faster() -> None:
    assert judged_growth(SECONDS, [5 * at for at in SECONDS]).is_flat
    assert not judged_growth(SECONDS, [at * at for at in SECONDS]).is_flat


def test_a_slope_of_one_sample_is_none() -> None:
    assert slope([0.0], [5.0]) == 0
