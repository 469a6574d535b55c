"""What the topic of excursions says, read the same way: an excursion, or a fleet rule's condition.

An alert is about one *trouble*: a device, a compartment of it (empty: all of it) and a subject:
the side of the limit (`above`, `below`), or the rule (`device-silent`, `door-open`…).
"""

from collections.abc import Mapping

import msgspec

from coldchain.limits import Limit
from coldchain.profile import Profile
from coldchain.records import ConditionRecord, ExcursionRecord
from coldchain.times import MINUTE_MS, from_iso

Record = ExcursionRecord | ConditionRecord

#: A record that claims more was not made by a judge.
MOST_SUPERSEDED = 10_000
_YEAR_9000 = 221_845_392_000_000
_MOST_OFFSET = 2**63 - 1
_MOST_CELSIUS = 10_000


class _Peek(msgspec.Struct):
    """As much of a record as tells a fleet rule's finding from an excursion."""

    rule: str | None = None


_peek = msgspec.json.Decoder(_Peek)
_condition = msgspec.json.Decoder(ConditionRecord)
_excursion = msgspec.json.Decoder(ExcursionRecord)


def decode(raw: bytes) -> Record:
    """The record in these bytes. Raises msgspec.DecodeError."""
    if _peek.decode(raw).rule is not None:
        return _condition.decode(raw)
    return _excursion.decode(raw)


def checked(record: Record) -> Record:
    """The record, its numbers such as can be reckoned and written. Raises ValueError."""
    if not 0 <= record.as_of <= _MOST_OFFSET:
        raise ValueError(f"finding {record.id} counts what no 64 bits hold")
    if isinstance(record, ExcursionRecord):
        _check_excursion(record)
        given = [record.start, record.confirmed, record.end, record.peak_at]
    else:
        given = [record.since, record.due, record.until]
    times = [from_iso(time) for time in given if time is not None]
    for time in (*times, last_seen(record)):
        if not 0 <= time < _YEAR_9000:
            raise ValueError(f"a time of finding {record.id} is beyond all reckoning")
    return record


def _check_excursion(record: ExcursionRecord) -> None:
    if not 0 <= record.parcels_total <= _MOST_OFFSET:
        raise ValueError(f"excursion {record.id} counts what no 64 bits hold")
    for minutes in (record.minutes, record.unknown_minutes):
        if not 0 <= minutes * MINUTE_MS < _YEAR_9000:
            raise ValueError(f"excursion {record.id} lasts beyond all reckoning")
    if not abs(record.peak) <= _MOST_CELSIUS:
        raise ValueError(f"excursion {record.id} peaks beyond any temperature")
    if len(record.supersedes) > MOST_SUPERSEDED:
        raise ValueError(f"excursion {record.id} supersedes {len(record.supersedes)} others")


def began(record: Record) -> int:
    """When it began, ms."""
    return from_iso(record.start if isinstance(record, ExcursionRecord) else record.since)


def ended(record: Record) -> int | None:
    """When it ended, ms; None while it goes on."""
    end = record.end if isinstance(record, ExcursionRecord) else record.until
    return None if end is None else from_iso(end)


def last_seen(record: Record) -> int:
    """The latest time (ms) by which the record proves something: it may have been later."""
    end = ended(record)
    if end is not None:
        return end
    if isinstance(record, ConditionRecord):
        return from_iso(record.due)
    inside = record.minutes + record.unknown_minutes
    return max(from_iso(record.peak_at), from_iso(record.start) + round(inside * MINUTE_MS))


def compartment(record: Record) -> str:
    """The compartment it is about; empty: the device."""
    if isinstance(record, ExcursionRecord):
        return record.compartment
    return record.subject.partition(".")[0]


def limit_of(record: Record, profiles: Mapping[str, Profile]) -> Limit | None:
    """The limit that an excursion passed, where its profile is known here."""
    if isinstance(record, ConditionRecord):
        return None
    profile = profiles.get(record.profile)
    limits = () if profile is None else profile.limits
    return next((limit for limit in limits if limit.id == record.limit), None)


def subject(record: Record, profiles: Mapping[str, Profile]) -> str:
    """What of its compartment: the limit's side (its name where not known here), or the rule."""
    if isinstance(record, ConditionRecord):
        return record.rule
    limit = limit_of(record, profiles)
    return record.limit if limit is None else limit.side


def supersedes(record: Record) -> list[str]:
    """The findings that it replaces."""
    return record.supersedes if isinstance(record, ExcursionRecord) else []
