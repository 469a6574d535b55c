"""Faults: each does what its name says, where and when it says, and nothing else."""

from functools import cache
from itertools import pairwise

import pytest
from msgspec.structs import replace

from coldchain.frames import Channel, FrameError, decode_frame
from coldchain.times import MINUTE_MS, from_iso
from coldchain.truth import FrameCounts
from runtime.profiles import load_profiles
from sensor_emulator import Ledger, Recorder, Truth, load_scenario, parse_scenario, run
from sensor_emulator.city import City
from sensor_emulator.faults import FAULTS
from sensor_emulator.plan import plan
from sensor_emulator.recorder import Samples

PROFILES = load_profiles()
CITY = """
start = 2026-07-18T07:00:00+08:00
duration_minutes = 90
title = { en = "A test" }
[fleet.van]
count = 2
profiles = { iced-seafood = 1 }
[fleet.locker]
count = 1
compartments = 2
profiles = { iced-seafood = 1 }
"""
START = from_iso("2026-07-18T07:00:00+08:00")
#: Faults of a part that a van does not have.
HAS = {"mains-lost": "locker-0001"}
SOUND = Recorder()
run(parse_scenario(CITY, "test.toml", PROFILES), SOUND, profiles=PROFILES, speed="max")


@cache
def with_fault(kind: str, device: str = "van-0001", more: str = "") -> tuple[Recorder, Ledger]:
    """The city with one fault from minute 20 to 60."""
    fault = f'[[faults]]\nkind = "{kind}"\ndevice = "{device}"\nat_minutes = 20\nfor_minutes = 40\n'
    recorder = Recorder()
    scenario = parse_scenario(CITY + fault + more, "test.toml", PROFILES)
    return recorder, run(scenario, recorder, profiles=PROFILES, speed="max")


def minute(at: int) -> float:
    return (at - START) / MINUTE_MS


def within(samples: Samples, low: float = 20.0, high: float = 60.0) -> list[float | None]:
    return [value for at, value in samples if low <= minute(at) < high]


def most(samples: Samples, low: float, high: float) -> float:
    return max(value for value in within(samples, low, high) if value is not None)


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_leaves_other_devices_as_they_were(kind: str) -> None:
    recorder, _ = with_fault(kind, HAS.get(kind, "van-0001"))
    for other in {"van-0001", "van-0002", "locker-0001"} - {HAS.get(kind, "van-0001")}:
        assert recorder.samples(other) == SOUND.samples(other)


@pytest.mark.parametrize("kind", FAULTS)
def test_nothing_differs_before_a_fault_begins(kind: str) -> None:
    before = START + 19 * MINUTE_MS
    recorder, _ = with_fault(kind, HAS.get(kind, "van-0001"))

    def early(of: Recorder) -> list[tuple[str, list[Channel]]]:
        return [
            (name, decode_frame(payload).channels)
            for name, payload, received in of.sent
            if received < before
        ]

    assert early(recorder) == early(SOUND)


@pytest.mark.parametrize("kind", FAULTS)
def test_truth_names_a_fault_with_its_times(kind: str) -> None:
    device = HAS.get(kind, "van-0001")
    fault = f'[[faults]]\nkind = "{kind}"\ndevice = "{device}"\nat_minutes = 20\n'
    made = plan(parse_scenario(CITY + fault, "test.toml", PROFILES))
    truth = Truth()
    for stretch in City(made, made.fleet.boxes(1, PROFILES)).stretches():
        truth.add(stretch)
    told = truth.document(made, PROFILES, FrameCounts(), 0).faults
    assert told
    for one in told:
        assert (one.device, one.kind) == (device, kind)
        assert minute(from_iso(one.start)) == 20
        assert minute(from_iso(one.end or "")) == 90


def test_a_failed_compressor_stands_still_and_the_van_warms() -> None:
    recorder, _ = with_fault("compressor-failed")
    samples = recorder.samples("van-0001")
    runs = [at for at, value in samples["main.compressor"] if value == 1]
    assert not [at for at in runs if 20.1 < minute(at) < 59.9]
    assert most(samples["main.air"], 50, 60) > most(SOUND.samples("van-0001")["main.air"], 50, 60)
    assert most(samples["main.product"], 58, 60) > most(samples["main.product"], 10, 20) + 0.5


def test_a_door_left_open_is_told_so_and_warms_its_compartment_alone() -> None:
    recorder, _ = with_fault("door-left-open", "locker-0001", 'compartment = "c01"')
    samples = recorder.samples("locker-0001")
    opened = [minute(at) for at, value in samples["c01.door"] if value == 1]
    assert any(19 < at <= 20.01 for at in opened)
    assert most(samples["c01.air"], 50, 60) > 10
    assert most(samples["c02.air"], 50, 60) < 4


def test_lost_mains_stop_the_cooling_of_what_hangs_on_them() -> None:
    recorder, _ = with_fault("mains-lost", "locker-0001")
    samples = recorder.samples("locker-0001")
    assert most(samples["c01.air"], 55, 60) > most(samples["c01.air"], 0, 20) + 2
    assert [value for _, value in samples["unit.mains"]] == [1, 0, 1]


def test_a_wrong_set_point_moves_the_air_by_as_much() -> None:
    recorder, _ = with_fault("set-point-wrong", more="amount = 5.0")
    values = [value or 0.0 for value in within(recorder.samples("van-0001")["main.air"], 50, 60)]
    assert 4.0 < sum(values) / len(values) < 8.0


def test_a_leaking_unit_runs_ever_longer() -> None:
    recorder, _ = with_fault("refrigerant-leaking", more="amount = 1.4")
    sick = most(recorder.samples("van-0001")["main.air"], 55, 60)
    assert sick > most(SOUND.samples("van-0001")["main.air"], 55, 60) + 1


def test_a_stuck_sensor_repeats_one_value() -> None:
    recorder, _ = with_fault("sensor-stuck")
    assert len(set(within(recorder.samples("van-0001")["main.product"]))) == 1
    assert len(set(within(SOUND.samples("van-0001")["main.product"]))) > 5


def test_a_dead_sensor_sends_nulls_that_count_as_no_readings() -> None:
    recorder, ledger = with_fault("sensor-dead")
    assert set(within(recorder.samples("van-0001")["main.air"])) == {None}
    assert sum(frame.readings() for frame in recorder.frames()) == ledger.readings


def test_a_sensor_that_sticks_while_it_is_dead_repeats_what_it_says_first_after_that() -> None:
    of_van = '[[faults]]\nkind = "{}"\ndevice = "van-0001"\nat_minutes = {}\nfor_minutes = {}\n'
    faults = of_van.format("sensor-dead", 15, 20) + of_van.format("sensor-stuck", 20, 40)
    recorder, city = Recorder(), parse_scenario(CITY + faults, "test.toml", PROFILES)
    run(city, recorder, profiles=PROFILES, speed="max")
    samples = recorder.samples("van-0001")["main.product"]
    assert set(within(samples, 15, 35)) == {None}
    assert len(set(within(samples, 35, 60))) == 1
    assert None not in within(samples, 35, 90)
    assert len(set(within(samples, 60, 90))) > 1


def test_a_spiking_sensor_spikes_now_and_then() -> None:
    recorder, _ = with_fault("sensor-spiking", more="amount = 0.2")
    sick = recorder.samples("van-0001")["main.product"]
    spikes = [
        1 for (_, a), (_, b) in pairwise(sick) if a is not None and b is not None and abs(a - b) > 7
    ]
    assert 5 < len(spikes) < 60


def test_a_drifting_sensor_ends_off_by_its_rate() -> None:
    recorder, _ = with_fault("sensor-drifting", more="amount = 3.0")
    sick, sound = recorder.samples("van-0001"), SOUND.samples("van-0001")
    (_, said), (_, true) = sick["main.product"][118], sound["main.product"][118]
    assert said is not None
    assert true is not None
    assert said - true == pytest.approx(3.0 * 39.5 / 60, abs=0.1)


def test_a_wrong_clock_shifts_the_times_of_samples() -> None:
    recorder, _ = with_fault("clock-wrong", more="amount = -600")
    lags = [
        (received - decode_frame(payload).sent) / MINUTE_MS
        for name, payload, received in recorder.sent
        if name == "van-0001"
    ]
    assert sum(lag > 9.9 for lag in lags) > 35
    assert sum(lag < 0.1 for lag in lags) > 45


def test_a_reboot_raises_boot_begins_seq_anew_and_loses_what_was_not_sent() -> None:
    recorder, ledger = with_fault("rebooted")
    frames = recorder.frames("van-0001")
    first = frames[0].boot
    assert {frame.boot for frame in frames} == {first, first + 1}
    after = [frame.seq for frame in frames if frame.boot == first + 1]
    assert after == list(range(len(after)))
    lost = len(SOUND.samples("van-0001")["main.air"]) - len(
        recorder.samples("van-0001")["main.air"]
    )
    assert 0 <= lost <= 2
    assert ledger.complete


def test_out_of_coverage_stores_and_forwards_in_order() -> None:
    recorder, _ = with_fault("out-of-coverage")
    own = [(one[2], decode_frame(one[1]).seq) for one in recorder.sent if one[0] == "van-0001"]
    assert not [at for at, _ in own if 20 <= minute(at) < 60]
    assert [seq for _, seq in own] == list(range(len(own)))
    assert recorder.samples("van-0001") == SOUND.samples("van-0001")


def test_backfilled_later_sends_what_is_new_first_and_the_backlog_after_it_in_order() -> None:
    recorder, _ = with_fault("backfilled-later")
    own = [one for one in recorder.sent if one[0] == "van-0001"]
    assert not [at for _, _, at in own if 20 <= minute(at) < 60]
    seqs = [decode_frame(payload).seq for _, payload, _ in own]
    assert seqs != sorted(seqs)
    assert sorted(seqs) == list(range(len(seqs)))
    assert sum(seq < before for before, seq in pairwise(seqs)) == 1, "the backlog is in one piece"
    expected = sorted(SOUND.samples("van-0001")["main.air"])
    assert sorted(recorder.samples("van-0001")["main.air"]) == expected


def test_goods_loaded_warm_are_warm_at_once_and_cool_down() -> None:
    recorder, _ = with_fault("loaded-warm", more="amount = 16.0")
    product = recorder.samples("van-0001")["main.product"]
    assert most(product, 20, 24) > 10
    assert most(product, 80, 90) < most(product, 20, 24) - 1
    assert most(SOUND.samples("van-0001")["main.product"], 20, 24) < 4


def test_a_dead_gateway_sends_nothing_and_truth_counts_what_is_lost() -> None:
    recorder, ledger = with_fault("gateway-dead")
    own = [minute(at) for name, _, at in recorder.sent if name == "van-0001"]
    assert not [at for at in own if 20 <= at < 60]
    assert ledger.dropped == ledger.counts.dropped > 35
    assert ledger.made == ledger.frames + ledger.dropped


def test_duplicates_are_the_same_bytes_again_and_count_once() -> None:
    recorder, ledger = with_fault("frames-duplicated", more="amount = 0.5")
    own = [payload for name, payload, _ in recorder.sent if name == "van-0001"]
    assert len(own) - len(set(own)) == ledger.duplicated > 10
    assert ledger.readings == sum(frame.readings() for frame in SOUND.frames())


def test_reordered_frames_are_all_there() -> None:
    recorder, _ = with_fault("frames-reordered")
    own = [frame.seq for frame in recorder.frames("van-0001")]
    assert own != sorted(own)
    assert sorted(own) == list(range(len(own)))


def test_corrupted_frames_cannot_be_read_and_do_not_count() -> None:
    recorder, ledger = with_fault("frames-corrupted", more="amount = 0.5")
    refused, readings = 0, 0
    for _, payload, _ in recorder.sent:
        try:
            readings += decode_frame(payload).readings()
        except FrameError:
            refused += 1
    assert refused == ledger.corrupted == ledger.counts.dropped > 10
    assert readings == ledger.readings


def test_faults_at_a_rate_befall_a_fleet_about_as_often() -> None:
    text = CITY.replace("count = 2", "count = 400").replace("= 90", "= 1440")
    rate = '[[faults]]\nkind = "sensor-stuck"\nfleet = "van"\nper_day = 0.5\nfor_minutes = 60\n'
    faults = plan(parse_scenario(text + rate, "test.toml", PROFILES)).faults
    assert 150 < len(faults) < 250
    assert len({fault.place.name for fault in faults}) > 100


def test_a_run_cut_short_before_a_fault_has_none_of_it() -> None:
    scenario = load_scenario("demo-morning", PROFILES)
    for minutes, kinds in ((29.0, 0), (56.0, 2)):
        assert len(plan(replace(scenario, duration_minutes=minutes)).faults) == kinds
