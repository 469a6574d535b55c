"""What the archive has sealed of one parcel: which seals are looked through, and what is in them.

A frame of a reading is received when it was taken or later (less the allowed skew), and sealed
after that. So the seals from shortly before a leg began hold all that was ever read about it,
however late it came. They are looked through up to `SETTLED_MS` after the parcel's last scan: what
is sealed later than that is not looked at, and the record says so.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from coldchain.journey import LOOK_BACK
from coldchain.profile import Profile
from coldchain.timeline import Timeline
from coldchain.times import DAY_MS

from .catalog import Catalog
from .entries import Entry, Kind
from .errors import AuditError
from .judging import (
    SKEW_MS,
    Evidence,
    book_of,
    events_of,
    profiles_named,
    profiles_of,
    registrations_of,
)
from .sealing import SHARDS
from .seals import SignedSeal
from .shards import Run, Shard, find

#: So long after a parcel's last scan late frames are still looked for.
SETTLED_MS = 2 * DAY_MS


class _Named(msgspec.Struct):
    """As much of an excursion's record as says which alerts may be its own."""

    id: str = ""
    supersedes: list[str] = []


_named = msgspec.json.Decoder(_Named)


@dataclass(frozen=True, slots=True)
class Place:
    """A run and the seal it is under."""

    seal: int
    kind: Kind
    subject: str
    run: Run


@dataclass(frozen=True, slots=True)
class Scope:
    """Which seals were looked through, first to last, for everything; and for a device's frames
    and excursions, from which seal on.
    """

    first: int
    last: int
    devices: Mapping[str, int]

    def needed(self) -> Iterator[tuple[Kind, str | None, int]]:
        """Kinds whose every shard was looked through: for which device (None: the parcel; the
        registry's are its devices'), from which seal on."""
        yield "custody", None, self.first
        yield "inspections", None, self.first
        for device, first in self.devices.items():
            yield "registry", device, self.first
            yield "frames", device, first
            yield "excursions", device, first


@dataclass(frozen=True, slots=True)
class Found:
    """All that is sealed of a parcel: the evidence, where each piece is, and the seals.

    `seals` are those of the scope in a row, after the one before it; `apart` others that
    something is under.
    """

    evidence: Evidence
    scope: Scope
    places: tuple[Place, ...]
    seals: tuple[SignedSeal, ...]
    apart: tuple[SignedSeal, ...]

    @property
    def as_of(self) -> int:
        """When the last seal was made, ms."""
        return self.seals[-1].seal.moment


def before(profile: Profile | None) -> int:
    """So long before a leg its frames are looked through, ms: for lines that join, for a sensor's
    faults, and for a clock that is ahead."""
    return max(LOOK_BACK, 0 if profile is None else profile.max_gap) + SKEW_MS


def gather(catalog: Catalog, folder: Path, parcel: str, prove: bool = True) -> Found:
    """What the archive in `folder` has of a parcel; `prove`: with the proofs a bundle needs.

    Raises AuditError where it has nothing.
    """
    return _Gathering(catalog, folder / SHARDS, parcel, prove).done()


class _Gathering:
    def __init__(self, catalog: Catalog, shards: Path, parcel: str, prove: bool) -> None:
        self._catalog = catalog
        self._shards = shards
        self._parcel = parcel
        self._prove = prove
        self._places: list[Place] = []

    def done(self) -> Found:
        catalog, parcel = self._catalog, self._parcel
        last = catalog.last()
        custody = self._indexed("custody", parcel)
        events = events_of(custody)
        if last is None or not events:
            raise AuditError(
                f"nothing is sealed of parcel {parcel}: see `coldchain audit status`;"
                " `coldchain audit seal` seals what has come in"
            )
        devices = sorted({event.device for event in events})
        ends = max(event.moment for event in events)
        stop = catalog.first_seal_at(ends + SETTLED_MS) or last.seal.number
        stop = max(stop, *(place.seal for place in self._places))
        registry = self._latest("registry", devices, stop)
        registrations = registrations_of(registry)
        profiles = self._latest("profiles", profiles_named(events, registrations.values()), stop)
        book = book_of(registrations, profiles_of(profiles))
        way = book.way(events)
        scope = self._scope(way, before(book.profile(way)), devices, stop)
        frames = {d: self._sealed("frames", d, first, stop) for d, first in scope.devices.items()}
        excursions = {
            d: self._sealed("excursions", d, first, stop) for d, first in scope.devices.items()
        }
        evidence = Evidence(
            parcel,
            custody,
            registry,
            profiles,
            frames,
            excursions,
            self._of_alerts("commands", excursions),
            self._of_alerts("alerts", excursions),
            self._indexed("inspections", parcel),
        )
        if self._prove:
            self._fill(scope)
        numbers = {place.seal for place in self._places}
        apart = sorted(n for n in numbers if not scope.first - 1 <= n <= scope.last)
        return Found(
            evidence,
            scope,
            tuple(self._places),
            tuple(catalog.seals(scope.first - 1, scope.last)),
            tuple(one for n in apart for one in catalog.seals(n, n)),
        )

    def _scope(self, way: Timeline, early: int, devices: list[str], stop: int) -> Scope:
        begins = {
            device: min((leg.start for leg in way.legs if leg.device == device), default=None)
            for device in devices
        }
        firsts = {
            device: min(stop, self._catalog.first_seal_at(begin - early) or stop)
            for device, begin in begins.items()
            if begin is not None
        }
        start = min(event.moment for event in way.events) - early
        first = min(stop, self._catalog.first_seal_at(start) or stop, *firsts.values())
        return Scope(first, stop, firsts)

    def _run(self, seal: int, shard: Shard, subject: str) -> Run:
        run = find(self._shards, shard, subject, self._prove)
        self._places.append(Place(seal, shard.kind, subject, run))
        return run

    def _indexed(self, kind: Kind, subject: str) -> list[Entry]:
        """All of a subject, wherever the index has it."""
        found = self._catalog.shards_with(kind, subject)
        return [e for seal, shard in found for e in self._run(seal, shard, subject).entries]

    def _latest(self, kind: Kind, subjects: Iterable[str], stop: int) -> dict[str, Entry]:
        """Of each subject the last entry, as of seal `stop`; those that have none are left out."""
        found: dict[str, Entry] = {}
        for subject in sorted(set(subjects)):
            shards = [one for one in self._catalog.shards_with(kind, subject) if one[0] <= stop]
            if shards:
                run = self._run(*shards[-1], subject)
                found[subject] = max(run.entries, key=lambda e: (e.received, e.offset))
        return found

    def _sealed(self, kind: Kind, subject: str, first: int, last: int) -> list[Entry]:
        """All of a subject under the seals first to last."""
        shards = self._catalog.shards(kind, first, last)
        return [e for seal, shard in shards for e in self._run(seal, shard, subject).entries]

    def _of_alerts(
        self, kind: Kind, excursions: Mapping[str, list[Entry]]
    ) -> dict[str, list[Entry]]:
        """What is said of the excursions' alerts: those are named by an excursion's id."""
        ids = {name for own in excursions.values() for entry in own for name in _ids(entry)}
        found = {name: self._indexed(kind, name) for name in sorted(ids)}
        return {name: own for name, own in found.items() if own}

    def _fill(self, scope: Scope) -> None:
        """Prove of every shard looked through, but not read yet, that nothing is in it."""
        read = {(place.kind, place.subject, place.run.shard) for place in self._places}
        for kind, device, first in scope.needed():
            subject = self._parcel if device is None else device
            for seal, shard in self._catalog.shards(kind, first, scope.last):
                if (kind, subject, shard.name) not in read:
                    self._run(seal, shard, subject)


def _ids(entry: Entry) -> list[str]:
    try:
        named = _named.decode(entry.value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []
    return [one for one in (named.id, *named.supersedes) if one]
