"""Which records hold: each id's last one, unless it was withdrawn or superseded."""

from collections.abc import Iterable
from typing import TypeVar

from .records import ConditionRecord, ExcursionRecord

Record = TypeVar("Record", ExcursionRecord, ConditionRecord)


def that_hold(records: Iterable[Record]) -> list[Record]:
    """The last record of each id by `as_of`, of equal ones the later; by start and id.

    Those withdrawn do not hold, nor those that a record of another id superseded since: what was
    superseded and is said again after that holds again.
    """
    last: dict[str, Record] = {}
    replaced: dict[str, int] = {}
    for record in records:
        if record.id not in last or record.as_of >= last[record.id].as_of:
            last[record.id] = record
            if record.as_of >= replaced.get(record.id, -1):
                replaced.pop(record.id, None)
        if isinstance(record, ExcursionRecord):
            for old in record.supersedes:
                if old not in last or record.as_of >= last[old].as_of:
                    replaced[old] = record.as_of
    return sorted(
        (one for one in last.values() if one.state != "withdrawn" and one.id not in replaced),
        key=lambda one: (_start(one), one.id),
    )


def confirmed(records: Iterable[ExcursionRecord]) -> list[ExcursionRecord]:
    """Those that people are told of."""
    return [one for one in records if one.confirmed is not None or one.state == "presumed"]


def _start(record: ExcursionRecord | ConditionRecord) -> str:
    return record.start if isinstance(record, ExcursionRecord) else record.since
