"""The library's scenarios: what happens in each, by truth and by what was measured."""

from functools import cache
from typing import Any

from msgspec.structs import replace

from coldchain.celsius import to_micro
from coldchain.columns import judge
from coldchain.enrolment import Enrolled, Plans
from coldchain.records import ExcursionRecord
from coldchain.times import MINUTE_MS, from_iso
from coldchain.whole import Samples, records_of
from runtime.profiles import load_profiles
from sensor_emulator import Recorder, Truth, load_scenario, run
from sensor_emulator.faults import FAULTS
from sensor_emulator.plan import plan

PROFILES = load_profiles()
THREE = {
    ("locker-0011", "c02", "door-left-open"),
    ("van-0005", "main", "compressor-failed"),
    ("warehouse-0002", "main", "compressor-failed"),
}


@cache
def emulated(name: str) -> tuple[Recorder, dict[str, Any]]:
    scenario, recorder, truth = load_scenario(name, PROFILES), Recorder(), Truth()
    scenario = replace(scenario, duration_minutes=min(240.0, scenario.duration_minutes))
    ledger = run(scenario, recorder, profiles=PROFILES, speed="max", truth=truth)
    frames = {"made": ledger.made, "dropped": ledger.lost, "duplicated": ledger.duplicated}
    return recorder, truth.document(plan(scenario), PROFILES, frames, 0)


@cache
def measured(name: str) -> list[ExcursionRecord]:
    """What the batch, and so the stream, makes of the frames."""
    recorder, _ = emulated(name)
    plans, found = Plans(PROFILES), list[ExcursionRecord]()
    for registration in recorder.registered:
        enrolled = Enrolled.of(registration, plans)
        said = {
            channel: _as_judged(samples)
            for channel, samples in recorder.samples(registration.device).items()
        }
        kept = {channel: own for channel, own in said.items() if _matters(enrolled, channel, own)}
        found += records_of(enrolled, kept)
    return found


def _as_judged(said: list[tuple[int, float | None]]) -> Samples:
    """In micro-units; these fleets have no calibration, no null and nothing impossible."""
    return Samples([at for at, _ in said], [to_micro(value or 0.0) for _, value in said])


def _matters(enrolled: Enrolled, channel: str, own: Samples) -> bool:
    """Doors and defrosts do; of temperatures those with an excursion, pauses or none (the batch
    with pauses is slow).
    """
    post = enrolled.post(0, channel)
    return post.pauses or (
        post.plan is not None and len(judge(post.plan, own.times, own.values).excursions) > 0
    )


def confirmed(name: str) -> set[tuple[str, str, str]]:
    """Device, channel and limit of what was confirmed, by what was measured."""
    return {
        (one.device, one.channel, one.limit) for one in measured(name) if one.confirmed is not None
    }


def really(name: str) -> set[tuple[str, str, str]]:
    """The same by truth."""
    return {
        (one["device"], one["channel"], one["limit"])
        for one in emulated(name)[1]["excursions"]
        if one["confirmed"] is not None
    }


def test_the_demos_morning_has_three_faults_and_each_confirms_its_goods_critical_limit() -> None:
    _, truth = emulated("demo-morning")
    faults = {(one["device"], one["channel"].split(".")[0], one["kind"]) for one in truth["faults"]}
    assert faults == THREE
    for device, compartment, _ in THREE:
        assert (device, f"{compartment}.product", "warm") in really("demo-morning")
        assert (device, f"{compartment}.product", "warm") in confirmed("demo-morning")


def test_nothing_else_confirms_in_the_demos_morning_though_doors_open_all_over_the_city() -> None:
    places = {(device, compartment) for device, compartment, _ in THREE}
    for found in (confirmed("demo-morning"), really("demo-morning")):
        assert {(device, channel.split(".")[0]) for device, channel, _ in found} == places
    unconfirmed = {
        one.device
        for one in measured("demo-morning")
        if one.confirmed is None and one.limit == "warm" and one.channel.endswith("air")
    }
    assert len(unconfirmed) > 10, "ordinary door stops are seen, and forgiven"


def test_what_is_measured_confirms_what_is_true_within_minutes() -> None:
    said = {
        (one.device, one.channel, one.limit): from_iso(one.confirmed)
        for one in measured("demo-morning")
        if one.confirmed is not None
    }
    true = {
        (one["device"], one["channel"], one["limit"]): from_iso(one["confirmed"])
        for one in emulated("demo-morning")[1]["excursions"]
        if one["confirmed"] is not None
    }
    assert said.keys() == true.keys()
    for key, at in true.items():
        assert abs(said[key] - at) < 15 * MINUTE_MS, key


def test_a_quiet_days_morning_is_quiet() -> None:
    assert confirmed("quiet-day") == really("quiet-day") == set()
    assert len(measured("quiet-day")) > 10


def test_everything_at_once_holds_every_fault_and_its_ledger_adds_up() -> None:
    recorder, truth = emulated("everything-at-once")
    assert {one["kind"] for one in truth["faults"]} == set(FAULTS)
    frames = truth["frames"]
    assert frames["dropped"] > 0
    assert len(set(recorder.sent)) == len(recorder.sent), "a copy comes later than its original"
    copies = len(recorder.sent) - len({(name, payload) for name, payload, _ in recorder.sent})
    assert copies == frames["duplicated"] > 0
    assert sum(one["confirmed"] is not None for one in truth["excursions"]) > 10
