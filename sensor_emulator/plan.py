"""What will happen in a run: the doors that open, the goods that come in, what goes wrong.

All of it is drawn before anything runs, from the scenario and its seed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from coldchain.times import DAY_MS, MINUTE_MS

from .chance import generator
from .faults import FAULTS, Fault, LinkFault, Place
from .fleet import Device, Fleet, build
from .loads import Loads, draw_loads
from .openings import Openings
from .parcel import Parcel
from .parcels import draw
from .scenario import FaultSpec, Scenario, ScenarioError
from .visits import HABITS, visits


@dataclass(frozen=True)
class Plan:
    """A run, ready to happen. `mains` holds devices where others hold compartments."""

    scenario: Scenario
    fleet: Fleet
    doors: Openings
    mains: Openings
    loads: Loads
    faults: list[Fault]
    parcels: list[Parcel]


def plan(scenario: Scenario) -> Plan:
    """The plan of a scenario. Raises ScenarioError where a fault's place is not in the fleet."""
    fleet = build(scenario)
    start, end = scenario.start_ms, scenario.start_ms + scenario.duration_ms
    faults = _faults(scenario, fleet)
    doors = _doors(scenario, fleet, start, end)
    loads = draw_loads(scenario, fleet)
    drawn = draw(scenario, fleet, loads)
    further = drawn.doors + [span for fault in faults for span in fault.doors()]
    lost = [span for fault in faults for span in fault.mains()]
    return Plan(
        scenario,
        fleet,
        doors.also(further) if further else doors,
        Openings.of(lost),
        loads.also([row for fault in faults for row in fault.loads()]),
        faults,
        drawn.parcels,
    )


def _doors(scenario: Scenario, fleet: Fleet, start: int, end: int) -> Openings:
    parts = [
        visits(habit, fleet.usage(usage), generator(scenario.seed, "doors", usage), start, end)
        for usage, habit in HABITS.items()
    ]
    for index, route in fleet.routes.items():
        spans = np.array(route.doors, dtype=np.int64).reshape(-1, 2)
        parts.append(np.insert(spans, 0, fleet.opens[index], axis=1))
    return Openings.sorted(np.concatenate(parts))


def _faults(scenario: Scenario, fleet: Fleet) -> list[Fault]:
    made: list[Fault] = []
    for number, spec in enumerate(scenario.faults):
        kind = FAULTS[spec.kind]
        # Links draw the same wherever in the file they stand, others by their place in it.
        before = sum(one.kind == spec.kind for one in scenario.faults[:number])
        name = ("fault", str(before if issubclass(kind, LinkFault) else number), spec.kind)
        for device, at in _places(scenario, fleet, spec, number):
            place = _place(fleet, device, spec.compartment)
            end = scenario.start_ms + scenario.duration_ms
            if spec.for_minutes is not None:
                end = min(end, at + round(spec.for_minutes * MINUTE_MS))
            amount = kind.usual if spec.amount is None else spec.amount
            chance = generator(scenario.seed, *name, device.name)
            made.append(kind(place, at, max(end, at), amount, chance))
    return made


def _places(
    scenario: Scenario, fleet: Fleet, spec: FaultSpec, number: int
) -> Iterable[tuple[Device, int]]:
    """Which devices a fault befalls, and when."""
    if spec.device is not None and spec.at_minutes is not None:
        device = fleet.device(spec.device)
        if device is None:
            raise ScenarioError(f"faults[{number}].device: no {spec.device!r} in this fleet")
        if spec.at_minutes < scenario.duration_minutes:  # a run cut short may end before it
            yield device, scenario.start_ms + round(spec.at_minutes * MINUTE_MS)
        return
    chance = generator(scenario.seed, "fault", str(number), spec.kind, "when")
    expected = (spec.per_day or 0.0) * scenario.duration_ms / DAY_MS
    for device in fleet.devices:
        if device.kind != spec.fleet or device.idle:
            continue
        for _ in range(int(chance.poisson(expected))):
            yield device, scenario.start_ms + int(chance.integers(scenario.duration_ms))


def _place(fleet: Fleet, device: Device, compartment: str | None) -> Place:
    boxes = tuple(box for box in device.boxes if compartment in (None, fleet.names[box]))
    rows = tuple(row for row in range(device.low, device.high) if fleet.row_box[row] in boxes)
    return Place(
        device.index,
        device.name,
        boxes,
        tuple(fleet.names[box] for box in boxes),
        rows,
        tuple(fleet.channels[row] for row in rows),
    )
