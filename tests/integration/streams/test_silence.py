"""A device that stops sending is told of by the wall clock; an outage of ours flags nobody."""

import time
from collections.abc import Sequence

import pytest
from worker_bench import Bench, wait_until

from broker.topics import EXCURSIONS
from coldchain.frames import Channel, Frame, encode_frame
from coldchain.records import ConditionRecord
from coldchain.registry import CompartmentEntry, Entry, Registration
from coldchain.times import iso
from series.reader import Reader

pytestmark = pytest.mark.integration

VANS = ("van-1", "van-2", "van-3")
SECONDS = 4


def registration(device: str) -> Registration:
    entry = Entry(
        since="2026-01-01T00:00:00Z",
        kind="van",
        asset=device,
        compartments={"main": CompartmentEntry(profile="iced-seafood")},
        county="Jimo",
    )
    return Registration(device=device, history=[entry])


def frame(device: str, received: int) -> tuple[str, bytes, int]:
    """A frame as it is put on its topic: key, value, receipt (ms)."""
    air = Channel(name="main.air", at=[received], values=[2.0])
    made = Frame(v=1, device=device, boot=1, seq=received, sent=received, channels=[air])
    return device, encode_frame(made), received


def silences(bench: Bench) -> list[ConditionRecord]:
    return [one for one in bench.conditions(EXCURSIONS) if one.rule == "device-silent"]


def told(bench: Bench, state: str) -> Sequence[tuple[str, str, str | None]]:
    said = [one for one in silences(bench) if one.state == state]
    return sorted((one.device, one.since, one.until) for one in said)


def standing(bench: Bench, device: str) -> str | None:
    reader = Reader(bench.series)
    try:
        found = reader.query(
            f'SELECT last("state") FROM "asset" WHERE "device" = \'{device}\''  # noqa: S608
        )
        return str(found[0].values[0][1]) if found else None
    finally:
        reader.close()


def test_a_device_that_stops_is_told_silent_by_the_wall_clock_and_back_with_its_next_frame(
    bench: Bench,
) -> None:
    bench.register(*map(registration, VANS))
    heard = time.time_ns() // 1_000_000
    with bench.worker("--checkpoint", "0.2", "--silent", str(SECONDS)):
        bench.send(*(frame(van, heard) for van in VANS))
        wait_until(lambda: len(told(bench, "raised")) == 3, "all three are told silent")
        assert told(bench, "raised") == [(van, iso(heard), None) for van in VANS]
        wait_until(lambda: standing(bench, "van-2") == "silent", "its standing is silent")
        back = time.time_ns() // 1_000_000
        bench.send(frame("van-1", back))
        wait_until(lambda: bool(told(bench, "cleared")), "one is back")
        assert told(bench, "cleared") == [("van-1", iso(heard), iso(back))]
    assert [one.since for one in silences(bench) if one.device == "van-2"] == [iso(heard)]


def test_a_worker_that_was_away_for_longer_than_the_patience_flags_nobody(bench: Bench) -> None:
    bench.register(*map(registration, VANS))
    now = time.time_ns() // 1_000_000
    began = now - 600_000
    options = ("--checkpoint", "0.2", "--silent", str(SECONDS))
    with bench.worker(*options):
        bench.send(*(frame(van, began) for van in VANS))
        bench.wait_committed()
    known = set(told(bench, "raised"))
    # Ten minutes of frames wait while no worker runs; the device that stopped is the third.
    receipts = range(began + 2_000, now, 2_000)
    bench.send(*(frame(van, at) for at in receipts for van in VANS[:2]))
    with bench.worker(*options):
        bench.wait_committed()
        stopped = ("van-3", iso(began), None)
        wait_until(lambda: stopped in told(bench, "raised"), "who stopped is told silent")
    # The others may have fallen silent since; in the ten minutes they were not.
    last = iso(receipts[-1])
    fresh = set(told(bench, "raised")) - known - {stopped}
    assert fresh <= {("van-1", last, None), ("van-2", last, None)}
