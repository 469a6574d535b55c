"""From findings to where an alert stands. Pure.

An alert is a small family of findings: the first, those that supersede it, and those that are the
same trouble (trouble.py). It is in breach while one of them that speaks has not ended, at the
gravest severity of those. Excursions that are merely opened never speak; nor does what happens in
a compartment that is empty or under repair, with no parcel aboard.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from coldchain.records import ConditionRecord, Severity
from coldchain.registry import Entry

from .findings import Record, began, ended, last_seen, supersedes
from .lifecycle import Event

RANK: dict[str | None, int] = {None: 0, "warning": 1, "critical": 2}

#: Why an alert that would be told is not, for now.
Hush = Literal["silenced", "inhibited"]

_SPEAKING = ("confirmed", "presumed")
_IDLE = ("empty", "under-repair")


@dataclass(frozen=True, slots=True)
class Member:
    """A finding of an alert: its last record, whether it speaks, whether another replaced it."""

    record: Record
    speaks: bool
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an alert stands: `severity` is the gravest of what speaks, now and before."""

    kind: Literal["breach", "over", "undone"]
    severity: Severity | None


def is_newer(held: Record | None, record: Record) -> bool:
    """Whether a record counts, beside the one held of the same finding."""
    return held is None or record.as_of >= held.as_of


def speaks(record: Record, before: Member | None, entry: Entry | None) -> bool:
    """Whether anybody is to hear of this finding; `entry` was in force when it began.

    One that was presumed, or raised, goes on speaking when later records correct or end it. A
    condition first heard of when it is over is not news; an excursion that has ended still is.
    """
    has_spoken = before is not None and before.speaks
    if isinstance(record, ConditionRecord):
        if record.state == "withdrawn" or _idle(record.subject.partition(".")[0], entry):
            return False
        return record.state == "raised" or has_spoken
    if record.state == "withdrawn":
        return False
    if _idle(record.compartment, entry) and not record.parcels_total:
        return False
    if record.state in _SPEAKING or record.confirmed is not None:
        return True
    return record.state in ("revised", "closed") and has_spoken


def _idle(compartment: str, entry: Entry | None) -> bool:
    """Whether nothing is in this compartment (empty: in any) that would have to be cold."""
    if entry is None:
        return False
    if compartment:
        found = entry.compartments.get(compartment)
        return found is not None and found.duty in _IDLE
    duties = [one.duty for one in entry.compartments.values()]
    return bool(duties) and all(duty in _IDLE for duty in duties)


def stand(members: Iterable[Member]) -> Standing:
    """Where the alert with these members stands."""
    speaking = [member.record for member in members if member.speaks and not member.superseded]
    if not speaking:
        return Standing("undone", None)
    going_on = [record for record in speaking if ended(record) is None]
    gravest = max(going_on or speaking, key=lambda record: RANK[record.severity])
    return Standing("breach" if going_on else "over", gravest.severity)


def gravest(members: Iterable[Member]) -> Record:
    """The finding to speak of: what speaks before what does not, what goes on, the gravest."""
    return max(
        members,
        key=lambda one: (
            one.speaks and not one.superseded,
            ended(one.record) is None,
            RANK[one.record.severity],
            began(one.record),
        ),
    ).record


def events(
    standing: Standing, told: Severity | None, *, is_stale: bool, hush: Hush | None
) -> list[Event]:
    """What happens to an alert that stands so, `told` being the gravest severity told of.

    What has ended before anybody was told is still told (then it is over): a breach that fits
    between two records is a breach. What ends while it is hushed is not.
    """
    if standing.kind == "undone":
        return ["undone"]
    is_untold = RANK[standing.severity] > RANK[told]
    if is_untold and told is None and is_stale:
        return ["stale"]
    if is_untold and hush is not None:
        return [hush, "breach"] if standing.kind == "breach" else ["over"]
    first: list[Event] = ["worse"] if is_untold else []
    if standing.kind == "over":
        return [*first, "over"]
    return first or ["breach"]


def family(record: Record, alert_of: Mapping[str, str]) -> tuple[str, list[str]]:
    """The alert that a record belongs to, and the other alerts that it takes over.

    `alert_of` has the alert of every finding known. A new excursion that supersedes known ones
    goes on under the first one's alert; only one that follows nothing raises its own.
    """
    known = [alert_of[one] for one in (record.id, *supersedes(record)) if one in alert_of]
    if not known:
        return record.id, []
    own = known[0]
    return own, list(dict.fromkeys(one for one in known if one != own))


def is_stale(members: Iterable[Member], now: int, stale_after: int) -> bool:
    """Whether all that speaks ended, or was last seen, more than `stale_after` (ms) ago."""
    return all(
        now - last_seen(member.record) > stale_after
        for member in members
        if member.speaks and not member.superseded
    )
