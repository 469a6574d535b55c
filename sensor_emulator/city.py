"""The city as it lives: a plan carried out, one frame's time after another.

Each device's clock ticks a little after the grid's, by its own phase, so that a fleet's frames
do not all come at once. Everything in here is on the grid: a device's time less its phase.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coldchain.times import SECOND_MS

from .chance import generator
from .climate import outside, sunshine
from .goods import Goods
from .openings import Ints, Openings, Window, shares
from .plan import Plan
from .thermal import Boxes, Flags, Floats, Forcing, Model, State

#: How fast an air sensor follows the air: its time constant, s.
AIR_SENSOR_S = 45.0


@dataclass(frozen=True)
class Stretch:
    """One frame's time [start, end) on the grid: what was in each step, [steps, boxes].

    `ends` are the steps' ends; `air` and `cargo` the true temperatures then, `felt` what an air
    sensor feels (°C); `cooling` and `defrosting` what the unit did in the step. `doors` and
    `mains` are the spans that touch it; `goods` the parcels' own temperatures, [steps, parcels].
    """

    start: int
    end: int
    ends: Ints
    air: Floats
    cargo: Floats
    felt: Floats
    cooling: Flags
    defrosting: Flags
    doors: Openings
    mains: Openings
    goods: Floats


class City:
    """A plan's compartments and their present state."""

    def __init__(self, plan: Plan, boxes: Boxes) -> None:
        self._plan = plan
        scenario, fleet = plan.scenario, plan.fleet
        self._phase = fleet.phases()
        self._device_of = np.array(fleet.device_of, dtype=np.int64)
        self._on_mains = np.array([body.mains for body in fleet.body_of], dtype=bool)
        self._used = np.array([duty != "empty" for duty in fleet.duty_of], dtype=float)
        self._steps = scenario.frame_ms // scenario.step_ms
        self._model = Model(boxes, scenario.step_seconds)
        self._follows = -np.expm1(-scenario.step_seconds / AIR_SENSOR_S)
        self._doors = Window(_on_grid(plan.doors, self._phase))
        device_phase = np.array([device.phase for device in fleet.devices], dtype=np.int64)
        self._mains = Window(_on_grid(plan.mains, device_phase))
        self._devices = len(fleet.devices)
        self.state = self._at_first(boxes)
        self._felt = self.state.air.copy()
        brisk = np.array([duty == "pre-cooling" for duty in fleet.duty_of], dtype=bool)
        self._goods = Goods(plan.parcels, brisk, scenario.step_seconds, scenario.seed)

    def _at_first(self, boxes: Boxes) -> State:
        """Cold and settled; the idle as warm as the day."""
        scenario = self._plan.scenario
        chance = generator(scenario.seed, "at first")
        count = len(boxes)
        air = boxes.setpoint + boxes.band * (chance.random(count) - 0.5)
        cargo = boxes.setpoint + 0.15 * chance.standard_normal(count)
        warm = self._outside(scenario.start_ms) + boxes.sun * sunshine(scenario.start_ms)
        idle = self._used == 0.0
        state = State.at(np.where(idle, warm, air), np.where(idle, warm, cargo))
        state.cooling = (chance.random(count) < 0.3) & ~idle
        return state

    def _outside(self, at: int) -> float:
        return outside(at) + self._plan.scenario.warmer

    def stretches(self) -> Iterator[Stretch]:
        """One after another, to the plan's end (the last one whole)."""
        scenario = self._plan.scenario
        for start in range(
            scenario.start_ms, scenario.start_ms + scenario.duration_ms, scenario.frame_ms
        ):
            yield self._stretch(start)

    def _stretch(self, start: int) -> Stretch:
        scenario, steps, count = self._plan.scenario, self._steps, len(self._phase)
        end, step_ms = start + scenario.frame_ms, scenario.step_ms
        doors = self._doors.touching(start, end)
        mains = self._mains.touching(start, end)
        open_share = shares(doors, count, start, step_ms, steps)
        lost_share = shares(mains, self._devices, start, step_ms, steps)
        shape = (steps, count)
        air, cargo, felt = np.empty(shape), np.empty(shape), np.empty(shape)
        goods = np.empty((steps, len(self._goods.celsius)))
        cooling, defrosting = np.empty(shape, dtype=bool), np.empty(shape, dtype=bool)
        for index in range(steps):
            at = start + index * step_ms
            available = self._used.copy()
            if len(mains):
                available *= 1.0 - lost_share[index][self._device_of] * self._on_mains
            forcing = Forcing(
                self._outside(at), sunshine(at), open_share[index], available, np.zeros(count)
            )
            self._apply_faults(forcing, at)
            self._take_in(at, at + step_ms)
            self._model.step(self.state, forcing, (at - scenario.start_ms) / SECOND_MS)
            around = (at + step_ms, self.state.air, self.state.cargo, self._outside(at))
            self._goods.step(*around)
            self._goods.show_tags(*around)
            goods[index] = self._goods.celsius
            self._felt += (self.state.air - self._felt) * self._follows
            air[index], cargo[index], felt[index] = self.state.air, self.state.cargo, self._felt
            cooling[index], defrosting[index] = self.state.cooling, self.state.defrosting
        ends = start + step_ms * np.arange(1, steps + 1, dtype=np.int64)
        return Stretch(start, end, ends, air, cargo, felt, cooling, defrosting, doors, mains, goods)

    def _apply_faults(self, forcing: Forcing, at: int) -> None:
        for fault in self._plan.faults:
            if fault.acts(at + self._plan.fleet.devices[fault.place.device].phase):
                fault.drive(forcing, at)

    def _take_in(self, start: int, end: int) -> None:
        """Goods that come in during a step; they mix with what is there."""
        loads, cargo = self._plan.loads, self.state.cargo
        first, last = np.searchsorted(loads.at, [start, end]).tolist()
        for index in range(first, last):
            box, share = loads.box[index], loads.share[index]
            cargo[box] += share * (loads.celsius[index] - cargo[box])


def _on_grid(spans: Openings, phase: NDArray[np.int64]) -> Openings:
    early = phase[spans.box]
    rows = np.stack([spans.box, spans.start - early, spans.end - early], axis=1)
    return Openings.sorted(rows)
