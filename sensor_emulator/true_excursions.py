"""True excursions: what the judge of everyone says of the model's own temperatures.

Each row is judged three times: as it was, and as a sound sensor would read it that is wrong by all
its uncertainty, once towards the band and once away from it. What is confirmed as it was but not by
the first is marginal; what the second confirms is near enough that a sound sensor may say it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coldchain.celsius import MICRO
from coldchain.columns import judge
from coldchain.enrolment import IDLE
from coldchain.excursions import Excursion
from coldchain.judge import Plan as JudgePlan
from coldchain.profile import Profile
from coldchain.segment import Interval
from coldchain.times import iso
from coldchain.truth import TrueExcursion

from .fleet import Fleet
from .plan import Plan
from .sensors import uncertainty

Times = NDArray[np.int64]
Values = NDArray[np.int32]
EVER = 1 << 60


@dataclass(frozen=True)
class Row:
    """A row's true values at `times` (ms), the plan it is judged by, and the grace of its doors.

    `rides`: when a tag was tied to a parcel, each judged by itself; none: all of it is judged.
    `spans()`: when its door was open or its unit defrosted.
    """

    times: Times
    values: Values
    by: JudgePlan
    rides: Sequence[Interval]
    spans: Callable[[], list[Interval]]
    pauses_of: Callable[[list[Interval]], list[Interval]]

    @cached_property
    def pauses(self) -> list[Interval]:
        """When warnings wait."""
        return self.pauses_of(self.spans())

    def excursions(self) -> list[Excursion]:
        """All of them, open and unconfirmed ones too."""
        if not self.rides:
            return self._of(self.by, self.values)
        found: list[Excursion] = []
        for ride in self.rides:
            first, last = np.searchsorted(self.times, ride).tolist()
            part = self.times[first:last], self.values[first:last]
            found += judge(self.by, *part).excursions
        return found

    def read(self, error: int, way: Literal["inward", "outward"]) -> list[Excursion]:
        """What a sound sensor confirms that is wrong by `error` micro-degrees all the time."""
        found: list[Excursion] = []
        for side, sign in (("above", -1), ("below", 1)):
            off = error * sign if way == "inward" else -error * sign
            limits = tuple(one for one in self.by.limits if one.side == side)
            if limits:
                read = replace(self, values=self.values + off, by=replace(self.by, limits=limits))
                found += [one for one in read.excursions() if one.confirmed is not None]
        return found

    def comes_near(self, error: int) -> bool:
        """Whether it is ever within `error` of a limit: no other has anything to judge."""
        if not len(self.values):
            return False
        low, high = int(self.values.min()) - error, int(self.values.max()) + error
        return any(
            high >= one.threshold if one.side == "above" else low <= one.threshold
            for one in self.by.limits
        )

    def _of(self, by: JudgePlan, values: Values) -> list[Excursion]:
        excursions = judge(by, self.times, values).excursions
        return [
            self._again(by, one, values) if one.severity == "warning" else one for one in excursions
        ]

    def _again(self, by: JudgePlan, excursion: Excursion, values: Values) -> Excursion:
        """A warning judged once more with its pauses, from just before it to just after it."""
        times = self.times
        first = max(0, int(np.searchsorted(times, excursion.start)) - 1)
        end = times[-1] if excursion.end is None else excursion.end
        last = int(np.searchsorted(times, end)) + 1
        found = judge(by, times[first:last], values[first:last], self.pauses).excursions
        key = (excursion.limit, excursion.first_at)
        return next((one for one in found if (one.limit, one.first_at) == key), excursion)


def true_excursions(
    plan: Plan,
    profiles: Mapping[str, Profile],
    row_of: Callable[[int, JudgePlan, Profile, Sequence[Interval]], Row],
    shift: int,
    on_progress: Callable[[float], None] | None = None,
) -> tuple[list[TrueExcursion], list[TrueExcursion]]:
    """All that were, and what a sound sensor might confirm; each by start, device and channel.

    `on_progress` is told the share of the rows that is judged.
    """
    fleet = plan.fleet
    were: list[TrueExcursion] = []
    nearly: list[TrueExcursion] = []
    for row, profile, by, ridden in _rows(plan, profiles, on_progress):
        one = row_of(row, by, profile, ridden)
        error = round(uncertainty(fleet.row_is_product[row]) * MICRO)
        if not one.comes_near(error):
            continue
        found = one.excursions()
        surely = one.read(error, "inward") if found else []
        were += [
            _said(fleet, row, each, shift, is_marginal=not _is_among(surely, each))
            for each in found
        ]
        nearly += [_said(fleet, row, each, shift) for each in one.read(error, "outward")]
    return sorted(were, key=_order), sorted(nearly, key=_order)


def _rows(
    plan: Plan, profiles: Mapping[str, Profile], on_progress: Callable[[float], None] | None
) -> Iterator[tuple[int, Profile, JudgePlan, Sequence[Interval]]]:
    """The rows that count: what is idle or pre-cooled does not, a tag's only as it rides."""
    fleet, rides = plan.fleet, _rides(plan)
    plans: dict[tuple[str, bool], JudgePlan] = {}
    for row, box in enumerate(fleet.row_box):
        if on_progress is not None and row % 64 == 0:
            on_progress(row / len(fleet.row_box))
        ridden = rides.get(box, ())
        if not ridden and fleet.duty_of[box] in (*IDLE, "pre-cooling"):
            continue
        profile = profiles[fleet.profile_of[box]]
        key = (profile.id, fleet.row_is_product[row])
        if key not in plans:
            plans[key] = _judged_by(profile, "product" if key[1] else "air")
        yield row, profile, plans[key], ridden
    if on_progress is not None:
        on_progress(1.0)


def _rides(plan: Plan) -> dict[int, list[Interval]]:
    """By tag's compartment: when it was tied to a parcel, ms."""
    found: dict[int, list[Interval]] = {}
    for parcel in plan.parcels:
        if parcel.tag is not None:
            until = EVER if parcel.untied is None else parcel.untied
            found.setdefault(parcel.tag, []).append((parcel.tied, until))
    return found


def _judged_by(profile: Profile, quantity: str) -> JudgePlan:
    """A compartment is judged by consecutive limits; cumulative ones are a parcel's."""
    by = JudgePlan.of(profile, quantity)
    return replace(by, limits=tuple(one for one in by.limits if one.mode == "consecutive"))


def _is_among(surely: Sequence[Excursion], one: Excursion) -> bool:
    """Whether it is found there too, by its limit and time."""
    end = EVER if one.end is None else one.end
    return any(
        other.limit == one.limit
        and other.start <= end
        and one.start <= (EVER if other.end is None else other.end)
        for other in surely
    )


def _order(one: TrueExcursion) -> tuple[str, ...]:
    return one.start, one.device, one.channel, one.limit


def _said(
    fleet: Fleet, row: int, excursion: Excursion, shift: int, is_marginal: bool = False
) -> TrueExcursion:
    def moment(at: int | None) -> str | None:
        return None if at is None else iso(at + shift)

    box = fleet.row_box[row]
    return TrueExcursion(
        device=fleet.devices[fleet.device_of[box]].name,
        compartment=fleet.names[box],
        channel=fleet.channels[row],
        profile=fleet.profile_of[box],
        limit=excursion.limit,
        start=iso(excursion.start + shift),
        confirmed=moment(excursion.confirmed),
        end=moment(excursion.end),
        minutes=round(excursion.minutes, 3),
        peak=round(excursion.peak_celsius, 3),
        marginal=is_marginal and excursion.confirmed is not None,
    )
