"""Where parcels are and were, by their sealed scans: one parcel, a compartment now, a recall."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from coldchain.timeline import Timeline, timeline
from coldchain.times import DAY_MS

from .entries import Entry
from .errors import AuditError
from .judging import events_of, registrations_of
from .records import Archive
from .sealing import SHARDS, at_device
from .shards import find, read_shard
from .telling import Where

#: A recall looks at scans from so long before it on: no parcel lies longer in one place.
LONGEST_STAY_MS = 60 * DAY_MS


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a parcel is as of the last seal: aboard a compartment, delivered, or between two
    (`device` and `compartment` are then the last it was in); since when, ms."""

    state: Literal["aboard", "delivered", "between"]
    device: str
    compartment: str
    since: int
    is_held: bool

    @property
    def where(self) -> Where:
        return self.device, self.compartment


@dataclass(frozen=True, slots=True)
class Recalled:
    """A parcel that was in the compartment from `start` to `end` (ms; None: it still is)."""

    parcel: str
    compartment: str
    start: int
    end: int | None
    now: Whereabouts


def way_of(archive: Archive, parcel: str) -> Timeline:
    """A parcel's timeline by all its sealed scans. Raises AuditError where there is none."""
    folder = archive.folder / SHARDS
    found = archive.catalog.shards_with("custody", parcel)
    events = events_of(e for _, s in found for e in find(folder, s, parcel, prove=False).entries)
    if not events:
        raise AuditError(f"nothing is sealed of parcel {parcel}")
    return timeline(events, _tags(archive, {event.device for event in events}))


def whereabouts(archive: Archive, parcel: str) -> Whereabouts:
    """Where a parcel is. Raises AuditError where nothing is sealed of it."""
    return _whereabouts(way_of(archive, parcel))


def recall(
    archive: Archive, device: str, start: int, end: int, compartment: str | None = None
) -> list[Recalled]:
    """Every parcel that was aboard a device (one compartment of it) at some time of [start, end]
    (ms), by when it came, and where each is now. Who is told by its scans there alone."""
    found: list[Recalled] = []
    for parcel in sorted(_scanned(archive, device, start - LONGEST_STAY_MS, end)):
        way = way_of(archive, parcel)
        now = _whereabouts(way)
        found += [
            Recalled(parcel, leg.compartment, leg.start, leg.end, now)
            for leg in way.legs
            if leg.device == device
            and compartment in (None, leg.compartment)
            and leg.start <= end
            and (leg.end is None or leg.end > start)
        ]
    return sorted(found, key=lambda one: (one.start, one.parcel))


def aboard(archive: Archive, device: str, compartment: str | None = None) -> list[str]:
    """The parcels aboard a device now, as of the last seal."""
    now = archive.sealed_at or 0
    return [one.parcel for one in recall(archive, device, now, now, compartment) if one.end is None]


def _scanned(archive: Archive, device: str, start: int, end: int) -> set[str]:
    """The parcels that were scanned at a device in this time."""
    parcels: set[str] = set()
    for _, shard in archive.catalog.shards_with("custody", at_device(device)):
        if shard.hour < start:
            continue
        entries = read_shard(archive.folder / SHARDS, shard)
        events = events_of(entries)
        parcels |= {e.parcel for e in events if e.device == device and e.moment <= end}
    return parcels


def _tags(archive: Archive, devices: set[str]) -> set[str]:
    """Which of these devices are tags, by their last registration."""
    return {
        device
        for device, one in registrations_of(dict(_registered(archive, devices))).items()
        if one.history and one.history[-1].kind == "tag"
    }


def _registered(archive: Archive, devices: set[str]) -> Iterator[tuple[str, Entry]]:
    for device in devices:
        shards = archive.catalog.shards_with("registry", device)
        if shards:
            entries = find(archive.folder / SHARDS, shards[-1][1], device, prove=False).entries
            yield device, max(entries, key=lambda e: (e.received, e.offset))


def _whereabouts(way: Timeline) -> Whereabouts:
    legs = [leg for leg in way.legs if not leg.is_tag]
    last = way.events[-1]
    if not legs:
        return Whereabouts("between", last.device, last.compartment, last.moment, way.is_held)
    leg = max(legs, key=lambda one: (one.end is None, one.start))
    if way.delivered is not None:
        return Whereabouts("delivered", leg.device, leg.compartment, way.delivered, way.is_held)
    if leg.end is None:
        return Whereabouts("aboard", leg.device, leg.compartment, leg.start, way.is_held)
    return Whereabouts("between", leg.device, leg.compartment, leg.end, way.is_held)
