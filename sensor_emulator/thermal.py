"""The thermal model: two lumped nodes, air and cargo, for all compartments at once.

    C_air   dT/dt = K A (T_wall - T) + G_door (T_out - T) + UA (M - T) + Q
    C_cargo dM/dt = UA (T - M)

T is the air with the lining it is in step with, M the cargo (its outer layer: what a buffered
probe among the goods feels), Q what the unit takes out (as much as the air is above where it
stops, TURNED_DOWN at least) and what a defrost, or the heater of one that is too cold, puts in.
While its coefficients stand still the system is linear, so a step is exact, whatever its length:

    T_eq = (K A T_wall + G_door T_out + Q) / (K A + G_door)         both nodes end there
    [T, M] = T_eq + P [T - T_eq, M - T_eq],   P = exp(step * matrix)

P of a closed box never changes and is made once; only boxes with a door open are worked out
anew in each step, with G_door as of the step's start.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from .doors import conductance

#: A unit is sized for pulling down; near its set-point it turns down to this share of that [U],
#: and gives all so many °C above where it stops [U]. Without, it would start every few minutes.
TURNED_DOWN, FULL_AT_C = 0.12, 4.0
#: It heats from so much of its band below the set-point on: below where the cooling stops [U].
HEATS_FROM = 0.75

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Boxes:
    """What the compartments are: one item each.

    `air_heat` and `cargo_heat` J/K, `wall` and `exchange` W/K, `volume` m³, `door_area` m²,
    `door_height` m, `passes` the share a door's curtain lets through, `capacity` W, `setpoint`
    °C, `band` the thermostat's whole hysteresis in °C, defrosts of `defrost_for` s every
    `defrost_every` s (the first at `defrost_first`) that put `defrost_heat` W into the air,
    `sun` how many °C the sun at its best adds outside the walls, `heater` W of heating.
    """

    air_heat: Floats
    cargo_heat: Floats
    wall: Floats
    exchange: Floats
    volume: Floats
    door_area: Floats
    door_height: Floats
    passes: Floats
    capacity: Floats
    setpoint: Floats
    band: Floats
    defrost_every: Floats
    defrost_for: Floats
    defrost_first: Floats
    defrost_heat: Floats
    sun: Floats
    heater: Floats

    def __len__(self) -> int:
        return len(self.wall)

    def take(self, which: NDArray[np.intp]) -> "Boxes":
        """Some of them."""
        return Boxes(*(getattr(self, field.name)[which] for field in fields(self)))


@dataclass
class State:
    """Where the compartments are: °C, whether the unit cools, whether it defrosts."""

    air: Floats
    cargo: Floats
    cooling: Flags
    defrosting: Flags

    @classmethod
    def at(cls, air: Floats, cargo: Floats) -> "State":
        off = np.zeros(len(air), dtype=bool)
        return cls(air.astype(np.float64), cargo.astype(np.float64), off, off.copy())


@dataclass
class Forcing:
    """What acts on the compartments during one step, faults included.

    `outside` °C; `sunshine` 0 to 1; `door` the share of the step that the door is open;
    `available` the share of its capacity that the unit can give; `shift` what is added to
    the set-point, °C.
    """

    outside: float
    sunshine: float
    door: Floats
    available: Floats
    shift: Floats

    @classmethod
    def calm(cls, count: int, outside: float, sunshine: float = 0.0) -> "Forcing":
        """Doors closed, units sound."""
        return cls(outside, sunshine, np.zeros(count), np.ones(count), np.zeros(count))


@dataclass(frozen=True)
class Propagator:
    """exp(step * matrix), item by item: what is left of both nodes' distances from T_eq."""

    air_air: Floats
    air_cargo: Floats
    cargo_air: Floats
    cargo_cargo: Floats

    @classmethod
    def of(cls, boxes: Boxes, loss: Floats, seconds: float) -> "Propagator":
        """For boxes that lose `loss` W/K to the outside, over so many seconds."""
        a = -(loss + boxes.exchange) / boxes.air_heat
        b = boxes.exchange / boxes.air_heat
        c = boxes.exchange / boxes.cargo_heat
        d = -c
        root = np.sqrt((a - d) ** 2 + 4.0 * b * c)
        slow, fast = (a + d + root) / 2.0, (a + d - root) / 2.0
        e_slow, e_fast = np.exp(slow * seconds), np.exp(fast * seconds)
        p, q = e_slow / root, e_fast / root
        return cls(
            p * (a - fast) - q * (a - slow),
            b * (p - q),
            c * (p - q),
            p * (d - fast) - q * (d - slow),
        )


class Model:
    """The step function of these boxes at a fixed step, in seconds."""

    def __init__(self, boxes: Boxes, seconds: float) -> None:
        self.boxes = boxes
        self.seconds = seconds
        self._closed = Propagator.of(boxes, boxes.wall, seconds)
        self._heats_from = boxes.setpoint - HEATS_FROM * boxes.band

    def step(self, state: State, forcing: Forcing, elapsed: float) -> None:
        """Carry `state` over one step, `elapsed` s after the start of time."""
        boxes = self.boxes
        self._control(state, forcing, elapsed)
        heat = np.where(state.cooling, -boxes.capacity * forcing.available, 0.0)
        heat *= self._modulated(state, forcing)
        too_cold = self._heats_from + forcing.shift - state.air
        if too_cold.max(initial=0.0) > 0.0:
            heat += boxes.heater * forcing.available * np.clip(too_cold / FULL_AT_C, 0.0, 1.0)
        if state.defrosting.any():
            heat += np.where(state.defrosting, boxes.defrost_heat, 0.0)
        wall_side = forcing.outside + boxes.sun * forcing.sunshine
        balance = wall_side + heat / boxes.wall
        by = self._closed
        air, cargo = state.air - balance, state.cargo - balance
        new_air = balance + by.air_air * air + by.air_cargo * cargo
        new_cargo = balance + by.cargo_air * air + by.cargo_cargo * cargo
        opened = np.flatnonzero(forcing.door)
        if len(opened):
            new_air[opened], new_cargo[opened] = self._opened(
                opened, state, forcing, heat[opened], wall_side[opened]
            )
        state.air, state.cargo = new_air, new_cargo

    def _control(self, state: State, forcing: Forcing, elapsed: float) -> None:
        """The thermostat, and the defrost that overrules it."""
        boxes = self.boxes
        above = state.air - boxes.setpoint - forcing.shift
        half = boxes.band / 2.0
        cooling = (above > half) | (state.cooling & (above >= -half))
        since = (elapsed - boxes.defrost_first) % boxes.defrost_every
        works = forcing.available > 0.0
        state.defrosting = (since < boxes.defrost_for) & works
        state.cooling = cooling & works & ~state.defrosting

    def _modulated(self, state: State, forcing: Forcing) -> Floats:
        """The share of its capacity that a unit uses: less as it nears where it stops."""
        stops_at = self.boxes.setpoint + forcing.shift - self.boxes.band / 2.0
        share: Floats = np.clip((state.air - stops_at) / FULL_AT_C, TURNED_DOWN, 1.0)
        return share

    def _opened(
        self,
        which: NDArray[np.intp],
        state: State,
        forcing: Forcing,
        heat: Floats,
        wall_side: Floats,
    ) -> tuple[Floats, Floats]:
        boxes = self.boxes.take(which)
        air, cargo = state.air[which], state.cargo[which]
        outside = np.full(len(which), forcing.outside)
        door = forcing.door[which] * conductance(
            air, outside, boxes.door_area, boxes.door_height, boxes.volume, boxes.passes
        )
        loss = boxes.wall + door
        balance = (boxes.wall * wall_side + door * outside + heat) / loss
        by = Propagator.of(boxes, loss, self.seconds)
        from_air, from_cargo = air - balance, cargo - balance
        return (
            balance + by.air_air * from_air + by.air_cargo * from_cargo,
            balance + by.cargo_air * from_air + by.cargo_cargo * from_cargo,
        )
