"""Which true excursions a sound sensor need not confirm."""

from dataclasses import replace

import numpy as np
import pytest

from coldchain.celsius import MICRO
from coldchain.times import HOUR_MS, MINUTE_MS
from coldchain.truth import FrameCounts, TrueExcursion, TruthFile
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
    return [one for one in judged(beyond, minutes).excursions if one.limit == "warm"]


def judged(
    beyond: float, minutes: float, door: float = 0.0, deep: float | None = None
) -> TruthFile:
    """The truth of product so many °C beyond `warm` for so long, from minute 10 on.

    Its door is open for so many minutes of it, in which it may lie `deep` °C beyond.
    """
    made = plan(parse_scenario(CITY, "test.toml", PROFILES))
    start, none = made.scenario.start_ms, Openings.of([])
    ends = start + 10_000 * np.arange(1, 2 * HOUR_MS // 10_000 + 1, dtype=np.int64)
    is_beyond = (ends > start + 10 * MINUTE_MS) & (ends <= start + (10 + minutes) * MINUTE_MS)
    threshold = LIMIT.threshold / MICRO
    is_open = is_beyond & (ends <= start + (10 + door) * MINUTE_MS)
    cargo = np.where(is_beyond, threshold + beyond, threshold - 2.0)
    cargo = np.where(is_open & (deep is not None), threshold + (deep or 0.0), cargo)[:, None]
    off, air = np.zeros(cargo.shape, dtype=bool), np.full(cargo.shape, threshold - 2.0)
    nobody = np.empty((len(ends), 0))
    truth = Truth()
    truth.add(Stretch(start, int(ends[-1]), ends, air, cargo, air, off, off, none, none, nobody))
    opened = Openings.of([(0, start + 10 * MINUTE_MS, start + round((10 + door) * MINUTE_MS))])
    made = replace(made, doors=opened if door else none)
    return truth.document(made, PROFILES, FrameCounts(), 0)


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


@pytest.mark.parametrize(("share", "nearly"), [(0.7, True), (1.3, False)])
def test_what_falls_short_of_a_limit_by_no_more_than_a_sensor_can_tell_is_nearly_one(
    share: float, nearly: bool
) -> None:
    document = judged(beyond=-share * uncertainty(is_product=True), minutes=60)
    assert not [one for one in document.excursions if one.confirmed is not None]
    assert ("warm" in {one.limit for one in document.nearly}) == nearly


def test_a_warning_that_waits_for_its_door_is_sure_only_if_it_outlasts_that_wait() -> None:
    """Far beyond while the door is open, for longer than is allowed; hardly beyond after it.

    A sensor that reads nearer the band sees only what the door excuses.
    """
    near = 0.7 * uncertainty(is_product=True)
    found = judged(beyond=near, minutes=60.0, door=25.0, deep=1.0).excursions
    (one,) = [one for one in found if one.limit == "warming"]
    assert one.confirmed is not None
    assert one.marginal
