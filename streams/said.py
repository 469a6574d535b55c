"""Excursions as records for `coldchain.excursions`."""

from coldchain.celsius import from_micro
from coldchain.excursions import Excursion, excursion_id
from coldchain.judge import Plan
from coldchain.records import ExcursionRecord, Severity, State
from coldchain.times import iso


def record(
    state: State,
    device: str,
    channel: str,
    plan: Plan,
    found: Excursion,
    as_of: int,
    supersedes: list[str] | None = None,
) -> ExcursionRecord:
    """What to say of an excursion, judged at source offset `as_of`."""
    severity: Severity = "critical" if found.severity == "critical" else "warning"
    return ExcursionRecord(
        id=excursion_id(device, channel, found.limit, found.first_at),
        state=state,
        device=device,
        compartment=channel.split(".", 1)[0],
        channel=channel,
        limit=found.limit,
        severity=severity,
        profile=plan.profile,
        start=iso(found.start),
        confirmed=None if found.confirmed is None else iso(found.confirmed),
        end=None if found.end is None else iso(found.end),
        minutes=found.minutes,
        unknown_minutes=found.unknown_minutes,
        degree_minutes=found.degree_minutes,
        peak=from_micro(found.peak),
        peak_at=iso(found.peak_at),
        supersedes=supersedes or [],
        as_of=as_of,
    )


def standing(found: Excursion) -> str:
    """The state of an excursion that nobody has withdrawn."""
    if found.end is not None:
        return "closed"
    if found.confirmed is not None:
        return "confirmed"
    return "opened" if found.presumed is None else "presumed"
