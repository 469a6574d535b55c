"""What is sent, made by the emulator; and what has to come of it, by one batch over it."""

import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from coldchain.book import Book
from coldchain.cargo import Cargo
from coldchain.celsius import MICRO
from coldchain.columns import order
from coldchain.custody import CustodyEvent, decode_event
from coldchain.enrolment import Plans, Roster
from coldchain.frames import FrameError, decode_frame
from coldchain.parcel_records import ParcelRecord
from coldchain.profile import Profile
from coldchain.records import ExcursionRecord
from coldchain.registry_toml import loads
from coldchain.whole import Samples, records_of, samples_of

Kind = Literal["frame", "scan", "broken"]

#: A device of our own, whose readings are fresh.
PROBE = "probe-0001"
PROBE_REGISTERED = f"""
[[devices]]
device = "{PROBE}"

[[devices.history]]
since = 2020-01-01T00:00:00Z
kind = "van"
asset = "{PROBE}"

[devices.history.compartments.main]
profile = "iced-seafood"
"""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a device sends: a frame, a scan, or what is neither."""

    kind: Kind
    device: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class World:
    """A folder of the emulator's, and its items in the order sent."""

    folder: Path
    items: tuple[Item, ...]

    @property
    def devices(self) -> list[str]:
        return sorted({item.device for item in self.items if item.kind != "broken"})


@dataclass(slots=True)
class Expected:
    """What a batch over all that was accepted comes to.

    `readings`: °C (or what is measured) by device, channel and ms. `ahead`: the times by device
    and channel that are kept out of the rules, flagged.
    """

    readings: dict[tuple[str, str], dict[int, float]] = field(default_factory=dict)
    excursions: dict[str, ExcursionRecord] = field(default_factory=dict)
    parcels: dict[str, ParcelRecord] = field(default_factory=dict)
    ahead: dict[tuple[str, str], set[int]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(len(own) for own in self.readings.values())


def make(folder: Path, scenario: str, duration: str, seed: int) -> World:
    """Have the emulator make a world."""
    command = [str(Path(sys.executable).with_name("coldchain")), "emulate", "--to", str(folder)]
    command += ["--scenario", scenario, "--duration", duration, "--seed", str(seed)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with (folder / "registry.toml").open("a") as registry:
        registry.write(PROBE_REGISTERED)
    frames = [_frame(line) for line in (folder / "frames.jsonl").read_bytes().splitlines()]
    scans = [_scan(line) for line in (folder / "custody.jsonl").read_bytes().splitlines()]
    return World(folder, tuple(_woven(frames, scans)))


def expect(
    world: World, accepted: Iterable[Item], ahead: Iterable[Item], profiles: Mapping[str, Profile]
) -> Expected:
    """What has to come of the items that were accepted, each as often as it may be there."""
    roster = Roster(Plans(profiles))
    for registration in loads((world.folder / "registry.toml").read_text(), "registry.toml"):
        roster.put(registration)
    city: dict[str, dict[str, Samples]] = {}
    scans: list[CustodyEvent] = []
    for item in set(accepted):
        if item.kind == "scan":
            scans.append(decode_event(item.raw))
            continue
        enrolled = roster.find(item.device)
        if item.kind == "broken" or enrolled is None:
            continue
        own = city.setdefault(item.device, {})
        for channel, new in samples_of(enrolled, [decode_frame(item.raw)]).items():
            kept = own.setdefault(channel, Samples())
            kept.times += new.times
            kept.values += new.values
    cargo = Cargo.of(Book(roster.find, profiles.get), scans)
    expected = Expected()
    for device, channels in city.items():
        for name, own_samples in channels.items():
            t, v, _, _ = order(own_samples.times, own_samples.values)
            pairs = zip(t.tolist(), v.tolist(), strict=True)
            expected.readings[device, name] = {at: value / MICRO for at, value in pairs}
        judged = cargo.find(device)
        for record in [] if judged is None else records_of(judged, channels):
            expected.excursions[record.id] = cargo.named(record)
    for journey in cargo.journeys(city):
        expected.parcels[journey.way.parcel] = journey.record()
    for frame in (decode_frame(item.raw) for item in ahead):
        for one in frame.channels:
            known = zip(one.times(), one.values, strict=True)
            times = expected.ahead.setdefault((frame.device, one.name), set())
            times |= {at for at, value in known if value is not None}
    return expected


def _frame(raw: bytes) -> Item:
    try:
        return Item("frame", decode_frame(raw).device, raw)
    except FrameError:
        return Item("broken", "", raw)


def _scan(raw: bytes) -> Item:
    return Item("scan", decode_event(raw).device, raw)


def _woven(frames: list[Item], scans: list[Item]) -> list[Item]:
    """Scans among the frames, about when they were made."""
    times = [_sent(item.raw) for item in frames]
    waiting = sorted(scans, key=lambda item: decode_event(item.raw).moment)
    woven: list[Item] = []
    newest = 0
    for item, sent in zip(frames, times, strict=True):
        newest = max(newest, sent)
        while waiting and decode_event(waiting[0].raw).moment <= newest:
            woven.append(waiting.pop(0))
        woven.append(item)
    return woven + waiting


def _sent(raw: bytes) -> int:
    try:
        return decode_frame(raw).sent
    except (FrameError, msgspec.DecodeError):
        return 0
