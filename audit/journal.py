"""A van's (a store's, a locker's) own record over a time: what its compartments read, what was said
of it, how it was registered. From the archive, as far as it is sealed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from coldchain.columns import order
from coldchain.enrolment import Enrolled, Plans, Roster
from coldchain.frames import TEMPERATURES, FrameError, decode_frame
from coldchain.holding import that_hold
from coldchain.profile import Profile
from coldchain.records import ExcursionRecord
from coldchain.registry import Entry as Registered
from coldchain.segment import Interval
from coldchain.times import from_iso
from coldchain.whole import samples_of

from .entries import Entry
from .errors import AuditError
from .judging import SKEW_MS, Readings, profiles_of, registrations_of
from .reader import SETTLED_MS
from .records import Archive
from .sealing import SHARDS
from .shards import find

_record = msgspec.json.Decoder(ExcursionRecord)


@dataclass(frozen=True, slots=True)
class Journal:
    """A device over `span` (ms): its readings by channel, the excursions that hold, by the
    strictest goods aboard; `profiles` are those of its compartments, `as_of` the last seal (ms).
    """

    device: str
    span: Interval
    as_of: int
    entry: Registered
    channels: Mapping[str, Readings]
    excursions: list[ExcursionRecord]
    profiles: Mapping[str, Profile]

    def profile(self, compartment: str) -> Profile | None:
        """A compartment's own profile."""
        placed = self.entry.compartments.get(compartment)
        return None if placed is None else self.profiles.get(placed.profile)


def journal(archive: Archive, device: str, start: int, end: int) -> Journal:
    """A device's record from `start` to `end` (ms). Raises AuditError where it is not registered
    or nothing is sealed of that time."""
    catalog = archive.catalog
    first = catalog.first_seal_at(start)
    last = catalog.last()
    if first is None or last is None or end <= start:
        raise AuditError(f"nothing is sealed of {device} in that time")
    stop = catalog.first_seal_at(end + SETTLED_MS) or last.seal.number
    registry = _latest(archive, "registry", device)
    registration = registrations_of({} if registry is None else {device: registry}).get(device)
    entry = None if registration is None else registration.in_force(start)
    if registration is None or entry is None:
        raise AuditError(f"{device} was not registered then")
    named = {one.profile for each in registration.history for one in each.compartments.values()}
    texts = {name: found for name in named if (found := _latest(archive, "profiles", name))}
    profiles = profiles_of(texts)
    roster = Roster(Plans(profiles))
    roster.put(registration)
    enrolled = roster.find(device)
    frames = list(_sealed(archive, "frames", device, first, stop))
    said = list(_sealed(archive, "excursions", device, first, stop))
    channels = {} if enrolled is None else _channels(enrolled, frames, start, end)
    return Journal(
        device,
        (start, end),
        last.seal.moment,
        entry,
        channels,
        [one for one in _excursions(said) if _is_within(one, start, end)],
        profiles,
    )


def _sealed(archive: Archive, kind: str, subject: str, first: int, stop: int) -> Iterator[Entry]:
    for _, shard in archive.catalog.shards(kind, first, stop):  # type: ignore[arg-type]
        yield from find(archive.folder / SHARDS, shard, subject, prove=False).entries


def _latest(archive: Archive, kind: str, subject: str) -> Entry | None:
    shards = archive.catalog.shards_with(kind, subject)  # type: ignore[arg-type]
    if not shards:
        return None
    entries = find(archive.folder / SHARDS, shards[-1][1], subject, prove=False).entries
    return max(entries, key=lambda one: (one.received, one.offset), default=None)


def _channels(
    enrolled: Enrolled, frames: Sequence[Entry], start: int, end: int
) -> dict[str, Readings]:
    """Temperatures in the span, in order, as the stream takes them."""
    times: dict[str, list[int]] = {}
    values: dict[str, list[int]] = {}
    for entry in frames:
        try:
            taken = samples_of(enrolled, [decode_frame(entry.value)], entry.received + SKEW_MS)
        except FrameError:
            continue
        for name, own in taken.items():
            if name.split(".")[1] in TEMPERATURES:
                for at, value in zip(own.times, own.values, strict=True):
                    if start <= at < end:
                        times.setdefault(name, []).append(at)
                        values.setdefault(name, []).append(value)
    found: dict[str, Readings] = {}
    for name in sorted(times):
        ordered = order(
            np.asarray(times[name], dtype=np.int64), np.asarray(values[name], dtype=np.int64)
        )
        found[name] = Readings(ordered.t, np.asarray(ordered.v, dtype=np.int64))
    return found


def _excursions(said: Sequence[Entry]) -> list[ExcursionRecord]:
    found: list[ExcursionRecord] = []
    for entry in said:
        try:
            found.append(_record.decode(entry.value))
        except msgspec.DecodeError:
            continue  # a fleet rule's, or rubbish
    return that_hold(found)


def _is_within(one: ExcursionRecord, start: int, end: int) -> bool:
    return from_iso(one.start) < end and (one.end is None or from_iso(one.end) > start)
