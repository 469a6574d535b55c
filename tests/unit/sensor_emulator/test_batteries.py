"""Batteries: what empties them, and what charges them."""

import numpy as np
import pytest

from coldchain.times import HOUR_MS
from runtime.profiles import load_profiles
from sensor_emulator import Recorder, parse_scenario, run
from sensor_emulator.batteries import CHARGED_PER_HOUR, PER_FRAME, REST_PER_HOUR, Batteries
from sensor_emulator.city import Stretch
from sensor_emulator.openings import Openings
from sensor_emulator.plan import plan

PROFILES = load_profiles()
CITY = """
start = 2026-07-18T07:00:00+08:00
duration_minutes = {minutes}
title = {{ en = "A test" }}
[fleet.tag]
count = 2
profiles = {{ frozen = 1 }}
[fleet.locker]
count = 2
profiles = {{ iced-seafood = 1 }}
"""


def after_an_hour(
    frames: list[int], tags: tuple[float, float] = (25.0, 25.0), lost: tuple[int, ...] = ()
) -> list[float]:
    """By how much two tags' and two lockers' batteries changed in an hour in which they sent so
    many frames, the tags at these °C, the mains of `lost` gone.
    """
    scenario = parse_scenario(CITY.format(minutes=60), "test.toml", PROFILES)
    batteries = Batteries(plan(scenario).fleet, scenario)
    before = batteries.left = np.full(4, 0.4)
    start, air = scenario.start_ms, np.array([[*tags, 2.0, 2.0]])
    gone = Openings.of([(device, start, start + HOUR_MS) for device in lost])
    off, none = np.zeros(air.shape, dtype=bool), Openings.of([])
    batteries.pass_by(
        Stretch(
            start, start + HOUR_MS, np.array([start + HOUR_MS]),
            air, air, air, off, off, none, gone, np.empty((1, 0)),
        ),
        np.array(frames),
    )  # fmt: skip
    change: list[float] = (batteries.left - before).tolist()
    return change


def test_each_frame_sent_takes_its_share_beside_what_rest_takes() -> None:
    few, many, *_ = after_an_hour([0, 100, 0, 0])
    assert few == pytest.approx(-REST_PER_HOUR)
    assert many == pytest.approx(-REST_PER_HOUR - 100 * PER_FRAME)


def test_the_cold_takes_more_a_hundredth_for_each_degree() -> None:
    warm, cold, *_ = after_an_hour([60, 60, 0, 0], tags=(25.0, -25.0))
    assert cold == pytest.approx(1.5 * warm)


def test_on_the_mains_it_is_charged_and_without_them_emptied() -> None:
    *_, on, off = after_an_hour([0, 0, 60, 60], lost=(3,))
    assert on == pytest.approx(CHARGED_PER_HOUR)
    assert off < 0


def test_frames_say_what_is_left_and_never_more_than_there_is() -> None:
    recorder = Recorder()
    scenario = parse_scenario(CITY.format(minutes=600), "test.toml", PROFILES)
    run(scenario, recorder, profiles=PROFILES, speed="max")
    tag, locker = (
        [frame.battery for frame in recorder.frames(name)] for name in ("tag-0001", "locker-0001")
    )
    assert tag == sorted(tag, reverse=True, key=lambda left: left or 0.0)
    assert tag[-1] != tag[0]
    assert locker[-1] == 1.0
