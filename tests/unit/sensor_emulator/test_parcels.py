"""Parcels: labels, ways and scans that hold together; what each really went through."""

from collections import Counter
from functools import cache
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coldchain.custody import CustodyEvent, decode_event
from coldchain.timeline import Timeline, timeline
from coldchain.times import MINUTE_MS, SECOND_MS, from_iso, iso
from runtime.profiles import load_profiles
from sensor_emulator import Ledger, Recorder, Truth, parse_scenario, run
from sensor_emulator.goods import TAU_S, Goods
from sensor_emulator.parcel import Parcel, Stay
from sensor_emulator.plan import Plan, plan
from sensor_emulator.sscc import check_digit, sscc

PROFILES = load_profiles()
CITY = """
start = 2026-07-18T05:00:00+08:00
duration_minutes = 330
seed = 3
title = { en = "A test" }
[parcels]
per_trip = 3
refused = 0.15
held = 0.2
late = LATE
missing = MISSING
green_channel = 0.4
[fleet.van]
count = 4
compartments = 2
mixed = true
profiles = { iced-seafood = 1, chilled-meat-and-dairy = 1 }
[fleet.warehouse]
count = 2
precooling = true
profiles = { iced-seafood = 1, chilled-meat-and-dairy = 1 }
[fleet.precooler]
count = 1
profiles = { iced-seafood = 1 }
[fleet.locker]
count = 8
compartments = 3
profiles = { iced-seafood = 1, chilled-meat-and-dairy = 1 }
[fleet.tag]
count = 3
profiles = { iced-seafood = 1 }
"""
TAGS = frozenset({"tag-0001", "tag-0002", "tag-0003"})


@cache
def emulated(
    late: float = 0.0, missing: float = 0.0
) -> tuple[Recorder, Ledger, Plan, dict[str, Any]]:
    text = CITY.replace("LATE", str(late)).replace("MISSING", str(missing))
    scenario = parse_scenario(text, "test.toml", PROFILES)
    recorder, truth, made = Recorder(), Truth(), plan(scenario)
    ledger = run(scenario, recorder, profiles=PROFILES, speed="max", truth=truth)
    document = truth.document(made, PROFILES, ledger.counts, 0)
    return recorder, ledger, made, msgspec.to_builtins(document)


def events(recorder: Recorder) -> dict[str, list[CustodyEvent]]:
    found: dict[str, list[CustodyEvent]] = {}
    for _, payload, _ in recorder.scanned:
        event = decode_event(payload)
        found.setdefault(event.parcel, []).append(event)
    return found


def ways(recorder: Recorder) -> dict[str, Timeline]:
    return {parcel: timeline(own, TAGS) for parcel, own in events(recorder).items()}


def test_the_check_digit_is_gs1s() -> None:
    assert check_digit("10614141123456789") == 7, "of the example in GS1's own pages"
    assert check_digit("629104150021") == 3


@given(st.integers(0, 10**9 - 1))
def test_a_label_has_18_digits_whose_weighted_sum_is_a_multiple_of_ten(serial: int) -> None:
    label = sscc(serial)
    assert len(label) == 18
    assert sum(int(d) * (3, 1)[i % 2] for i, d in enumerate(label)) % 10 == 0


def test_a_serial_number_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 9 digits"):
        sscc(10**9)


def test_every_scan_is_an_event_and_complete_scans_leave_nothing_amiss() -> None:
    recorder, ledger, made, _ = emulated()
    assert ledger.scans == len(recorder.scanned) == sum(len(one.scans) for one in made.parcels)
    assert not [way.problems for way in ways(recorder).values() if way.problems]
    acts = Counter(event.act for own in events(recorder).values() for event in own)
    assert set(acts) == {
        "loaded", "unloaded", "delivered", "handed-over", "refused", "held", "released",
        "inspected",
    }  # fmt: skip


def test_events_are_keyed_by_their_device_and_come_in_order_of_receipt() -> None:
    recorder, _, _, _ = emulated()
    assert all(decode_event(payload).device == device for device, payload, _ in recorder.scanned)
    receipts = [received for _, _, received in recorder.scanned]
    assert receipts == sorted(receipts)


def test_a_parcel_is_only_ever_among_goods_of_its_own_profile() -> None:
    _, _, made, _ = emulated()
    for parcel in made.parcels:
        for stay in parcel.stays:
            assert made.fleet.profile_of[stay.box] == parcel.profile


def test_in_a_mixed_locker_each_parcel_lies_where_its_own_goods_do() -> None:
    locker = "[fleet.locker]\ncount = 8\ncompartments = 3\n"
    text = (
        CITY.replace("LATE", "0")
        .replace("MISSING", "0")
        .replace("per_trip", "to_lockers = 1\nper_trip")
    )
    made = plan(parse_scenario(text.replace(locker, locker + "mixed = true\n"), "t.toml", PROFILES))
    fleet, seen = made.fleet, set[tuple[str, str]]()
    for parcel in made.parcels:
        for stay in parcel.stays:
            assert fleet.profile_of[stay.box] == parcel.profile
            seen.add((fleet.devices[fleet.device_of[stay.box]].kind, parcel.profile))
    assert {("locker", "iced-seafood"), ("locker", "chilled-meat-and-dairy")} <= seen


def test_a_parcel_is_in_one_place_at_a_time_and_moves_on() -> None:
    _, _, made, _ = emulated()
    for parcel in made.parcels:
        for one, then in pairwise(parcel.stays):
            assert one.end is not None
            assert one.start < one.end <= then.start
            assert then.start - one.end < 6 * MINUTE_MS, "never long in anybody's hands"


def test_goods_leave_a_van_only_while_its_door_is_open() -> None:
    _, _, made, _ = emulated()
    vans = {box for device in made.fleet.devices if device.kind == "van" for box in device.boxes}
    checked = 0
    for parcel in made.parcels:
        for stay in parcel.stays:
            if stay.box not in vans or stay.end is None or parcel.gone is None:
                continue
            own = made.doors.box == stay.box
            opened = (made.doors.start[own] <= stay.end) & (stay.end <= made.doors.end[own])
            assert opened.any()
            checked += 1
    assert checked > 10


def test_a_van_opens_one_door_at_a_time() -> None:
    _, _, made, _ = emulated()
    for device in made.fleet.devices:
        if device.kind == "van":
            own = np.isin(made.doors.box, list(device.boxes))
            starts, ends = made.doors.start[own], made.doors.end[own]
            assert (starts[1:] >= ends[:-1]).all()
            assert len(set(made.doors.box[own].tolist())) == 2


def test_late_scans_come_late_and_missing_ones_never_and_truth_counts_them() -> None:
    recorder, ledger, _, truth = emulated(0.3, 0.2)
    lags = [received - decode_event(payload).moment for _, payload, received in recorder.scanned]
    assert sum(lag > 10 * MINUTE_MS for lag in lags) > 10
    assert all(lag > 0 for lag in lags)
    assert ledger.scans_missing > 5
    counted = Counter[str]()
    for parcel in truth["parcels"]:
        counted.update(parcel["scans"])
    assert counted["missing"] == ledger.scans_missing
    assert counted["made"] == ledger.scans + ledger.scans_missing
    codes = {problem.code for way in ways(recorder).values() for problem in way.problems}
    assert codes & {"unloading-missing", "loading-missing"}


def test_a_hand_thermometer_says_what_the_parcel_has() -> None:
    recorder, _, _, truth = emulated()
    true = {one["parcel"]: one for one in truth["parcels"]}
    measured = [e for own in events(recorder).values() for e in own if e.measured is not None]
    assert len(measured) > 10
    for event in measured:
        assert event.measured is not None
        own = true[event.parcel]
        assert own["min"] - 1.5 < event.measured.celsius < own["max"] + 1.5


def test_truth_tells_each_parcels_legs_as_its_scans_do() -> None:
    recorder, _, _, truth = emulated()
    told = {one["parcel"]: one for one in truth["parcels"]}
    assert told.keys() == events(recorder).keys()
    for name, way in ways(recorder).items():
        legs = [(leg.device, leg.compartment, leg.start) for leg in way.legs if not leg.is_tag]
        said = [
            (one["device"], one["compartment"], from_iso(one["start"]))
            for one in told[name]["legs"]
        ]
        assert said == legs
        tags = {leg.device for leg in way.legs if leg.is_tag}
        assert tags == ({told[name]["tag"]} - {None})
        assert told[name]["delivered"] == (None if way.delivered is None else iso(way.delivered))


def test_a_parcel_from_the_sea_came_warm_and_its_verdict_begins_when_it_is_cold() -> None:
    _, _, _, truth = emulated()
    came = [one for one in truth["parcels"] if one["shipment"].startswith("sea-")]
    legs = [leg for one in truth["parcels"] for leg in one["legs"] if not leg["counts"]]
    assert max(leg["max"] for leg in legs) > 8
    assert any(one["verdict"] is None for one in came), "some are being pre-cooled yet"
    carried = [one for one in truth["parcels"] if len(one["legs"]) > 2 and one["legs"][0] in legs]
    assert carried
    assert all(one["max"] < 8 for one in carried)


def test_a_tag_is_tied_on_when_a_parcel_is_cold_and_counts_in_truth_while_it_is() -> None:
    _, _, made, truth = emulated()
    tagged = [parcel for parcel in made.parcels if parcel.tag is not None]
    assert tagged
    for parcel in tagged:
        stays = [one for one in parcel.stays if made.fleet.duty_of[one.box] != "pre-cooling"]
        assert parcel.tied == stays[0].start + SECOND_MS
    rides = {(parcel.tied, parcel.untied or 1 << 60) for parcel in tagged}
    warm = [one for one in truth["excursions"] if one["device"].startswith("tag")]
    assert warm, "in hand the air about it is the day's"
    for one in warm:
        start = from_iso(one["start"])
        assert any(tied <= start < untied for tied, untied in rides)


def test_a_tag_measures_the_parcel_it_rides_with() -> None:
    recorder, _, _, truth = emulated()
    tagged = [one for one in truth["parcels"] if one["tag"] is not None]
    assert len(tagged) >= 3
    one = tagged[0]
    legs = [(from_iso(leg["start"]), leg) for leg in one["legs"]]
    start = legs[0][0] + 5 * MINUTE_MS
    stop = from_iso(one["delivered"]) if one["delivered"] else 1 << 60
    samples = recorder.samples(one["tag"])["main.product"]
    own = [value for at, value in samples if start < at < stop - MINUTE_MS and value is not None]
    low = min(leg["min"] for _, leg in legs)
    high = max(leg["max"] for _, leg in legs)
    assert len(own) > 20
    assert low - 0.6 < min(own)
    assert max(own) < high + 2.5, "in hand it may be warmer than in any leg"
    registered = {r.device: r.history[0] for r in recorder.registered}
    assert registered[one["tag"]].kind == "tag"
    assert registered[one["tag"]].compartments["main"].duty == "empty"


def test_a_mobile_unit_takes_in_its_load_at_the_coast_and_brings_it_to_the_harbour() -> None:
    _, _, made, _ = emulated()
    (unit,) = [device for device in made.fleet.devices if device.kind == "precooler"]
    route = made.fleet.routes[unit.index]
    trip = route.trips[0]
    assert route.at(trip.leaves + 1) == unit.place.point
    assert route.at(trip.back) == (36.079, 120.318)
    loads = made.loads.at[made.loads.box == unit.first].tolist()
    assert loads == [one.leaves for one in route.trips if one.leaves < 1 << 60][: len(loads)]
    moved = [p for p in made.parcels if p.stays[0].box == unit.first and len(p.stays) > 1]
    for parcel in moved:
        assert trip.back < (parcel.stays[0].end or 0)


def test_a_parcel_follows_its_surroundings_as_the_closed_form_says() -> None:
    parcel = Parcel(0, "iced-seafood", stays=[Stay(0, 0, None)])
    goods = Goods([parcel], np.array([False]), 10.0, 1)
    air, cargo = np.array([8.0]), np.array([2.0])
    goods.step(10_000, air, cargo, 30.0)
    first = 8.0 - goods.celsius[0]
    for step in range(2, 361):
        goods.step(step * 10_000, air, cargo, 30.0)
    rate = -np.log(first / 6.0) / 10.0
    assert 8.0 - goods.celsius[0] == pytest.approx(6.0 * np.exp(-rate * 3600))
    assert 0.4 * TAU_S < 1 / rate < 2.5 * TAU_S


def test_the_same_run_has_the_same_labels_and_another_day_others() -> None:
    recorder, _, _, _ = emulated()
    text = CITY.replace("LATE", "0").replace("MISSING", "0")
    scenario = parse_scenario(text, "test.toml", PROFILES)
    found = []
    for start in (scenario.start_ms, scenario.start_ms + 86_400_000):
        other = Recorder()
        run(scenario, other, profiles=PROFILES, speed="max", start_ms=start)
        found.append(other)
    assert found[0].scanned == recorder.scanned
    assert not events(found[1]).keys() & events(recorder).keys()
    ids = [event.id for own in events(recorder).values() for event in own]
    assert len(set(ids)) == len(ids)
