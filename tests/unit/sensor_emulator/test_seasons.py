"""Every excursion has a cause: units keep what they are for, in every season."""

import pytest

from coldchain.truth import FrameCounts, TrueExcursion
from runtime.profiles import load_profiles
from sensor_emulator import Truth, parse_scenario
from sensor_emulator.city import City
from sensor_emulator.plan import plan

PROFILES = load_profiles()
KINDS = ("van", "warehouse", "hub", "locker", "cabinet", "precooler")


def true(start: str, faults: str = "") -> list[TrueExcursion]:
    """The confirmed ones of six hours in which each kind of space holds goods of each profile."""
    shares = ", ".join(f"{name} = 1" for name in PROFILES)
    fleet = "".join(
        f"[fleet.{kind}]\ncount = {2 * len(PROFILES)}\nprofiles = {{ {shares} }}\n"
        for kind in KINDS
    )
    text = f"start = {start}\nduration_minutes = 360\nseed = 9\ntitle = {{ en = 'A' }}\n"
    made = plan(parse_scenario(text + fleet + faults, "test.toml", PROFILES))
    truth = Truth()
    for stretch in City(made, made.fleet.boxes(made.scenario.seed, PROFILES)).stretches():
        truth.add(stretch)
    document = truth.document(made, PROFILES, FrameCounts(), 0)
    return [one for one in document.excursions if one.confirmed is not None]


@pytest.mark.parametrize("start", ["2027-01-25T04:00:00+08:00", "2026-07-20T08:00:00+08:00"])
def test_without_a_fault_nothing_gets_too_warm_or_too_cold_in_winter_or_summer(start: str) -> None:
    assert true(start) == []


def test_in_winter_a_unit_that_fails_lets_its_goods_get_cold() -> None:
    fault = "[[faults]]\nkind = 'compressor-failed'\ndevice = 'van-0003'\nat_minutes = 10\n"
    found = true("2027-01-25T04:00:00+08:00", fault)
    assert {one.device for one in found} == {"van-0003"}
    assert "cold" in {one.limit for one in found}
