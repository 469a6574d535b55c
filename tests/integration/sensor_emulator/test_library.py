"""The library's scenarios: emulated to a folder, judged in one batch as `evaluate DIR` does, and
scored against the truth as `score` does. Three rooms together, without a server.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from coldchain.custody import decode_event
from coldchain.fleet import JUDGED
from coldchain.records import ExcursionRecord
from coldchain.scoring import score
from coldchain.truth import Score
from ingest.folder import judge_folder
from runtime.profiles import load_profiles
from sensor_emulator import FolderTarget, Ledger, Truth, library, load_scenario, run
from sensor_emulator.faults import FAULTS
from sensor_emulator.plan import plan

PROFILES = load_profiles()
#: Long days are cut to what happens first (minutes), and all but the demo's are emulated in
#: coarser steps than a person's run, so that the tests take seconds. Samples are as close as a
#: person's: what rules make of a sensor's jumps hangs on it.
CUT = {"demo-morning": 180.0, "quiet-day": 90.0, "summer-peak": 190.0, "everything-at-once": 240.0}
COARSE = {"step_seconds": 15}
#: True and measured, but parted by noise about a threshold that is passed slowly.
MISSED_HEALTHY = {"locker-blackout": {("cabinet-0003", "c01.air", "warm")}}
THREE = {
    ("locker-0011", "c02", "door-left-open"),
    ("van-0005", "main", "compressor-failed"),
    ("warehouse-0002", "main", "compressor-failed"),
}


@dataclass(frozen=True)
class Day:
    """A scenario carried out: its ledger, its truth, what was judged, and the score."""

    ledger: Ledger
    truth: dict[str, Any]
    judged: list[ExcursionRecord]
    refused: int
    lines: Counter[bytes]
    scans: list[bytes]
    score: Score


@cache
def day(name: str) -> Day:
    scenario = load_scenario(name, PROFILES)
    changes: dict[str, Any] = {} if name == "demo-morning" else dict(COARSE)
    changes["duration_minutes"] = CUT.get(name, scenario.duration_minutes)
    scenario = replace(scenario, **changes)
    with TemporaryDirectory() as kept:
        folder, truth = Path(kept), Truth()
        target = FolderTarget(folder)
        ledger = run(scenario, target, profiles=PROFILES, speed="max", truth=truth)
        target.close()
        true = truth.document(plan(scenario), PROFILES, ledger.counts, 0)
        found = judge_folder(folder, PROFILES)
        lines = Counter((folder / "frames.jsonl").read_bytes().splitlines())
        scans = (folder / "custody.jsonl").read_bytes().splitlines()
    return Day(
        ledger,
        msgspec.to_builtins(true),
        found.records,
        len(found.rejected),
        lines,
        scans,
        score(true, found.records, found.conditions, rules=JUDGED),
    )


def confirmed(name: str) -> set[tuple[str, str, str]]:
    """Device, compartment and limit of what was confirmed, by what was measured."""
    return {
        (one.device, one.compartment, one.limit)
        for one in day(name).judged
        if one.confirmed is not None
    }


def faults(name: str) -> set[tuple[str, str, str]]:
    found = [(one["device"], one["channel"], one["kind"]) for one in day(name).truth["faults"]]
    return {(device, channel.split(".")[0], kind) for device, channel, kind in found}


@pytest.mark.parametrize("name", library())
def test_no_scenario_has_a_miss_or_a_false_alarm_that_nothing_explains(name: str) -> None:
    said = day(name).score
    assert name == "everything-at-once" or not said.false_alarms
    assert said.healthy.missed == len(MISSED_HEALTHY.get(name, ()))
    assert all(one.because for one in [*said.missed, *said.false_alarms])
    assert said.excursions.recall is None or said.excursions.recall > 0.85


@pytest.mark.parametrize("name", library())
def test_every_scenario_has_parcels_whose_scans_can_be_read(name: str) -> None:
    one = day(name)
    assert len(one.scans) == one.ledger.scans > 40
    parcels = {decode_event(line).parcel for line in one.scans}
    assert parcels <= {parcel["parcel"] for parcel in one.truth["parcels"]}


@pytest.mark.parametrize(
    "name",
    sorted(set(library()) - {"quiet-day", "locker-blackout", "everything-at-once"}),
)
def test_where_gateways_get_through_all_that_is_true_is_found_within_minutes(name: str) -> None:
    said = day(name).score
    assert said.is_perfect
    assert said.excursions.true >= 4
    critical = [one for one in said.by_limit if one.severity == "critical"]
    assert critical
    assert all(one.delay is not None and abs(one.delay) < 5 for one in critical)


def test_the_demos_morning_has_three_faults_and_nothing_else_confirms() -> None:
    assert faults("demo-morning") == THREE
    places = {(device, compartment) for device, compartment, _ in THREE}
    assert {(device, where) for device, where, _ in confirmed("demo-morning")} == places
    for place in places:
        assert (*place, "warm") in confirmed("demo-morning")
    unconfirmed = {
        one.device
        for one in day("demo-morning").judged
        if one.confirmed is None and one.limit == "warm" and one.channel.endswith("air")
    }
    assert len(unconfirmed) > 10, "ordinary door stops are seen, and forgiven"


def test_a_quiet_days_morning_is_quiet() -> None:
    assert confirmed("quiet-day") == set()
    assert len(day("quiet-day").judged) > 10
    verdicts = Counter(one["verdict"] for one in day("quiet-day").truth["parcels"])
    assert verdicts["accept"] > 10
    assert verdicts["reject"] == 0


def test_on_a_summers_peak_just_the_three_that_give_way_are_critical() -> None:
    gave_way = {(device, where) for device, where, _ in confirmed("summer-peak")}
    named = {(device, where) for device, where, _ in faults("summer-peak")}
    assert gave_way == named


def test_a_vans_unit_fails_for_all_its_compartments_and_its_parcels_alone() -> None:
    name = "compressor-failure-on-the-ring-road"
    assert {(device, where) for device, where, _ in confirmed(name)} == {
        ("van-0004", "c01"),
        ("van-0004", "c02"),
    }
    spoilt = [one for one in day(name).truth["parcels"] if one["verdict"] == "reject"]
    assert len(spoilt) >= 3
    assert all("van-0004" in {leg["device"] for leg in one["legs"]} for one in spoilt)


def test_at_the_harbour_fish_comes_warm_and_one_store_has_no_power() -> None:
    one = day("harbour-morning")
    warm = {device for device, _, _ in confirmed("harbour-morning")}
    lies_there = {
        parcel["tag"]
        for parcel in one.truth["parcels"]
        if parcel["legs"][-1]["device"] == "warehouse-0003"
    }
    assert "warehouse-0003" in warm
    assert warm - {"warehouse-0003"} <= lies_there, "a tag that rides with a parcel in there"
    first = Counter(parcel["legs"][0]["device"].split("-")[0] for parcel in one.truth["parcels"])
    assert first["precooler"] > 3
    assert any(parcel["green_channel"] for parcel in one.truth["parcels"])


def test_in_a_blackout_what_is_missed_is_of_the_gateway_that_died_too() -> None:
    said = day("locker-blackout").score
    dark = [one for one in said.missed if one.device == "locker-0012"]
    assert dark
    assert all(any("gateway-dead" in why for why in one.because) for one in dark)
    rest = {(one.device, one.channel, one.kind) for one in said.missed if one not in dark}
    assert rest == MISSED_HEALTHY["locker-blackout"]


def test_from_a_dead_zone_everything_comes_in_the_end() -> None:
    assert {device for device, _, _ in confirmed("dead-zone")} == {"van-0002"}
    assert day("dead-zone").ledger.scans_missing > 0
    assert sum(one["scans"]["late"] for one in day("dead-zone").truth["parcels"]) > 10


def test_everything_at_once_holds_every_fault_and_its_ledger_adds_up() -> None:
    one = day("everything-at-once")
    assert {fault["kind"] for fault in one.truth["faults"]} == set(FAULTS)
    frames = one.truth["frames"]
    assert frames["dropped"] > 0
    assert sum(one.lines.values()) - len(one.lines) == frames["duplicated"] > 0
    assert one.refused == one.ledger.corrupted > 0
    assert one.score.excursions.true > 50
    assert one.score.not_scored
