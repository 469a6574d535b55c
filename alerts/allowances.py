"""How much longer the goods aboard may be out of limits: their cumulative budgets. Pure.

A parcel's budget is what its earlier legs have left it, as it came aboard; what its compartment
has been beyond since then goes off it. It is "at most": unknown time before is not counted, nor
is an earlier breach on this same leg.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from coldchain.limits import Limit
from coldchain.parcel_records import AboardRecord, BudgetRecord
from coldchain.profile import Profile
from coldchain.records import ExcursionRecord
from coldchain.times import MINUTE_MS, from_iso

from .findings import began, ended, last_seen, limit_of


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a parcel has left, at most, ms; 0: nothing."""

    parcel: str
    left: int


def least_left(
    record: ExcursionRecord,
    aboard: Iterable[AboardRecord],
    profiles: Mapping[str, Profile],
    now: int,
    most: int,
) -> tuple[Allowance, ...]:
    """Of the parcels still in this compartment those with the least left, so many at most."""
    limit = limit_of(record, profiles)
    if limit is None:
        return ()
    until = ended(record)
    if until is None:
        until = last_seen(record) if record.state == "presumed" else now
    found: list[Allowance] = []
    for one in aboard:
        since = _aboard_since(one, record.compartment)
        if since is None:
            continue
        beyond = max(0, until - max(since, began(record)))
        left = [
            round(budget.left_minutes * MINUTE_MS) - beyond
            for budget in one.budgets
            if _is_used_up_by(limit, budget, profiles.get(one.profile))
        ]
        if left:
            found.append(Allowance(one.parcel, max(0, min(left))))
    return tuple(sorted(found, key=lambda one: (one.left, one.parcel))[:most])


def _aboard_since(one: AboardRecord, compartment: str) -> int | None:
    """Since when a parcel is in a compartment, ms; None: it is not there now."""
    there = [
        from_iso(berth.start)
        for berth in one.berths
        if berth.end is None and berth.compartment == compartment
    ]
    return max(there, default=None)


def _is_used_up_by(limit: Limit, budget: BudgetRecord, profile: Profile | None) -> bool:
    """Whether being beyond `limit` is being beyond the budget's limit, too."""
    limits = () if profile is None else profile.limits
    own = next((one for one in limits if one.id == budget.limit), None)
    if own is None or own.side != limit.side:
        return False
    if own.side == "above":
        return limit.threshold >= own.threshold
    return limit.threshold <= own.threshold
