"""Clocks of sound gateways: an offset and a drift of each, and the truth in true time."""

from itertools import pairwise

import msgspec
import pytest

from coldchain.times import DAY_MS, HOUR_MS
from runtime.profiles import load_profiles
from sensor_emulator import Recorder, ScenarioError, Truth, parse_scenario, run
from sensor_emulator.clocks import Clocks
from sensor_emulator.plan import plan

PROFILES = load_profiles()
CITY = """
start = 2026-07-18T07:00:00+08:00
duration_minutes = 120
title = {{ en = "A test" }}
{clocks}
[fleet.van]
count = {count}
profiles = {{ iced-seafood = 1 }}
[[faults]]
kind = "compressor-failed"
device = "van-0001"
at_minutes = 5
"""
OFF = "clock_offset_seconds = 5.0\nclock_drift_ppm = 50.0"


def made(clocks: str, count: int = 3) -> tuple[Recorder, bytes]:
    """What was sent, and the truth of it."""
    scenario = parse_scenario(CITY.format(clocks=clocks, count=count), "test.toml", PROFILES)
    recorder, truth = Recorder(), Truth()
    ledger = run(scenario, recorder, profiles=PROFILES, speed="max", truth=truth)
    return recorder, msgspec.json.encode(
        truth.document(plan(scenario), PROFILES, ledger.counts, shift=0)
    )


def ahead(off: Recorder, exact: Recorder, device: str) -> list[int]:
    """By how much each sample's time is ahead of what it is where clocks are exact, ms."""
    channel = "main.air"
    pairs = zip(off.samples(device)[channel], exact.samples(device)[channel], strict=True)
    return [said[0] - true[0] for said, true in pairs]


def test_each_clock_is_off_by_its_own_and_drifts_steadily_while_the_truth_stays() -> None:
    (off, true_off), (exact, true_exact) = made(OFF), made("")
    assert true_off == true_exact
    assert b'"excursions":[{' in true_off
    by_device = [ahead(off, exact, f"van-{number:04d}") for number in (1, 2, 3)]
    assert len({shifts[0] for shifts in by_device}) == 3
    for shifts in by_device:
        steps = [b - a for a, b in pairwise(shifts)]
        assert shifts[0] != 0
        assert shifts[-1] != shifts[0]
        assert max(map(abs, steps)) <= 20, "a drift of ppm never jumps"
        half = (shifts[0] + shifts[-1]) / 2
        assert abs(shifts[len(shifts) // 2] - half) <= 10, "and is even"


def test_a_clock_that_is_off_changes_neither_values_nor_receipts() -> None:
    (off, _), (exact, _) = made(OFF), made("")
    assert [(name, at) for name, _, at in off.sent] == [(name, at) for name, _, at in exact.sent]
    for device in ("van-0001", "van-0002"):
        for channel, said in off.samples(device).items():
            assert [v for _, v in said] == [v for _, v in exact.samples(device)[channel]]


def test_clocks_are_of_the_seed_and_a_further_van_changes_none() -> None:
    assert made(OFF)[0].sent == made(OFF)[0].sent
    few, many = (
        parse_scenario(CITY.format(clocks=OFF, count=count), "test.toml", PROFILES)
        for count in (3, 4)
    )
    clocks = [Clocks(plan(scenario).fleet.devices, scenario) for scenario in (few, many)]
    for device in range(3):
        for at in (few.start_ms, few.start_ms + HOUR_MS):
            assert clocks[0].ahead(device, at) == clocks[1].ahead(device, at)


def test_offsets_and_drifts_are_spread_as_the_scenario_says() -> None:
    scenario = parse_scenario(CITY.format(clocks=OFF, count=600), "test.toml", PROFILES)
    devices = plan(scenario).fleet.devices
    clocks, start = Clocks(devices, scenario), scenario.start_ms
    offsets = [clocks.ahead(device.index, start) for device in devices]
    drifts = [
        clocks.ahead(device.index, start + DAY_MS) - offset
        for device, offset in zip(devices, offsets, strict=True)
    ]
    for found, sigma in ((offsets, 5_000.0), (drifts, 50e-6 * 24 * HOUR_MS)):
        spread = (sum(one * one for one in found) / len(found)) ** 0.5
        assert spread == pytest.approx(sigma, rel=0.1)
        assert abs(sum(found) / len(found)) < 0.2 * sigma


@pytest.mark.parametrize("key", ["clock_offset_seconds = -1.0", "clock_drift_ppm = 5000.0"])
def test_a_clock_that_is_no_clock_is_refused_by_its_key(key: str) -> None:
    with pytest.raises(ScenarioError, match=key.split(" ")[0]):
        made(key)
