"""Qingdao's seasons and hours."""

import pytest

from coldchain.times import HOUR_MS, from_iso
from sensor_emulator.climate import local_hour, outside, sunshine


@pytest.mark.parametrize(("month", "mean"), [("01", 0.2), ("04", 11.0), ("08", 25.8), ("11", 9.0)])
def test_the_middle_of_a_month_is_about_as_warm_as_it_is_there(month: str, mean: float) -> None:
    day = from_iso(f"2026-{month}-15T00:00:00+08:00")
    hours = [outside(day + hour * HOUR_MS) for hour in range(24)]
    assert sum(hours) / 24 == pytest.approx(mean, abs=2.5)


def test_afternoons_are_warmest_and_nights_have_no_sun() -> None:
    day = from_iso("2026-07-18T00:00:00+08:00")
    hours = [outside(day + hour * HOUR_MS) for hour in range(24)]
    assert max(hours) - min(hours) == pytest.approx(6.4, abs=0.3)
    assert 13 <= hours.index(max(hours)) <= 16
    assert sunshine(day + 2 * HOUR_MS) == 0.0
    assert sunshine(day + 13 * HOUR_MS) == pytest.approx(1.0)


def test_hours_are_local() -> None:
    assert local_hour(from_iso("2026-07-17T22:30:00Z")) == 6.5
