"""Which true excursions a sound sensor need not confirm."""

import numpy as np
import pytest

from coldchain.celsius import MICRO
from coldchain.times import HOUR_MS, MINUTE_MS
from coldchain.truth import FrameCounts, TrueExcursion
from runtime.profiles import load_profiles
from sensor_emulator import Truth, parse_scenario
from sensor_emulator.city import Stretch
from sensor_emulator.openings import Openings
from sensor_emulator.plan import plan
from sensor_emulator.sensors import uncertainty

PROFILES = load_profiles()
CITY = """
start = 2026-07-18T07:00:00+08:00
duration_minutes = 120
title = { en = "A test" }
[fleet.locker]
count = 1
profiles = { iced-seafood = 1 }
"""
LIMIT = next(one for one in PROFILES["iced-seafood"].limits if one.id == "warm")


def true(beyond: float, minutes: float) -> list[TrueExcursion]:
    """The truth of product so many °C beyond `warm` for so long, in a scenario's first hour."""
    made = plan(parse_scenario(CITY, "test.toml", PROFILES))
    start, none = made.scenario.start_ms, Openings.of([])
    ends = start + 10_000 * np.arange(1, 2 * HOUR_MS // 10_000 + 1, dtype=np.int64)
    is_beyond = (ends > start + 10 * MINUTE_MS) & (ends <= start + (10 + minutes) * MINUTE_MS)
    threshold = LIMIT.threshold / MICRO
    cargo = np.where(is_beyond, threshold + beyond, threshold - 2.0)[:, None]
    off, air = np.zeros(cargo.shape, dtype=bool), np.full(cargo.shape, threshold - 2.0)
    nobody = np.empty((len(ends), 0))
    truth = Truth()
    truth.add(Stretch(start, int(ends[-1]), ends, air, cargo, air, off, off, none, none, nobody))
    document = truth.document(made, PROFILES, FrameCounts(), 0)
    return [one for one in document.excursions if one.limit == "warm"]


@pytest.mark.parametrize(("share", "marginal"), [(0.7, True), (1.3, False)])
def test_nearer_to_the_limit_than_a_sensor_can_tell_is_marginal(
    share: float, marginal: bool
) -> None:
    (one,) = true(beyond=share * uncertainty(is_product=True), minutes=60)
    assert one.confirmed is not None
    assert one.marginal == marginal


def test_what_was_not_long_enough_is_not_called_marginal() -> None:
    (one,) = true(beyond=0.01, minutes=5)
    assert one.confirmed is None
    assert not one.marginal
