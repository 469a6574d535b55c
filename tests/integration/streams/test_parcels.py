"""Parcels through a worker on real Kafka and InfluxDB: their scans and readings in any order."""

import random

import msgspec
import pytest
from worker_bench import Bench, wait_until

from broker.topics import CUSTODY, EXCURSIONS, REJECTED
from coldchain.book import Book
from coldchain.cargo import Cargo
from coldchain.custody import Act, CustodyEvent
from coldchain.enrolment import Enrolled, Plans
from coldchain.frames import Channel, Frame
from coldchain.holding import that_hold
from coldchain.parcel_records import ParcelRecord
from coldchain.records import ExcursionRecord
from coldchain.registry import CompartmentEntry, Duty, Entry, Kind, Registration
from coldchain.times import iso
from coldchain.whole import samples_of
from runtime.profiles import load_profiles

pytestmark = pytest.mark.integration

T0 = 1_795_413_600_000
MINUTE = 60_000
PROFILES = load_profiles()


def device(name: str, kind: Kind, profile: str, duty: Duty = "in-service") -> Registration:
    boxes = {"main": CompartmentEntry(profile=profile, duty=duty)}
    entry = Entry(since="2026-01-01T00:00:00Z", kind=kind, asset=name, compartments=boxes)
    return Registration(device=name, history=[entry])


DEVICES = [
    device("room-1", "precooler", "iced-seafood", "pre-cooling"),
    device("van-1", "van", "chilled-meat-and-dairy"),
    device("locker-1", "locker", "chilled-meat-and-dairy", "empty"),
    device("tag-1", "tag", "iced-seafood"),
]


def frames(name: str, celsius: "list[tuple[int, float]]", end: int = 240) -> list[Frame]:
    """A frame a minute; from each of these minutes on that temperature."""
    chance = random.Random(name)
    made: list[Frame] = []
    for minute in range(end):
        at = T0 + minute * MINUTE
        base = [c for since, c in celsius if since <= minute][-1]
        values: list[float | None] = [round(base + chance.uniform(-0.3, 0.3), 2) for _ in range(2)]
        air = Channel(name="main.air", start=at, step=30_000, values=values)
        made.append(Frame(v=1, device=name, boot=1, seq=minute, sent=at + MINUTE, channels=[air]))
    return made


def scan(parcel: str, minute: int, act: Act, name: str, profile: str = "") -> CustodyEvent:
    return CustodyEvent(
        id=f"{parcel}-{minute}-{act}-{name}",
        parcel=parcel,
        act=act,
        at=iso(T0 + minute * MINUTE + 20_000),
        device=name,
        profile=profile,
    )


def way(parcel: str, profile: str = "iced-seafood") -> list[CustodyEvent]:
    return [
        scan(parcel, 10, "loaded", "room-1", profile),
        scan(parcel, 60, "unloaded", "room-1"),
        scan(parcel, 61, "loaded", "van-1", profile),
        scan(parcel, 120, "unloaded", "van-1"),
        scan(parcel, 120, "loaded", "locker-1", profile),
        scan(parcel, 200, "delivered", "locker-1"),
    ]


CITY = {
    "room-1": frames("room-1", [(0, 12.0), (40, 1.0)]),
    "van-1": frames("van-1", [(0, 2.0), (80, 5.5), (115, 2.0)]),  # warm for fish, not for milk
    "locker-1": frames("locker-1", [(0, 20.0), (100, 1.5)]),
}
FRAMES = sorted((one for made in CITY.values() for one in made), key=lambda one: one.sent)
BOOK_PLANS = Plans(PROFILES)
ENROLLED = {one.device: Enrolled.of(one, BOOK_PLANS) for one in DEVICES}


def in_one_batch(scans: list[CustodyEvent], city: dict[str, list[Frame]]) -> ParcelRecord:
    """The record that a batch over all scans and frames comes to."""
    cargo = Cargo.of(Book(ENROLLED.get, PROFILES.get), scans)
    samples = {name: samples_of(ENROLLED[name], made) for name, made in city.items()}
    [journey] = cargo.journeys(samples)
    return journey.record()


def test_a_parcel_that_was_too_warm_in_a_van_fit_for_other_goods_is_rejected(
    bench: Bench,
) -> None:
    bench.register(*DEVICES)
    fish, milk = way("FISH"), way("MILK", "chilled-meat-and-dairy")
    with bench.worker("--settle", "0.5"):
        bench.scan(*fish, *milk)
        bench.send_frames(*FRAMES)
        expected = {"FISH": in_one_batch(fish, CITY), "MILK": in_one_batch(milk, CITY)}
        wait_until(lambda: bench.parcels() == expected, "both parcels are judged as in one batch")
        bench.wait_committed()
    assert (expected["FISH"].verdict, expected["MILK"].verdict) == ("reject", "accept")
    held = [one for one in bench.excursions(EXCURSIONS).values() if one.state != "withdrawn"]
    warm = [one for one in held if one.device == "van-1" and one.severity == "critical"]
    assert {one.profile for one in held} == {"iced-seafood"}  # the strictest aboard
    assert warm
    assert {tuple(one.parcels) for one in warm} == {("FISH", "MILK")}
    assert bench.records(REJECTED) == []


def test_scans_that_come_after_the_readings_end_in_the_same_records(
    bench: Bench, other_bench: Bench
) -> None:
    scans = way("FISH") + way("MILK", "chilled-meat-and-dairy")
    chance = random.Random(4)
    for place, late in ((bench, False), (other_bench, True)):
        place.register(*DEVICES)
        with place.worker("--settle", "0.5"):
            if late:
                place.send_frames(*FRAMES)
                place.wait_committed()
                chance.shuffle(scans)
            place.scan(*scans)
            if not late:
                place.send_frames(*FRAMES)
            expected = in_one_batch(way("FISH"), CITY)
            wait_until(
                lambda: place.parcels().get("FISH") == expected,  # noqa: B023 - asked at once
                "the parcel is judged as in one batch",
            )
            wait_until(
                lambda: {one.profile for one in standing(place)} == {"iced-seafood"},  # noqa: B023
                "compartments are judged by the strictest aboard",
            )
            place.wait_done()
    assert what(bench) == what(other_bench)
    assert bench.parcels() == other_bench.parcels()


def test_a_worker_killed_in_mid_stream_says_of_parcels_what_one_that_lived_says(
    bench: Bench,
) -> None:
    bench.register(*DEVICES)
    scans = way("FISH")
    middle = len(FRAMES) // 2
    first = bench.start_worker("--settle", "0.5")
    try:
        bench.scan(*scans[:4])
        bench.send_frames(*FRAMES[:middle])
        wait_until(lambda: bench.readings_stored() > 0, "it has begun")
    finally:
        first.kill()
        first.wait()
    bench.scan(*scans[4:])
    bench.send_frames(*FRAMES[middle:])
    with bench.worker("--settle", "0.5"):
        expected = in_one_batch(scans, CITY)
        wait_until(lambda: bench.parcels().get("FISH") == expected, "the parcel is judged")
        bench.wait_committed()


def test_a_scan_that_is_none_or_of_unknown_goods_is_in_the_dead_letters(bench: Bench) -> None:
    bench.register(*DEVICES)
    odd = scan("ODD", 5, "loaded", "van-1", "moon-dust")
    with bench.worker():
        bench.scan(odd)
        bench.send(("van-1", b"no scan", T0), topic=CUSTODY)
        wait_until(lambda: len(bench.records(REJECTED)) == 2, "both are refused")
    reasons = sorted(headers["reason"].decode() for _, _, headers in bench.records(REJECTED))
    assert reasons[1] == "profile 'moon-dust' is not known here"


def standing(bench: Bench) -> list[ExcursionRecord]:
    return [one for one in bench.excursions(EXCURSIONS).values() if one.state != "withdrawn"]


def what(bench: Bench) -> dict[str, object]:
    """What stands of each excursion, whenever it was said."""
    return {
        one.id: msgspec.structs.replace(one, as_of=0, supersedes=[], state="closed")
        for one in that_hold(bench.said(EXCURSIONS))
    }
