"""Scenarios: the library is sound, and every mistake names file and key."""

from pathlib import Path

import pytest

from runtime.profiles import load_profiles
from sensor_emulator.scenario import ScenarioError
from sensor_emulator.scenario_toml import library, load_scenario, parse_scenario

PROFILES = load_profiles()
SOUND = """
start = 2026-07-18T06:00:00+08:00
duration_minutes = 60
[title]
en = "A test"
[fleet.van]
count = 3
profiles = { iced-seafood = 1 }
[[faults]]
kind = "compressor-failed"
device = "van-0002"
at_minutes = 10
"""


def test_a_sound_scenario_is_read() -> None:
    scenario = parse_scenario(SOUND, "test.toml", PROFILES)
    assert scenario.fleet["van"].count == 3
    assert scenario.duration_ms == 3_600_000


@pytest.mark.parametrize("name", library())
def test_every_scenario_of_the_library_is_sound_and_titled_in_both_languages(name: str) -> None:
    assert set(load_scenario(name, PROFILES).title) == {"en", "zh-CN"}


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("count = 3", "count = -3", "fleet.van.count: "),
        ("count = 3", 'count = "3"', "fleet.van.count: "),
        ("count = 3", "counts = 3", "fleet.van: Object contains unknown field `counts`"),
        ("count = 3", "count = 3\nidle = 4", "fleet.van.idle: 4 of 3"),
        ("iced-seafood", "warm-beer", "fleet.van.profiles: no profile 'warm-beer'"),
        ("fleet.van", "fleet.boat", "test.toml: fleet.boat: no such kind; there are precooler"),
        ("fleet.van", "fleet.logger", "fleet.logger.count: the emulator has no logger"),
        ("+08:00", "", "start: a time without a zone"),
        ("= 60", "= 0", "duration_minutes: "),
        ("= 60", "= 60\nspeed = 0", "speed: a number from 0.001"),
        ("= 60", "= 60\nspeed = 1e-12", "speed: a number from 0.001"),
        ("2026-", "0001-", "start: a year from 2000 to 2099"),
        ("2026-07-18", "9999-12-31", "start: a year from 2000 to 2099"),
        ("= 60", '= 60\nspeed = "fast"', "speed: "),
        ("= 60", "= 60\nwarmer = nan", "warmer: not a number"),
        ("= 60", "= 60\nsample_seconds = 25", "sample_seconds: must be a multiple"),
        ("= 60", "= 60\nframe_seconds = 45", "frame_seconds: must be a multiple"),
        ("= 60", "= 60\nsample_seconds = 600\nframe_seconds = 600", "iced-seafood asks for"),
        ("compressor-failed", "gremlins", "faults[0].kind: no fault 'gremlins'"),
        ("van-0002", "van-0004", "faults[0].device: no 'van-0004'"),
        ("van-0002", "van-2", "faults[0].device: no 'van-2'"),
        ("van-0002", "ship-0001", "faults[0].device: no 'ship-0001'"),
        ('"van-0002"', '"van-0002"\ncompartment = "c09"', "faults[0].compartment: "),
        ("at_minutes = 10", "", "faults[0].at_minutes: goes with a device"),
        ("at_minutes = 10", "at_minutes = 10\nper_day = 1", "faults[0].per_day: goes with"),
        ("= 60", "= 1e13", "duration_minutes: "),
        ("= 60", "= inf", "duration_minutes: "),
        ("= 60", "= 0.00001", "duration_minutes: shorter than a frame"),
        ("= 60", "= 60\nseed = -1", "seed: "),
        ("= 60", "= 60\nwarmer = 1e9", "warmer: not a number of degrees from -30"),
        ("iced-seafood = 1", "iced-seafood = inf", "fleet.van"),
        ("count = 3", "count = 0", "fleet: no device"),
        ("at_minutes = 10", "at_minutes = 60", "faults[0].at_minutes: the run ends after 60"),
        ("at_minutes = 10", "at_minutes = inf", "at_minutes"),
        ("at_minutes = 10", "at_minutes = 10\nfor_minutes = inf", "for_minutes"),
        ("at_minutes = 10", "at_minutes = 10\namount = 1", "faults[0].amount: compressor-failed"),
        ('"compressor-failed"', '"frames-corrupted"\namount = 5.0', "faults[0].amount: 5: from 0"),
        ('"compressor-failed"', '"frames-corrupted"\namount = nan', "faults[0].amount: nan"),
        ('"compressor-failed"', '"clock-wrong"\namount = -inf', "faults[0].amount: -inf"),
        ('"compressor-failed"', '"mains-lost"', "faults[0].kind: mains-lost: a van here has no"),
        (
            'device = "van-0002"\nat_minutes = 10',
            'fleet = "van"\nper_day = 2000000',
            "per_day",
        ),
        ('device = "van-0002"\nat_minutes = 10', 'fleet = "hub"\nper_day = 1', "faults[0].fleet: "),
        ("start =", "start", "not TOML"),
        ("count = 3", "count = 3\nidle = 2", "faults[0].device: van-0002 is idle (the last 2 are)"),
        ("count = 3", "count = 3\nquantities = []", "fleet.van.quantities: name air or product"),
        ("count = 3", 'count = 3\nquantities = ["door"]', "quantities: name air or product"),
        ("count = 3", 'count = 3\nquantities = ["humidity"]', "quantities: no humidity here"),
        ("count = 3", 'count = 3\nquantities = ["air", "mains"]', "a van hangs on no mains"),
        ("count = 3", "count = 1000000\ncompartments = 1000", "fleet: 1,000,000,000 compartments"),
        (
            "= 60",
            "= 570000\nfleet.locker = { count = 90000, profiles = { frozen = 1 } }",
            "readings",
        ),
    ],
)
def test_a_mistake_names_file_and_key(was: str, now: str, said: str) -> None:
    assert was in SOUND
    with pytest.raises(ScenarioError) as refused:
        parse_scenario(SOUND.replace(was, now, 1), "test.toml", PROFILES)
    assert str(refused.value).startswith("test.toml: ")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_tag_has_no_goods_of_its_own_to_be_loaded_warm() -> None:
    text = SOUND.replace("fleet.van", "fleet.tag").replace("van-0002", "tag-0002")
    with pytest.raises(ScenarioError, match="loaded-warm: a tag here has no such part"):
        parse_scenario(text.replace("compressor-failed", "loaded-warm"), "test.toml", PROFILES)


def test_a_name_that_is_no_scenario_is_answered_with_those_that_are() -> None:
    with pytest.raises(ScenarioError, match="demo-morning"):
        load_scenario("nowhere", PROFILES)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    for name in ("absent.toml", "binary.toml"):
        with pytest.raises(ScenarioError, match=name):
            load_scenario(str(tmp_path / name), PROFILES)
