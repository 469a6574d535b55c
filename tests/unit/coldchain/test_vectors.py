"""The published figures: MKT, shelf life, degrees; and the tables that stand for them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coldchain.celsius import MICRO, from_fahrenheit, from_micro, to_micro
from coldchain.exposure import exposure
from coldchain.judge import Plan
from coldchain.kinetics import RATE_UNIT, RateTable, integral, integral_to, mkt_table
from coldchain.mkt import mkt_factor, mkt_from_mean, mkt_of_samples
from coldchain.shelf_life import ShelfLife
from coldchain.times import HOUR_MS, from_iso, iso

SQUARE_ROOT = ShelfLife("square-root", -10.0, 0.0, 336.0, 0.0)


@pytest.mark.parametrize(
    ("samples", "mkt", "to"),
    [
        ([2, 2, 5, 8, 8, 8, 8], 6.25, 0.005),
        ([5] * 18 + [14] * 6, 8.285, 0.0005),
        ([5] * 20 + [15] * 4, 7.705, 0.0005),
        ([5], 5.0, 1e-9),
    ],
)
def test_mkt_of_samples_is_that_of_usp(samples: list[float], mkt: float, to: float) -> None:
    assert mkt_of_samples(samples) == pytest.approx(mkt, abs=to)


def test_mkt_over_time_weights_each_temperature_by_the_time_it_stands_for() -> None:
    steps = [(0, 5), (18 * HOUR_MS, 5), (18 * HOUR_MS + 1, 14), (24 * HOUR_MS, 14)]
    gauge = Plan("any", (), 24 * HOUR_MS).gauge
    sums = exposure(gauge, [t for t, _ in steps], [v * MICRO for _, v in steps])
    assert sums.mkt_celsius() == pytest.approx(8.285, abs=0.001)
    assert sums.mean_celsius() == pytest.approx(7.25, abs=0.001)


def test_mkt_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no samples"):
        mkt_of_samples([])
    with pytest.raises(ValueError, match="kinetic"):
        mkt_from_mean(0.0)


@given(st.floats(-80, 60))
def test_mkt_of_one_temperature_is_that_temperature(celsius: float) -> None:
    assert mkt_from_mean(mkt_factor(celsius)) == pytest.approx(celsius, abs=1e-8)


def test_shelf_life_by_square_root_is_that_of_sssp() -> None:
    assert SQUARE_ROOT.rate(5.0) == pytest.approx(2.25)
    assert 21 * SQUARE_ROOT.rate(5.0) == pytest.approx(47.25)
    assert SQUARE_ROOT.rate(-10.0) == SQUARE_ROOT.rate(-20.0) == 0.0


def test_shelf_life_by_arrhenius_is_that_of_sssp() -> None:
    model = ShelfLife("arrhenius", 100.0, 0.0, 336.0, 0.0)
    assert 21 * model.rate(5.0) == pytest.approx(46.34, abs=0.05)


@pytest.mark.parametrize(("a", "rate"), [(0.089, math.exp(0.445)), (0.15, math.exp(0.75))])
def test_shelf_life_by_the_exponential_model_is_that_of_sssp(a: float, rate: float) -> None:
    assert ShelfLife("exponential", a, 0.0, 100.0, 0.0).rate(5.0) == pytest.approx(rate)


def test_the_share_of_shelf_life_used_adds_up_over_time() -> None:
    gauge = Plan("fish", (), HOUR_MS, RateTable(SQUARE_ROOT.rate)).gauge
    times = [n * HOUR_MS for n in range(25)]
    sums = exposure(gauge, times, [5 * MICRO] * 25)
    used = SQUARE_ROOT.used(sums.shelf_hours())
    assert used == pytest.approx(24 * 2.25 / 336)
    assert SQUARE_ROOT.remaining_hours(used) == pytest.approx(336 - 24 * 2.25)


def test_what_is_used_up_leaves_nothing_and_what_never_spoils_has_no_end() -> None:
    assert SQUARE_ROOT.remaining_hours(1.5) == 0.0
    assert ShelfLife("square-root", -10.0, 0.0, 336.0, -12.0).remaining_hours(0.1) is None


@given(st.integers(-9_900, 9_900))
def test_a_tabulated_rate_is_the_rate_itself(centi: int) -> None:
    exact = mkt_factor(centi / 100)
    assert mkt_table().at(centi * MICRO // 100) * RATE_UNIT == pytest.approx(
        min(exact, (1 << 46) * RATE_UNIT), abs=RATE_UNIT
    )


@given(
    st.integers(0, 1 << 46),
    st.integers(0, 1 << 46),
    st.integers(1, 24 * HOUR_MS),
    st.floats(0, 1),
)
def test_a_part_of_an_integral_is_never_more_than_the_whole(
    rate0: int, rate1: int, length: int, share: float
) -> None:
    part = integral_to(rate0, rate1, length, round(length * share))
    assert 0 <= part <= integral(rate0, rate1, length)
    assert integral_to(rate0, rate1, length, 0) == 0


def test_eight_degrees_read_as_fahrenheit_is_eight_degrees() -> None:
    assert to_micro(from_fahrenheit(46.4)) == 8 * MICRO
    assert from_micro(to_micro(-18.01)) == -18.01
    with pytest.raises(ValueError, match="not a temperature"):
        to_micro(math.nan)


@given(st.integers(0, 253_402_300_799_999))
def test_a_time_is_read_back_as_it_was_written(ms: int) -> None:
    assert from_iso(iso(ms)) == ms


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        from_iso("2026-11-23T08:00:00")
    assert from_iso("2026-11-23T16:00:00+08:00") == from_iso("2026-11-23T08:00:00Z")
