"""A parcel judged again from what is sealed: its scans, raw frames, the registry, the profiles.

The maker of a record and whoever verifies it both come through here, from the same evidence, so
they can't disagree; the rules are those of the stream (coldchain.journey).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from coldchain.book import Book
from coldchain.columns import order
from coldchain.custody import CustodyError, CustodyEvent, decode_event
from coldchain.enrolment import Plans, Roster, Unregistered
from coldchain.frames import Channel, Frame, FrameError, decode_frame
from coldchain.journey import Journey, Seen, window
from coldchain.profile import Profile
from coldchain.profile_toml import ProfileError, parse_profile
from coldchain.registry import Registration
from coldchain.timeline import Stay
from coldchain.times import MINUTE_MS
from coldchain.whole import Samples, samples_of

from .entries import Entry
from .errors import AuditError

#: A reading further ahead of its receipt than this is flagged, as the stream flags it.
SKEW_MS = 5 * MINUTE_MS

Ints = np.typing.NDArray[np.int64]

_registration = msgspec.json.Decoder(Registration)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is sealed of one parcel. Entries by subject: a device, a profile's or an alert's id.

    `registry` holds each device's last registration of the time, `profiles` each profile's text.
    """

    parcel: str
    custody: list[Entry]
    registry: Mapping[str, Entry] = field(default_factory=dict)
    profiles: Mapping[str, Entry] = field(default_factory=dict)
    frames: Mapping[str, list[Entry]] = field(default_factory=dict)
    excursions: Mapping[str, list[Entry]] = field(default_factory=dict)
    commands: Mapping[str, list[Entry]] = field(default_factory=dict)
    alerts: Mapping[str, list[Entry]] = field(default_factory=dict)
    inspections: list[Entry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Readings:
    """A channel as read about a stay, in order: ms, micro-units; calibrated."""

    times: Ints
    values: Ints


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A parcel judged, what was read about each stay (by channel), and what went into it.

    `channels` is in the order of `journey.stretches`; doors are among them. `refused` counts
    frames that the stream refuses too.
    """

    journey: Journey
    channels: tuple[Mapping[str, Readings], ...]
    registrations: Mapping[str, Registration]
    refused: int


def events_of(custody: Iterable[Entry]) -> list[CustodyEvent]:
    """The scans among the entries; what is none is left out, as the stream does."""
    found: list[CustodyEvent] = []
    for entry in custody:
        try:
            found.append(decode_event(entry.value))
        except CustodyError:
            continue
    return found


def registrations_of(registry: Mapping[str, Entry]) -> dict[str, Registration]:
    """The registrations; a tombstone, or what is none, is not registered."""
    found: dict[str, Registration] = {}
    for device, entry in registry.items():
        try:
            found[device] = _registration.decode(entry.value)
        except msgspec.DecodeError:
            continue
    return found


def profiles_of(profiles: Mapping[str, Entry]) -> dict[str, Profile]:
    """The profiles. Raises AuditError where one's text is none."""
    try:
        return {
            name: parse_profile(entry.value.decode(), f"archived profile {name}")
            for name, entry in profiles.items()
        }
    except (ProfileError, UnicodeDecodeError) as error:
        raise AuditError(str(error)) from None


def profiles_named(
    events: Iterable[CustodyEvent], registrations: Iterable[Registration]
) -> set[str]:
    """The profiles that a parcel's scans, and the places it was in, go by."""
    placed = (
        compartment.profile
        for one in registrations
        for entry in one.history
        for compartment in entry.compartments.values()
    )
    return {event.profile for event in events if event.profile} | set(placed)


def book_of(registrations: Mapping[str, Registration], profiles: Mapping[str, Profile]) -> Book:
    """How to read the parcel by what was registered."""
    roster = Roster(Plans(profiles))
    for registration in registrations.values():
        roster.put(registration)
    return Book(roster.find, profiles.get)


def review(evidence: Evidence) -> Reviewed:
    """Judge a parcel from its evidence. Raises AuditError where it can't be judged."""
    events = events_of(evidence.custody)
    if not events:
        raise AuditError(f"parcel {evidence.parcel} was never scanned, as far as is sealed")
    registrations = registrations_of(evidence.registry)
    book = book_of(registrations, profiles_of(evidence.profiles))
    way = book.way(events)
    profile = book.profile(way)
    if profile is None:
        named = way.profile or "none, nor has where it was one"
        raise AuditError(f"parcel {evidence.parcel}: its profile is not archived ({named})")
    looked = _Looked(book, profile, evidence.frames)
    journey = book.judge(way, looked.seen)
    assert journey is not None  # noqa: S101 - it has a profile
    return Reviewed(
        journey,
        tuple(looked.channels(one.stay) for one in journey.stretches),
        registrations,
        looked.refused,
    )


class _Looked:
    """What frames say about stays."""

    def __init__(self, book: Book, profile: Profile, frames: Mapping[str, list[Entry]]) -> None:
        self._book = book
        self._profile = profile
        self.refused = 0
        self._frames = {device: self._read(device, own) for device, own in frames.items()}
        self._kept: dict[Stay, dict[str, Samples]] = {}

    def seen(self, stay: Stay) -> Seen:
        samples = self._samples(stay)

        def conflicts(channel: str) -> int:
            times, values = _columns(samples[channel])
            inside = (times >= stay.span[0]) & (times <= stay.span[1])
            return order(times[inside], values[inside]).conflicts

        ordered = {name: _ordered(own) for name, own in samples.items()}
        stored = {name: (one.times.tolist(), one.values.tolist()) for name, one in ordered.items()}
        return self._book.seen(stay, stored, conflicts)

    def channels(self, stay: Stay) -> dict[str, Readings]:
        return {name: _ordered(own) for name, own in sorted(self._samples(stay).items())}

    def _read(self, device: str, entries: list[Entry]) -> list[tuple[Frame, int]]:
        """The frames of a device that the stream takes; with each, how late its readings may be."""
        enrolled = self._book.find(device)
        found: list[tuple[Frame, int]] = []
        for entry in entries:
            try:
                frame = decode_frame(entry.value)
                if enrolled is not None:
                    enrolled.index(_earliest(frame, entry.received))
            except (FrameError, Unregistered):
                self.refused += 1
                continue
            if frame.device == device:
                found.append((frame, entry.received + SKEW_MS))
        return found

    def _samples(self, stay: Stay) -> dict[str, Samples]:
        """What the stay's compartment read in its window."""
        kept = self._kept.get(stay)
        enrolled = self._book.find(stay.leg.device)
        if kept is not None or enrolled is None:
            return kept or {}
        start, end = window(self._profile, stay)
        found: dict[str, Samples] = {}
        for frame, latest in self._frames.get(stay.leg.device, ()):
            part = _of_compartment(frame, stay.leg.compartment, start, end)
            for name, new in samples_of(enrolled, [part], latest).items():
                own = found.setdefault(name, Samples())
                own.times += new.times
                own.values += new.values
        kept = self._kept[stay] = {name: _within(own, start, end) for name, own in found.items()}
        return kept


def _earliest(frame: Frame, default: int) -> int:
    """The time of a frame's first sample, ms."""
    return min((min(times) for one in frame.channels if (times := _ends(one))), default=default)


def _ends(channel: Channel) -> Sequence[int]:
    """Times (ms) with a channel's first and last among them; empty where it has no sample."""
    if not channel.values:
        return ()
    if channel.start is None or channel.step is None:
        return channel.times()
    return channel.start, channel.start + channel.step * (len(channel.values) - 1)


def _of_compartment(frame: Frame, compartment: str, start: int, end: int) -> Frame:
    """The frame's channels of a compartment that have samples about [start, end)."""
    kept = [
        channel
        for channel in frame.channels
        if channel.compartment == compartment
        and (times := _ends(channel))
        and min(times) < end
        and max(times) >= start
    ]
    return msgspec.structs.replace(frame, channels=kept)


def _within(own: Samples, start: int, end: int) -> Samples:
    pairs = [(t, v) for t, v in zip(own.times, own.values, strict=True) if start <= t < end]
    return Samples([t for t, _ in pairs], [v for _, v in pairs])


def _columns(own: Samples) -> tuple[Ints, Ints]:
    return np.asarray(own.times, dtype=np.int64), np.asarray(own.values, dtype=np.int64)


def _ordered(own: Samples) -> Readings:
    found = order(*_columns(own))
    return Readings(found.t, np.asarray(found.v, dtype=np.int64))
