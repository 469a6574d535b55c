"""Truth of runs cut short, and near a limit: only what happened, and what a sensor may tell."""

import threading

from coldchain.times import MINUTE_MS, from_iso
from coldchain.truth import FrameCounts, TruthFile
from runtime.profiles import load_profiles
from sensor_emulator import Recorder, Truth, parse_scenario, run
from sensor_emulator.plan import plan

PROFILES = load_profiles()
CITY = """
start = 2026-07-18T05:00:00+08:00
duration_minutes = 600
title = { en = "A test" }
[parcels]
per_trip = 3
[fleet.van]
count = 3
profiles = { iced-seafood = 1 }
[fleet.warehouse]
count = 1
profiles = { iced-seafood = 1 }
"""
FAULT = """
[[faults]]
kind = "compressor-failed"
device = "van-0001"
at_minutes = AT
for_minutes = 120
"""


def stopped(after_minutes: int, *faults_at: int) -> tuple[TruthFile, int]:
    """The truth of a run that is stopped then, and when it ended, ms."""
    text = CITY + "".join(FAULT.replace("AT", str(at)) for at in faults_at)
    scenario = parse_scenario(text, "test.toml", PROFILES)
    stop, truth, made = threading.Event(), Truth(), plan(scenario)
    recorder = Recorder()

    def late(device: str, payload: bytes, received: int) -> None:
        if received > scenario.start_ms + after_minutes * MINUTE_MS:
            stop.set()

    recorder.send = late  # type: ignore[method-assign]
    ledger = run(
        scenario, recorder, profiles=PROFILES, planned=made, speed="max", stop=stop, truth=truth
    )
    assert not ledger.complete
    ended = scenario.start_ms + (after_minutes + 2) * MINUTE_MS
    return truth.document(made, PROFILES, ledger.counts, 0), ended


def test_a_run_that_was_stopped_tells_no_fault_parcel_or_scan_that_came_after() -> None:
    document, ended = stopped(60, 20, 50, 90, 400)
    assert [from_iso(one.start) < ended for one in document.faults] == [True, True]
    assert all(one.end is not None and from_iso(one.end) <= ended for one in document.faults)
    assert isinstance(document.parcels, list)
    assert document.parcels
    for parcel in document.parcels:
        assert parcel.delivered is None or from_iso(parcel.delivered) <= ended
        assert all(from_iso(leg.start) <= ended for leg in parcel.legs)
        assert all(leg.end is None or from_iso(leg.end) <= ended for leg in parcel.legs)


def test_a_run_stopped_before_anything_ran_has_nothing_to_tell() -> None:
    scenario = parse_scenario(CITY + FAULT.replace("AT", "0"), "test.toml", PROFILES)
    document = Truth().document(plan(scenario), PROFILES, FrameCounts(), 0)
    assert not document.faults
    assert not document.excursions
