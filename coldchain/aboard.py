"""Who is aboard a device, and what that makes of its configuration.

The strictest profile aboard a compartment judges it, else the compartment's own; with a parcel
aboard, an empty compartment or one under repair is judged like any other. That is one more dated
change, like the registry's own: `manned` writes it into the history, and all that judges by the
history needs to know no more.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from .enrolment import IDLE
from .parcel import strictest
from .profile import Profile
from .records import ExcursionRecord
from .registry import CompartmentEntry, Entry, Registration
from .times import from_iso, iso

#: As many parcels an excursion record names at most.
NAMED_AT_MOST = 50


class Berth(msgspec.Struct, array_like=True):
    """A parcel in a compartment from `start` to `end` (ms; None: still), by its own profile."""

    parcel: str
    compartment: str
    start: int
    end: int | None
    profile: str

    def overlaps(self, start: int, end: int | None) -> bool:
        """Whether it was there at some time of [start, end]; None: for ever."""
        return (end is None or self.start <= end) and (self.end is None or self.end > start)


def manned(
    registration: Registration, berths: Iterable[Berth], profiles: Callable[[str], Profile | None]
) -> Registration:
    """The registration as its compartments are judged with these parcels aboard.

    Parcels of a profile that `profiles` does not know change nothing; nor does what is before
    the registration's first entry.
    """
    history = registration.history
    changes = _changes(berths, profiles)
    if not changes or not history:
        return registration
    first = from_iso(history[0].since)
    registered = {from_iso(entry.since): entry for entry in history}
    entries: list[Entry] = []
    judging: dict[str, str | None] = {}
    base = history[0]
    for at in sorted({*registered, *changes}):
        judging |= changes.get(at, {})
        base = registered.get(at, base)
        if at < first:
            continue
        compartments = {
            name: _judged_as(placed, judging.get(name))
            for name, placed in base.compartments.items()
        }
        if at in registered or compartments != entries[-1].compartments:
            entries.append(msgspec.structs.replace(base, since=iso(at), compartments=compartments))
    return msgspec.structs.replace(registration, history=entries)


def first_difference(old: Registration, new: Registration, compartment: str) -> int | None:
    """The first time (ms) from which the two judge a compartment differently; None: they don't."""
    for at in sorted({from_iso(entry.since) for one in (old, new) for entry in one.history}):
        before, after = old.in_force(at), new.in_force(at)
        if _placed(before, compartment) != _placed(after, compartment):
            return at
    return None


def parcels_in(berths: Iterable[Berth], compartment: str, start: int, end: int | None) -> list[str]:
    """The parcels that were in a compartment at some time of [start, end], longest aboard first."""
    there = [b for b in berths if b.compartment == compartment and b.overlaps(start, end)]
    return list(dict.fromkeys(b.parcel for b in sorted(there, key=lambda b: (b.start, b.parcel))))


def with_parcels(record: ExcursionRecord, berths: Sequence[Berth]) -> ExcursionRecord:
    """The record, naming the parcels that were there."""
    if not berths:
        return record
    end = None if record.end is None else from_iso(record.end)
    found = parcels_in(berths, record.compartment, from_iso(record.start), end)
    return msgspec.structs.replace(record, parcels=found[:NAMED_AT_MOST], parcels_total=len(found))


def _changes(
    berths: Iterable[Berth], profiles: Callable[[str], Profile | None]
) -> Mapping[int, dict[str, str | None]]:
    """By time (ms): the compartments whose strictest profile aboard changes, to what."""
    by_compartment: dict[str, list[tuple[Berth, Profile]]] = {}
    for berth in berths:
        profile = profiles(berth.profile)
        if profile is not None:
            by_compartment.setdefault(berth.compartment, []).append((berth, profile))
    changes: dict[int, dict[str, str | None]] = {}
    for compartment, aboard in by_compartment.items():
        marks = {at for b, _ in aboard for at in (b.start, b.end) if at is not None}
        last: str | None = None
        for at in sorted(marks):
            there = [p for b, p in aboard if b.start <= at and (b.end is None or at < b.end)]
            strict = strictest(there)
            now = None if strict is None else strict.id
            if now != last:
                changes.setdefault(at, {})[compartment] = now
            last = now
    return changes


def _judged_as(placed: CompartmentEntry, aboard: str | None) -> CompartmentEntry:
    if aboard is None:
        return placed
    duty = "in-service" if placed.duty in IDLE else placed.duty
    return CompartmentEntry(profile=aboard, duty=duty)


def _placed(entry: Entry | None, compartment: str) -> CompartmentEntry | None:
    return None if entry is None else entry.compartments.get(compartment)
