"""A run: repeatable, paced, stopped cleanly; what its ledger says is what was sent."""

import hashlib
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from coldchain.registry_toml import loads
from coldchain.times import MINUTE_MS
from runtime.profiles import load_profiles
from sensor_emulator import (
    FolderTarget,
    Progress,
    Recorder,
    Scenario,
    ends_now,
    parse_scenario,
    run,
)
from sensor_emulator.fleet import build

PROFILES = load_profiles()


def city(minutes: float = 30, seed: int = 1, speed: str = '"max"') -> Scenario:
    text = f"""
start = 2026-07-18T07:00:00+08:00
duration_minutes = {minutes}
seed = {seed}
speed = {speed}
title = {{ en = "A test" }}
[fleet.van]
count = 5
profiles = {{ iced-seafood = 1 }}
[fleet.locker]
count = 5
compartments = 2
profiles = {{ frozen = 1 }}
[[faults]]
kind = "frames-reordered"
fleet = "van"
per_day = 20
"""
    return parse_scenario(text, "test.toml", PROFILES)


def sent(scenario: Scenario, start_ms: int | None = None) -> list[tuple[str, bytes, int]]:
    recorder = Recorder()
    run(scenario, recorder, profiles=PROFILES, start_ms=start_ms, speed="max")
    return recorder.sent


def test_one_seed_gives_the_same_bytes_and_another_does_not() -> None:
    assert sent(city()) == sent(city())
    assert sent(city()) != sent(city(seed=2))


def test_one_seed_gives_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    found = set()
    for number in range(2):
        folder = tmp_path / str(number)
        subprocess.run(
            [
                *(sys.executable, "-c", "from runtime.cli import main; main()", "emulate"),
                *("--to", str(folder), "--duration", "5min"),
                *("--truth", str(folder / "truth.json")),
            ],
            check=True,
            capture_output=True,
            env={"PYTHONHASHSEED": str(number), "PATH": ""},
        )
        files = sorted(folder.iterdir())
        assert [file.name for file in files] == [
            "custody.jsonl",
            "frames.jsonl",
            "registry.toml",
            "truth.json",
        ]
        found.add(tuple(hashlib.sha256(file.read_bytes()).hexdigest() for file in files))
    assert len(found) == 1


def test_another_start_moves_every_time_and_nothing_else() -> None:
    scenario = city()
    later = scenario.start_ms + 30 * 86_400_000
    moved = sent(scenario, later)
    for (device, payload, received), (name, other, when) in zip(sent(scenario), moved, strict=True):
        assert device == name
        assert when - received == later - scenario.start_ms
        assert payload != other


def test_further_devices_leave_a_vans_round_as_it_was() -> None:
    few = city()
    many = replace(few, fleet=few.fleet | {"van": replace(few.fleet["van"], count=50)})
    one, other = build(few), build(many)
    for index in range(5):
        assert one.routes[index].doors == other.routes[index].doors


def test_frames_come_in_order_of_receipt() -> None:
    receipts = [received for _, _, received in sent(city(120))]
    assert receipts == sorted(receipts)


def test_a_run_that_ends_now_has_no_reading_ahead_of_the_clock() -> None:
    scenario, now = city(90), 1_800_000_000_000
    start = ends_now(scenario, "max", now)
    assert max(received for _, _, received in sent(scenario, start)) <= now
    assert ends_now(scenario, 1.0, now) == now
    at_speed = ends_now(scenario, 360.0, now)
    really = now + scenario.duration_ms / 360
    assert really - 3 * MINUTE_MS < at_speed + scenario.duration_ms < really


def test_speed_holds_frames_back_until_their_time() -> None:
    recorder, began = Recorder(), time.monotonic()
    ledger = run(city(10), recorder, profiles=PROFILES, speed=600.0)
    assert 0.95 < time.monotonic() - began < 3.0
    assert ledger.complete
    assert recorder.flushes >= 1


def test_a_run_told_to_stop_ends_between_two_frames_and_flushes() -> None:
    stop = threading.Event()
    recorder = Recorder()

    def after_a_while(progress: Progress) -> None:
        if progress.frames > 20:
            stop.set()

    ledger = run(
        city(240), recorder, profiles=PROFILES, speed=3_000.0, on_progress=after_a_while, stop=stop
    )
    assert not ledger.complete
    assert recorder.flushes >= 1
    assert 20 < ledger.frames == len(recorder.frames())
    assert ledger.readings == sum(frame.readings() for frame in recorder.frames())


def test_progress_rises_to_the_whole() -> None:
    seen: list[Progress] = []
    run(city(60), Recorder(), profiles=PROFILES, speed="max", on_progress=seen.append)
    shares = [progress.share for progress in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_folder_holds_frames_registry_and_custody(tmp_path: Path) -> None:
    target = FolderTarget(tmp_path / "new" / "city")
    ledger = run(city(), target, profiles=PROFILES, speed="max")
    target.close()
    lines = (tmp_path / "new/city/frames.jsonl").read_bytes().splitlines()
    assert len(lines) == ledger.frames
    text = (tmp_path / "new/city/registry.toml").read_text(encoding="utf-8")
    registered = loads(text, "registry.toml")
    assert {one.device for one in registered} == set(ledger.devices)
    assert (tmp_path / "new/city/custody.jsonl").read_bytes() == b""


@pytest.mark.parametrize("minutes", [1, 1.5, 7])
def test_a_run_ends_soon_after_its_time(minutes: float) -> None:
    ledger = run(city(minutes), Recorder(), profiles=PROFILES, speed="max")
    assert ledger.last_at is not None
    assert minutes <= (ledger.last_at - city().start_ms) / MINUTE_MS < minutes + 4
