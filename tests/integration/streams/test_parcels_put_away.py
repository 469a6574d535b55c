"""Parcels that are over leave the state; what comes for them after that is put right or said."""

import random

import pytest
from worker_bench import Bench, wait_until

from broker.clients import producer
from broker.topics import REJECTED, SCANS, Topic
from coldchain.book import Book
from coldchain.cargo import Cargo
from coldchain.custody import Act, CustodyEvent
from coldchain.enrolment import Enrolled, Plans
from coldchain.frames import Channel, Frame
from coldchain.parcel_records import ParcelRecord
from coldchain.registry import CompartmentEntry, Entry, Registration
from coldchain.times import iso
from coldchain.whole import samples_of
from runtime.profiles import load_profiles
from streams.parcels.memory import ParcelMemory, pack, unpack

pytestmark = pytest.mark.integration

T0 = 1_795_413_600_000
MINUTE = 60_000
PROFILES = load_profiles()
STATE = Topic("coldchain.streams-parcels-changelog", "parcel", None)
VAN = Registration(
    device="van-1",
    history=[
        Entry(
            since="2026-01-01T00:00:00Z",
            kind="van",
            asset="van-1",
            compartments={"main": CompartmentEntry(profile="iced-seafood")},
        )
    ],
)
OPTIONS = ("--checkpoint", "0.2", "--settle", "0.2", "--parcels-kept", "0.0003")


def frames(minutes: int) -> list[Frame]:
    chance = random.Random(1)
    made = []
    for minute in range(minutes):
        at = T0 + minute * MINUTE
        values: list[float | None] = [round(chance.uniform(1.0, 3.0), 2) for _ in range(2)]
        air = Channel(name="main.air", start=at, step=30_000, values=values)
        made.append(
            Frame(v=1, device="van-1", boot=1, seq=minute, sent=at + MINUTE, channels=[air])
        )
    return made


def scan(minute: int, act: Act, parcel: str = "FISH") -> CustodyEvent:
    return CustodyEvent(
        id=f"{parcel}-{minute}",
        parcel=parcel,
        act=act,
        at=iso(T0 + minute * MINUTE),
        device="van-1",
        profile="iced-seafood",
    )


WAY = [scan(5, "loaded"), scan(30, "delivered")]


def in_one_batch(scans: list[CustodyEvent]) -> ParcelRecord:
    enrolled = Enrolled.of(VAN, Plans(PROFILES))
    cargo = Cargo.of(Book({"van-1": enrolled}.get, PROFILES.get), scans)
    [journey] = cargo.journeys({"van-1": samples_of(enrolled, frames(60))})
    return journey.record()


def state(bench: Bench) -> dict[str, ParcelMemory]:
    """What the changelog keeps of each parcel."""
    found: dict[str, ParcelMemory] = {}
    for key, value, _ in bench.records(STATE) if bench.places(STATE) else ():
        assert key is not None
        if not value:
            found.pop(key.decode(), None)
        else:
            found[key.decode()] = unpack(value)
    return found


def wait_until_put_away(bench: Bench) -> None:
    wait_until(lambda: bench.parcels() == {"FISH": in_one_batch(WAY)}, "the parcel is judged")
    wait_until(lambda: state(bench)["FISH"].is_away, "it is put away")


def test_a_scan_that_comes_after_a_parcel_was_put_away_finds_all_of_it_again(
    bench: Bench,
) -> None:
    bench.register(VAN)
    late = scan(12, "inspected")
    with bench.worker(*OPTIONS):
        bench.scan(*WAY)
        bench.send_frames(*frames(60))
        wait_until_put_away(bench)
        assert not state(bench)["FISH"].events
    with bench.worker(*OPTIONS):  # nobody's memory but the changelog's
        bench.scan(scan(20, "unloaded"), late)
        expected = in_one_batch([*WAY, scan(20, "unloaded"), late])
        wait_until(lambda: bench.parcels() == {"FISH": expected}, "it is put right")
        wait_until(lambda: state(bench)["FISH"].is_away, "it is put away once more")
    assert expected.stretches != in_one_batch(WAY).stretches
    assert bench.records(REJECTED) == []


def test_a_late_scan_of_a_parcel_whose_scans_are_gone_is_in_the_dead_letters(
    bench: Bench,
) -> None:
    bench.register(VAN)
    away = ParcelMemory(first=0, last=0, touched=T0 * 2)  # to be forgotten in the far future
    with bench.worker(*OPTIONS):
        bench.scan(scan(5, "loaded", "MILK"))
        wait_until(lambda: "MILK" in state(bench), "there is a changelog")
        [place] = [one for one, count in bench.places(SCANS).items() if count]
    sender = producer(bench.kafka)
    sender.send(bench.kafka.topic(STATE), key=b"MILK", value=pack(away), partition=place).get(10)
    sender.close()
    bench.empty(SCANS)
    with bench.worker(*OPTIONS):
        bench.scan(scan(30, "delivered", "MILK"))
        wait_until(lambda: len(bench.records(REJECTED)) == 1, "the scan is refused")
    [(_, _, headers)] = bench.records(REJECTED)
    assert headers["reason"] == b"too-old: the scans of parcel MILK are no longer kept"
    assert bench.parcels().keys() <= {"MILK"}
    assert state(bench)["MILK"].is_away
