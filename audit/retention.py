"""What is kept no longer: shards older than their goods' profiles ask for.

The longest of the profiles in use at the time counts: those of the compartments registered, and of
the parcels scanned in the shard's hour or the sixty days before it. Seals stay for ever, and so do
registrations, profiles and what people entered: what was removed, by whom and when is a row of the
ledger, sealed like all else.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from coldchain.times import DAY_MS, HOUR_MS, iso

from .entries import KINDS, Entry, Kind
from .inspections import Pruned, encode_row
from .judging import events_of, profiles_of, registrations_of
from .ledger import Ledger
from .records import Archive
from .sealing import SHARDS
from .shards import Shard, read_shard
from .whereabouts import LONGEST_STAY_MS

#: What is kept for ever: little, and what the rest is understood by.
FOR_EVER: frozenset[Kind] = frozenset({"registry", "profiles", "inspections"})
#: Goods whose profile is not archived are kept as long as any law we know of asks, days.
UNKNOWN_DAYS = 3_653


@dataclass(frozen=True, slots=True)
class Due:
    """A shard that need not be kept: `days` is what the goods of its time ask for."""

    seal: int
    shard: Shard
    days: int


def due(archive: Archive, now: int) -> list[Due]:
    """The shards that need not be kept at `now` (ms), oldest first, and are still there."""
    last = archive.catalog.last()
    if last is None:
        return []
    stop = last.seal.number
    asked = _Asked(archive, stop)
    found: list[Due] = []
    for kind in KINDS:
        if kind in FOR_EVER:
            continue
        for seal, shard in archive.catalog.shards(kind, 1, stop):
            age = now - (shard.hour + HOUR_MS)
            if (
                age < asked.shortest * DAY_MS
                or not (archive.folder / SHARDS / shard.name).is_file()
            ):
                continue
            days = asked.days(shard.hour)
            if age >= days * DAY_MS:
                found.append(Due(seal, shard, days))
    return sorted(found, key=lambda one: (one.shard.hour, one.shard.name))


def prune(archive: Archive, ledger: Ledger, now: int, by: str, chosen: Iterable[Due]) -> Pruned:
    """Remove these shards' files, after noting it in the ledger. Raises OSError."""
    listed = list(chosen)
    row = Pruned(
        id=f"pruned-{secrets.token_hex(4)}",
        at=iso(now),
        by=by,
        shards=len(listed),
        entries=sum(one.shard.size for one in listed),
        until=iso(max((one.shard.hour + HOUR_MS for one in listed), default=now)),
    )
    ledger.append(now, [("archive", encode_row(row))])
    for one in listed:
        (archive.folder / SHARDS / one.shard.name).unlink(missing_ok=True)
    return row


class _Asked:
    """How many days the goods of an hour ask for."""

    def __init__(self, archive: Archive, stop: int) -> None:
        self._archive = archive
        texts = {e.subject: e for e in _entries(archive, "profiles", stop)}
        self._of: Mapping[str, int] = {
            name: profile.retention_days for name, profile in profiles_of(texts).items()
        }
        registered = {e.subject: e for e in _entries(archive, "registry", stop)}
        self._placed = {
            placed.profile
            for one in registrations_of(registered).values()
            for entry in one.history
            for placed in entry.compartments.values()
        }
        self.shortest = min(self._of.values(), default=UNKNOWN_DAYS)
        self._longest = max([UNKNOWN_DAYS, *self._of.values()])
        self._scanned: dict[str, set[str]] = {}
        self._custody = archive.catalog.shards("custody", 1, stop)

    def days(self, hour: int) -> int:
        """The longest of the profiles in use in that hour (its start, ms)."""
        used = set(self._placed)
        for _, shard in self._custody:
            if hour - LONGEST_STAY_MS <= shard.hour <= hour:
                used |= self._loaded(shard)
        return max((self._of.get(name, self._longest) for name in used), default=self._longest)

    def _loaded(self, shard: Shard) -> set[str]:
        """The profiles that a shard of scans names; none where it is gone itself."""
        known = self._scanned.get(shard.name)
        if known is None:
            is_there = (self._archive.folder / SHARDS / shard.name).is_file()
            entries = read_shard(self._archive.folder / SHARDS, shard) if is_there else []
            known = {one.profile for one in events_of(entries) if one.profile}
            self._scanned[shard.name] = known
        return known


def _entries(archive: Archive, kind: Kind, stop: int) -> Iterator[Entry]:
    for _, shard in archive.catalog.shards(kind, 1, stop):
        yield from read_shard(archive.folder / SHARDS, shard)
