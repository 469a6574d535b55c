"""Truth: what really happened, from the model's own noise-free temperatures.

The same judge as everyone's, over air and cargo as they were at every step of the model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from msgspec import UNSET, UnsetType
from numpy.typing import NDArray

from coldchain.celsius import MICRO
from coldchain.columns import judge
from coldchain.enrolment import IDLE
from coldchain.excursions import Excursion
from coldchain.judge import Plan as JudgePlan
from coldchain.pauses import pauses_of
from coldchain.profile import Profile
from coldchain.segment import Interval
from coldchain.times import iso
from coldchain.truth import FrameCounts, TrueExcursion, TrueFault, TrueParcel, TruthFile

from .city import Stretch
from .fleet import Fleet
from .parcel_truth import NOWHERE, parcel_truths
from .plan import Plan
from .sensors import uncertainty


class Truth:
    """The true temperatures of a run. Memory, per step: 8 bytes a compartment, 4 a parcel."""

    def __init__(self) -> None:
        self._ends: list[NDArray[np.int64]] = []
        self._air: list[NDArray[np.int32]] = []
        self._cargo: list[NDArray[np.int32]] = []
        self._defrosts: list[NDArray[np.bool_]] = []
        self._goods: list[NDArray[np.int32]] = []

    def add(self, stretch: Stretch) -> None:
        self._ends.append(stretch.ends)
        self._air.append(np.rint(stretch.air * MICRO).astype(np.int32))
        self._cargo.append(np.rint(stretch.cargo * MICRO).astype(np.int32))
        self._defrosts.append(stretch.defrosting)
        if stretch.goods.shape[1]:
            micro = np.where(np.isnan(stretch.goods), NOWHERE, np.rint(stretch.goods * MICRO))
            self._goods.append(micro.astype(np.int32))

    def series(self, plan: Plan, channel: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """The times (ms, the world's calendar) and true values (micro-degrees) of a row."""
        box = plan.fleet.row_box[channel]
        parts = self._cargo if plan.fleet.row_is_product[channel] else self._air
        phase = plan.fleet.devices[plan.fleet.device_of[box]].phase
        return np.concatenate(self._ends) + phase, np.concatenate([part[:, box] for part in parts])

    def document(
        self, plan: Plan, profiles: Mapping[str, Profile], frames: FrameCounts, shift: int
    ) -> TruthFile:
        """The truth file. `shift` turns the world's calendar into the frames' times, ms."""
        parcels: list[TrueParcel] | UnsetType = UNSET
        if self._goods:
            ends, goods = np.concatenate(self._ends), np.concatenate(self._goods)
            parcels = parcel_truths(plan, profiles, ends, goods, shift)
        faults = [
            TrueFault(
                device=fault.place.name,
                channel=channel,
                kind=fault.kind,
                start=iso(fault.start + shift),
                end=iso(fault.end + shift),
            )
            for fault in plan.faults
            for channel in fault.told()
        ]
        excursions = self._excursions(plan, profiles, shift) if self._ends else []
        return TruthFile(excursions=excursions, faults=faults, frames=frames, parcels=parcels)

    def _excursions(
        self, plan: Plan, profiles: Mapping[str, Profile], shift: int
    ) -> list[TrueExcursion]:
        fleet = plan.fleet
        found: list[TrueExcursion] = []
        plans: dict[tuple[str, bool], JudgePlan] = {}
        rides = _rides(plan)
        for row, box in enumerate(fleet.row_box):
            ridden = rides.get(box, ())
            if not ridden and fleet.duty_of[box] in (*IDLE, "pre-cooling"):
                continue
            profile = profiles[fleet.profile_of[box]]
            key = (profile.id, fleet.row_is_product[row])
            if key not in plans:
                plans[key] = _judged_by(profile, "product" if key[1] else "air")
            judged = (
                self._ridden(plan, row, ridden, plans[key])
                if ridden
                else self._judged(plan, row, profile, plans[key])
            )
            surely = self._surely(plan, row, ridden, plans[key]) if judged else []
            found += [
                _said(fleet, row, one, shift, is_marginal=not _is_among(surely, one))
                for one in judged
            ]
        return sorted(found, key=lambda one: (one.start, one.device, one.channel, one.limit))

    def _ridden(
        self, plan: Plan, row: int, rides: Sequence[Interval], by: JudgePlan
    ) -> list[Excursion]:
        """A tag counts while it is tied to a parcel, each ride by itself."""
        times, values = self.series(plan, row)
        found: list[Excursion] = []
        for ride in rides:
            first, last = np.searchsorted(times, ride).tolist()
            found += judge(by, times[first:last], values[first:last]).excursions
        return found

    def _surely(
        self, plan: Plan, row: int, rides: Sequence[Interval], by: JudgePlan
    ) -> list[Excursion]:
        """What is confirmed even by a sound sensor that reads nearer the band than it is."""
        times, values = self.series(plan, row)
        error = round(uncertainty(plan.fleet.row_is_product[row]) * MICRO)
        spans = [np.searchsorted(times, ride).tolist() for ride in rides] or [[0, len(times)]]
        found: list[Excursion] = []
        for side, read in (("above", values - error), ("below", values + error)):
            one_sided = replace(by, limits=tuple(one for one in by.limits if one.side == side))
            for first, last in spans:
                found += judge(one_sided, times[first:last], read[first:last]).excursions
        return [one for one in found if one.confirmed is not None]

    def _judged(self, plan: Plan, row: int, profile: Profile, by: JudgePlan) -> Sequence[Excursion]:
        times, values = self.series(plan, row)
        excursions = judge(by, times, values).excursions
        warned = [one for one in excursions if one.severity == "warning"]
        if not warned:
            return excursions
        pauses = self._pauses(plan, row, profile)
        paused = [self._again(by, one, times, values, pauses) for one in warned]
        return (*(one for one in excursions if one.severity != "warning"), *paused)

    def _again(
        self,
        by: JudgePlan,
        excursion: Excursion,
        times: NDArray[np.int64],
        values: NDArray[np.int32],
        pauses: list[Interval],
    ) -> Excursion:
        """A warning judged once more with its pauses, from just before it to just after it."""
        first = max(0, int(np.searchsorted(times, excursion.start)) - 1)
        end = times[-1] if excursion.end is None else excursion.end
        last = int(np.searchsorted(times, end)) + 1
        found = judge(by, times[first:last], values[first:last], pauses).excursions
        key = (excursion.limit, excursion.first_at)
        return next((one for one in found if (one.limit, one.first_at) == key), excursion)

    def _pauses(self, plan: Plan, row: int, profile: Profile) -> list[Interval]:
        """When warnings wait: doors open and defrosts, with the grace after."""
        box = plan.fleet.row_box[row]
        own = plan.doors.box == box
        spans: list[Interval] = list(
            zip(plan.doors.start[own].tolist(), plan.doors.end[own].tolist(), strict=True)
        )
        ends = np.concatenate(self._ends) + plan.fleet.phases()[box]
        defrosting = np.concatenate([part[:, box] for part in self._defrosts])
        step = plan.scenario.step_ms
        spans += [(end - step, end) for end in ends[defrosting].tolist()]
        return pauses_of(spans, profile.door_grace)


def _rides(plan: Plan) -> dict[int, list[Interval]]:
    """By tag's compartment: when it was tied to a parcel, ms."""
    found: dict[int, list[Interval]] = {}
    for parcel in plan.parcels:
        if parcel.tag is not None:
            until = 1 << 60 if parcel.untied is None else parcel.untied
            found.setdefault(parcel.tag, []).append((parcel.tied, until))
    return found


def _judged_by(profile: Profile, quantity: str) -> JudgePlan:
    """A compartment is judged by consecutive limits; cumulative ones are a parcel's."""
    by = JudgePlan.of(profile, quantity)
    return replace(by, limits=tuple(one for one in by.limits if one.mode == "consecutive"))


def _is_among(surely: Sequence[Excursion], one: Excursion) -> bool:
    """Whether it is found there too, by its limit and time."""
    end = 1 << 60 if one.end is None else one.end
    return any(
        other.limit == one.limit
        and other.start <= end
        and one.start <= (1 << 60 if other.end is None else other.end)
        for other in surely
    )


def _said(
    fleet: Fleet, row: int, excursion: Excursion, shift: int, is_marginal: bool
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
