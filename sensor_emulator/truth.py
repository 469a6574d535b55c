"""Truth: what really happened, from the model's own noise-free temperatures.

The same judge as everyone's, over air and cargo as they were at every step of the model.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from msgspec import UNSET, UnsetType
from numpy.typing import NDArray

from coldchain.celsius import MICRO
from coldchain.judge import Plan as JudgePlan
from coldchain.pauses import pauses_of
from coldchain.profile import Profile
from coldchain.segment import Interval
from coldchain.times import iso
from coldchain.truth import FrameCounts, TrueFault, TrueParcel, TruthFile

from .city import Stretch
from .parcel_truth import NOWHERE, parcel_truths
from .plan import Plan
from .true_excursions import Row, true_excursions


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
        self,
        plan: Plan,
        profiles: Mapping[str, Profile],
        frames: FrameCounts,
        shift: int,
        on_progress: Callable[[float], None] | None = None,
    ) -> TruthFile:
        """The truth file, of what ran: a run that was stopped has no faults after that.

        `shift` turns the world's calendar into the frames' times, ms. `on_progress` is told how
        far the judging has come, 0 to 1.
        """
        if not self._ends:
            return TruthFile(excursions=[], frames=frames)
        ends = np.concatenate(self._ends)
        parcels: list[TrueParcel] | UnsetType = UNSET
        if self._goods:
            goods = np.concatenate(self._goods)
            parcels = parcel_truths(plan, profiles, ends, goods, shift)

        def row_of(row: int, by: JudgePlan, profile: Profile, rides: Sequence[Interval]) -> Row:
            return Row(
                *self.series(plan, row),
                by,
                rides,
                lambda: self._spans(plan, plan.fleet.row_box[row]),
                lambda spans: pauses_of(spans, profile.door_grace),
            )

        were, nearly = true_excursions(plan, profiles, row_of, shift, on_progress)
        faults = _faults(plan, int(ends[-1]), shift)
        return TruthFile(
            excursions=were, nearly=nearly, faults=faults, frames=frames, parcels=parcels
        )

    def _spans(self, plan: Plan, box: int) -> list[Interval]:
        """When its door was open and when its unit defrosted."""
        own = plan.doors.box == box
        spans: list[Interval] = list(
            zip(plan.doors.start[own].tolist(), plan.doors.end[own].tolist(), strict=True)
        )
        ends = np.concatenate(self._ends) + plan.fleet.phases()[box]
        defrosting = np.concatenate([part[:, box] for part in self._defrosts])
        step = plan.scenario.step_ms
        return spans + [(end - step, end) for end in ends[defrosting].tolist()]


def _faults(plan: Plan, ran: int, shift: int) -> list[TrueFault]:
    """Those that began before the run ended (`ran`, ms on the grid), as far as they went."""
    found: list[TrueFault] = []
    for fault in plan.faults:
        until = ran + plan.fleet.devices[fault.place.device].phase
        if fault.start >= until:
            continue
        found += [
            TrueFault(
                device=fault.place.name,
                channel=channel,
                kind=fault.kind,
                start=iso(fault.start + shift),
                end=iso(min(fault.end, until) + shift),
            )
            for channel in fault.told()
        ]
    return found
