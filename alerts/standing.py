"""From excursion records to where an alert stands. Pure.

An alert is a small family of excursions: the first, and those that supersede it. It is in breach
while one of them that speaks has not ended, at the gravest severity of those. Excursions that
are merely opened never speak; nor do those in a compartment that is empty or under repair, with
no parcel aboard.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from coldchain.records import ExcursionRecord, Severity
from coldchain.registry import Entry
from coldchain.times import MINUTE_MS, from_iso

from .lifecycle import Event

RANK: dict[str | None, int] = {None: 0, "warning": 1, "critical": 2}

#: A record that claims more was not made by a judge.
MOST_SUPERSEDED = 10_000
_YEAR_9000 = 221_845_392_000_000
_MOST_OFFSET = 2**63 - 1
_MOST_CELSIUS = 10_000

_SPEAKING = ("confirmed", "presumed")
_IDLE = ("empty", "under-repair")


@dataclass(frozen=True, slots=True)
class Member:
    """An excursion of an alert: its last record, whether it speaks, whether another replaced it."""

    record: ExcursionRecord
    speaks: bool
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an alert stands: `severity` is the gravest of what speaks, now and before."""

    kind: Literal["breach", "over", "undone"]
    severity: Severity | None


def checked(record: ExcursionRecord) -> ExcursionRecord:
    """The record, its numbers such as can be reckoned and written. Raises ValueError."""
    if not 0 <= record.as_of <= _MOST_OFFSET or not 0 <= record.parcels_total <= _MOST_OFFSET:
        raise ValueError(f"excursion {record.id} counts what no 64 bits hold")
    for minutes in (record.minutes, record.unknown_minutes):
        if not 0 <= minutes * MINUTE_MS < _YEAR_9000:
            raise ValueError(f"excursion {record.id} lasts beyond all reckoning")
    if not abs(record.peak) <= _MOST_CELSIUS:
        raise ValueError(f"excursion {record.id} peaks beyond any temperature")
    given = (record.start, record.confirmed, record.end, record.peak_at)
    times = [from_iso(time) for time in given if time is not None]
    for time in (*times, last_seen(record)):
        if not 0 <= time < _YEAR_9000:
            raise ValueError(f"a time of excursion {record.id} is beyond all reckoning")
    if len(record.supersedes) > MOST_SUPERSEDED:
        raise ValueError(f"excursion {record.id} supersedes {len(record.supersedes)} others")
    return record


def is_newer(held: ExcursionRecord | None, record: ExcursionRecord) -> bool:
    """Whether a record counts, beside the one held of the same excursion."""
    return held is None or record.as_of >= held.as_of


def speaks(record: ExcursionRecord, before: Member | None, entry: Entry | None) -> bool:
    """Whether anybody is to hear of this excursion; `entry` was in force when it began.

    One that was presumed goes on speaking when later records correct or end it.
    """
    if record.state == "withdrawn" or (_idle(record, entry) and not record.parcels_total):
        return False
    if record.state in _SPEAKING or record.confirmed is not None:
        return True
    return record.state in ("revised", "closed") and before is not None and before.speaks


def _idle(record: ExcursionRecord, entry: Entry | None) -> bool:
    compartment = None if entry is None else entry.compartments.get(record.compartment)
    return compartment is not None and compartment.duty in _IDLE


def stand(members: Iterable[Member]) -> Standing:
    """Where the alert with these members stands."""
    speaking = [member.record for member in members if member.speaks and not member.superseded]
    if not speaking:
        return Standing("undone", None)
    going_on = [record for record in speaking if record.end is None]
    gravest = max(going_on or speaking, key=lambda record: RANK[record.severity])
    return Standing("breach" if going_on else "over", gravest.severity)


def events(
    standing: Standing, told: Severity | None, *, is_stale: bool, is_silenced: bool
) -> list[Event]:
    """What happens to an alert that stands so, `told` being the gravest severity told of.

    What has ended before anybody was told is still told (then it is over): a breach that fits
    between two records is a breach. What ends within a silence is not.
    """
    if standing.kind == "undone":
        return ["undone"]
    is_untold = RANK[standing.severity] > RANK[told]
    if is_untold and told is None and is_stale:
        return ["stale"]
    if is_untold and is_silenced:
        return ["silenced", "breach"] if standing.kind == "breach" else ["over"]
    first: list[Event] = ["worse"] if is_untold else []
    if standing.kind == "over":
        return [*first, "over"]
    return first or ["breach"]


def family(record: ExcursionRecord, alert_of: Mapping[str, str]) -> tuple[str, list[str]]:
    """The alert that a record belongs to, and the other alerts that it takes over.

    `alert_of` has the alert of every excursion known. A new excursion that supersedes known ones
    goes on under the first one's alert; only one that follows nothing raises its own.
    """
    known = [alert_of[one] for one in (record.id, *record.supersedes) if one in alert_of]
    if not known:
        return record.id, []
    own = known[0]
    return own, list(dict.fromkeys(one for one in known if one != own))


def last_seen(record: ExcursionRecord) -> int:
    """The latest time (ms) by which the record proves a reading: it may have been later."""
    if record.end is not None:
        return from_iso(record.end)
    inside = record.minutes + record.unknown_minutes
    return max(from_iso(record.peak_at), from_iso(record.start) + round(inside * MINUTE_MS))


def is_stale(members: Iterable[Member], now: int, stale_after: int) -> bool:
    """Whether all that speaks ended, or was last seen, more than `stale_after` (ms) ago."""
    return all(
        now - last_seen(member.record) > stale_after
        for member in members
        if member.speaks and not member.superseded
    )
