"""Gateways: what they send, and when."""

from itertools import pairwise

import pytest

from coldchain.times import MINUTE_MS
from runtime.profiles import load_profiles
from sensor_emulator import Ledger, Recorder, parse_scenario, run
from sensor_emulator.plan import Plan, plan

PROFILES = load_profiles()
CITY = """
start = 2026-07-18T07:00:00+08:00
duration_minutes = 240
title = { en = "A test" }
[fleet.van]
count = 6
idle = 1
profiles = { iced-seafood = 1 }
[fleet.warehouse]
count = 1
precooling = true
profiles = { chilled-meat-and-dairy = 1 }
[fleet.locker]
count = 3
compartments = 3
profiles = { iced-seafood = 1, leafy-vegetables = 1 }
[[faults]]
kind = "mains-lost"
device = "locker-0002"
at_minutes = 30
for_minutes = 20
"""


@pytest.fixture(scope="module")
def city() -> tuple[Plan, Recorder, Ledger]:
    scenario = parse_scenario(CITY, "test.toml", PROFILES)
    recorder = Recorder()
    ledger = run(scenario, recorder, profiles=PROFILES, speed="max")
    return plan(scenario), recorder, ledger


def test_every_frame_is_one_and_every_channel_of_it_is_named_by_the_rules(
    city: tuple[Plan, Recorder, Ledger],
) -> None:
    _, recorder, ledger = city
    frames = recorder.frames()  # decode_frame refuses what is not
    assert len(frames) == len(recorder.sent) == ledger.frames == ledger.made
    assert sum(frame.readings() for frame in frames) == ledger.readings
    assert ledger.devices == {
        name: len(recorder.frames(name)) for name in {frame.device for frame in frames}
    }


def test_every_sample_is_sent_once_and_evenly(city: tuple[Plan, Recorder, Ledger]) -> None:
    made, recorder, _ = city
    for device in made.fleet.devices:
        samples = recorder.samples(device.name)
        for row in range(device.low, device.high):
            times = [at for at, _ in samples[made.fleet.channels[row]]]
            assert len(times) == 480
            assert {b - a for a, b in pairwise(times)} == {30_000}


def test_frames_are_numbered_without_a_gap_and_a_minute_apart_at_most(
    city: tuple[Plan, Recorder, Ledger],
) -> None:
    made, recorder, _ = city
    for device in made.fleet.devices:
        frames = recorder.frames(device.name)
        assert [frame.seq for frame in frames] == list(range(len(frames)))
        assert len({frame.boot for frame in frames}) == 1
        assert all(b.sent - a.sent <= MINUTE_MS + 2_000 for a, b in pairwise(frames))
        assert all(b.sent > a.sent - 2_000 for a, b in pairwise(frames))


def test_no_sample_is_ahead_of_its_receipt_and_receipts_never_run_back(
    city: tuple[Plan, Recorder, Ledger],
) -> None:
    _, recorder, _ = city
    for frame, (_, _, received) in zip(recorder.frames(), recorder.sent, strict=True):
        assert frame.sent < received
        assert all(at <= frame.sent for channel in frame.channels for at in channel.times())
    receipts = [received for _, _, received in recorder.sent]
    assert receipts == sorted(receipts)


def test_a_door_is_told_at_once_when_it_opens_and_when_it_closes(
    city: tuple[Plan, Recorder, Ledger],
) -> None:
    made, recorder, _ = city
    told = 0
    for device in made.fleet.devices:
        for frame in recorder.frames(device.name):
            for channel in frame.channels:
                if channel.quantity == "door":
                    moved = [at for at in channel.times() if frame.seq > 0]
                    assert all(frame.sent - at < 2_000 for at in moved[-1:])
                    told += len(moved)
    begun = made.scenario.start_ms
    ended = begun + made.scenario.duration_ms
    edges = [*made.doors.start.tolist(), *made.doors.end.tolist()]
    assert told >= sum(begun + 2 * MINUTE_MS < at < ended for at in edges) > 50


def test_doors_are_told_as_they_were(city: tuple[Plan, Recorder, Ledger]) -> None:
    made, recorder, _ = city
    for box, name in enumerate(made.fleet.names):
        device = made.fleet.devices[made.fleet.device_of[box]]
        told = recorder.samples(device.name)[f"{name}.door"]
        assert [value for _, value in told] == [index % 2 for index in range(len(told))]
        own = made.doors.box == box
        opened = set(made.doors.start[own].tolist())
        assert {at for at, value in told if value == 1} <= opened


def test_a_reading_across_a_threshold_is_sent_at_once(
    city: tuple[Plan, Recorder, Ledger],
) -> None:
    made, recorder, _ = city
    crossed = 0
    for device in made.fleet.devices:
        if device.kind != "van" or device.idle:
            continue
        last: float | None = None
        for frame in recorder.frames(device.name):
            for channel in frame.channels:
                if channel.name != "main.air":
                    continue
                for at, value in zip(channel.times(), channel.values, strict=True):
                    if last is not None and value is not None and (last > 4) != (value > 4):
                        crossed += 1
                        assert at == channel.times()[-1]
                        assert frame.sent - at < 2_000
                    last = value
    assert crossed > 4


def test_lost_mains_are_told_at_once_and_so_is_their_return(
    city: tuple[Plan, Recorder, Ledger],
) -> None:
    made, recorder, _ = city
    told = recorder.samples("locker-0002")["unit.mains"]
    start = made.scenario.start_ms
    assert [value for _, value in told] == [1, 0, 1]
    assert [at - start for at, _ in told[1:]] == [30 * MINUTE_MS, 50 * MINUTE_MS]
    assert [value for _, value in recorder.samples("locker-0001")["unit.mains"]] == [1]


def test_vans_say_where_they_are_and_get_about(city: tuple[Plan, Recorder, Ledger]) -> None:
    _, recorder, _ = city
    places = {frame.position for frame in recorder.frames("van-0001")}
    assert len(places) > 20
    for place in places:
        assert place is not None
        assert 35.9 < place[0] < 36.5
        assert 120.2 < place[1] < 120.7
    assert {frame.position for frame in recorder.frames("locker-0001")} == {None}


def test_an_idle_van_stands_warm_and_the_registry_says_it_is_empty(
    city: tuple[Plan, Recorder, Ledger],
) -> None:
    _, recorder, _ = city
    entry = next(one for one in recorder.registered if one.device == "van-0006").history[0]
    assert entry.compartments["main"].duty == "empty"
    air = [value for _, value in recorder.samples("van-0006")["main.air"] if value is not None]
    assert min(air) > 15


def test_every_device_and_channel_is_registered_from_before_its_first_sample(
    city: tuple[Plan, Recorder, Ledger],
) -> None:
    made, recorder, _ = city
    by_name = {one.device: one for one in recorder.registered}
    assert len(by_name) == len(recorder.registered) == len(made.fleet.devices)
    for frame in recorder.frames():
        for channel in frame.channels:
            entry = by_name[frame.device].in_force(channel.times()[0])
            assert entry is not None
            assert channel.compartment in {*entry.compartments, "unit"}


def test_warm_goods_are_pulled_down_in_a_room_that_is_not_judged_by_the_band(
    city: tuple[Plan, Recorder, Ledger],
) -> None:
    _, recorder, _ = city
    entry = next(one for one in recorder.registered if one.device == "warehouse-0001").history[0]
    assert entry.compartments["precool"].duty == "pre-cooling"
    assert not entry.channels["precool.product"].counts
    values = [value or 0.0 for _, value in recorder.samples("warehouse-0001")["precool.product"]]
    warmest = values.index(max(values))
    assert values[warmest] > 6.0
    assert values[min(warmest + 90, len(values) - 1)] < values[warmest] - 1.0
