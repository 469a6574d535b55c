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
DOCS = Path(__file__).parents[3] / "docs" / "emulator.md"
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


def figures(name: str) -> list[str]:
    """What docs/emulator.md says of a scenario: found of all, of sound sensors', precision,
    recall, delay.
    """
    row = next(
        line for line in DOCS.read_text("utf-8").splitlines() if line.startswith(f"| `{name}` |")
    )
    return [cell.strip() for cell in row.strip("|").split("|")][2:]


def measured(said: Score) -> list[str]:
    """The same, as scored."""
    every, sound = said.excursions, said.healthy
    ratios = ("-" if one is None else f"{one:.3f}" for one in (every.precision, every.recall))
    of_all, of_sound = (f"{one.found} of {one.true}" for one in (every, sound))
    delay = "-" if every.delay is None else f"{every.delay:.1f} ({every.longest_delay:.1f})"
    return [of_all, of_sound, *ratios, delay]


@pytest.mark.parametrize("name", library())
def test_every_scenario_scores_what_the_docs_say_whole_and_as_a_person_runs_it(name: str) -> None:
    assert measured(day(name).score) == figures(name)


@pytest.mark.parametrize("name", library())
def test_of_sound_sensors_nothing_is_missed_and_no_excursion_is_false(name: str) -> None:
    said = day(name).score
    assert said.healthy.found == said.healthy.true
    assert said.excursions.false_alarms == 0
    assert not said.false_alarms
    assert all(one.because for one in said.missed)


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


def test_a_quiet_day_is_quiet() -> None:
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
    assert dark == said.missed
    assert said.not_scored["warm"] == "1: nearer than a sensor can tell"


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


def test_what_the_docs_say_of_rules_faults_is_what_they_found() -> None:
    by_kind = {one.kind: one for one in day("everything-at-once").score.by_fault}
    spiking, doors = by_kind["sensor-spiking"], by_kind["door-left-open"]
    assert f"{spiking.found} of {spiking.true} spiking sensors" in DOCS.read_text("utf-8")
    assert doors.found == doors.true > 0
