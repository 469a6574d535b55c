"""Excursions as records for `coldchain.excursions`."""

from collections.abc import Iterable, Sequence

from .celsius import from_micro
from .excursions import Excursion, excursion_id
from .judge import Plan
from .records import ExcursionRecord, Severity, State
from .times import iso


def record(
    state: State,
    device: str,
    channel: str,
    plan: Plan,
    found: Excursion,
    as_of: int,
    supersedes: Sequence[str] = (),
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
        supersedes=list(supersedes),
        as_of=as_of,
    )


def standing(found: Excursion) -> State:
    """The state of an excursion that nobody has withdrawn."""
    if found.end is not None:
        return "closed"
    if found.confirmed is not None:
        return "confirmed"
    return "opened" if found.presumed is None else "presumed"


def of_compartment(plan: Plan, found: Iterable[Excursion]) -> list[Excursion]:
    """The excursions that a compartment answers for: those of consecutive limits.

    Cumulative limits belong to a parcel, over its legs.
    """
    consecutive = {limit.id for limit in plan.limits if limit.mode == "consecutive"}
    return [excursion for excursion in found if excursion.limit in consecutive]
