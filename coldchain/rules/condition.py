"""A finding as the record that tells of it."""

from coldchain.excursions import excursion_id
from coldchain.records import ConditionRecord
from coldchain.times import iso

from .findings import Finding
from .table import RULES


def condition(device: str, subject: str, found: Finding, as_of: int) -> ConditionRecord:
    """The finding about `subject` (a channel; empty: the device), judged at offset `as_of`."""
    return ConditionRecord(
        id=excursion_id(device, subject, found.rule, found.since),
        state="raised" if found.until is None else "cleared",
        device=device,
        subject=subject,
        rule=found.rule,
        severity=RULES[found.rule].severity,
        since=iso(found.since),
        due=iso(found.due),
        until=None if found.until is None else iso(found.until),
        values=found.values,
        as_of=as_of,
    )
