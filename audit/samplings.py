"""A sampling, and a series of lots, as their rows in the ledger have them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from .errors import AuditError
from .inspections import Booked, Decided, Frozen, Opened, Result, Row, Switched
from .sampling.plans import Plan, Severity, single_plan, tighter_aql, zero_plan
from .sampling.switching import Series, after, allowed_to_reduce, resumed


@dataclass(frozen=True, slots=True)
class Sampling:
    """A sampling as its rows have it. `results`: of each parcel the one that stands."""

    booked: Booked
    frozen: Frozen | None = None
    opened: Opened | None = None
    results: Mapping[str, Result] = field(default_factory=dict)
    decided: Decided | None = None

    @property
    def id(self) -> str:
        return self.booked.id

    @property
    def outstanding(self) -> list[str]:
        """Parcels drawn that nothing was entered of yet."""
        drawn = self.opened.drawn if self.opened else []
        return [parcel for parcel in drawn if parcel not in self.results]

    @property
    def nonconforming(self) -> int:
        """Of the parcels drawn; those picked by risk do not count."""
        drawn = set(self.opened.drawn if self.opened else ())
        return sum(not r.conforming for name, r in self.results.items() if name in drawn)

    @property
    def plan(self) -> Plan | None:
        one = self.frozen
        if one is None:
            return None
        return Plan(one.size, one.accept, one.letter, one.size >= len(one.parcels))


def sampling_of(rows: Iterable[Row]) -> Sampling:
    """A sampling from its rows in order. Raises AuditError where it was never booked."""
    found: Sampling | None = None
    for row in rows:
        if isinstance(row, Booked):
            found = found or Sampling(row)
        elif found is None:
            continue
        elif isinstance(row, Frozen):
            found = replace(found, frozen=found.frozen or row)
        elif isinstance(row, Opened):
            found = replace(found, opened=found.opened or row)
        elif isinstance(row, Result):
            found = replace(found, results={**found.results, row.parcel: row})
        elif isinstance(row, Decided):
            found = replace(found, decided=found.decided or row)
    if found is None:
        raise AuditError("there is no such sampling; `coldchain audit sample book` books one")
    return found


def plan_of(booked: Booked, lot: int, severity: Severity) -> Plan:
    """The plan of a lot of this size. Raises PlanError."""
    if booked.aql is not None:
        return single_plan(lot, booked.level, booked.aql, severity)
    return zero_plan(lot, booked.confidence or 0, booked.nonconforming or 0)


def after_lot(series: Series, sampling: Sampling) -> Series:
    """A series after a lot of it was decided. Zero-acceptance lots are outside the rules."""
    booked, frozen, plan = sampling.booked, sampling.frozen, sampling.plan
    if booked.aql is None or frozen is None or plan is None or series.is_stopped:
        return series
    aql = tighter_aql(booked.aql)
    tighter = None if aql is None else single_plan(len(frozen.parcels), booked.level, aql)
    return after(series, plan, sampling.nonconforming, tighter)


def switched(series: Series, row: Switched) -> Series:
    """A series after a person let it go over. Raises ValueError where the rules forbid it."""
    return allowed_to_reduce(series) if row.to == "reduced" else resumed(series)
