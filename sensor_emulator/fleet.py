"""The fleet of a scenario: its devices, their compartments, and what is measured in each.

Everything about compartments is in columns, one item each in the order of their devices; so is
everything about rows, the evenly sampled channels (air and product).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from coldchain.profile import Profile
from coldchain.registry import (
    ChannelEntry,
    CompartmentEntry,
    Duty,
    Entry,
    Kind,
    Registration,
)
from coldchain.times import DAY_MS, iso

from .chance import generator
from .kinds import BODIES, Body, boxes, needs_heat, parted, set_point
from .places import HARBOUR, ORIGINS, PLACES, WEST_COAST, Place
from .rounds import Round, compartments_at, pitches, rounds
from .scenario import PRECOOL, Group, Scenario, device_name
from .thermal import Boxes

#: Where a device's own mains is measured.
UNIT = "unit"
EVEN = ("air", "product")
CREWS = 6
#: What has no address.
MOVES = frozenset({"van", "tag", "precooler"})


@dataclass(frozen=True)
class Device:
    """A gateway and what hangs on it: compartments [first, first + count), rows [low, high)."""

    index: int
    name: str
    kind: Kind
    place: Place
    position: tuple[float, float]
    idle: bool
    quantities: tuple[str, ...]
    first: int
    count: int
    low: int
    high: int
    phase: int
    boot: int

    @property
    def boxes(self) -> range:
        return range(self.first, self.first + self.count)


@dataclass
class Fleet:
    """All devices; per compartment its name, device, profile, duty and body; per row its
    channel, compartment and whether it is the product's. `routes`: the rounds of what drives, by
    device; `opens`: whose door each of their openings is, as a compartment.
    """

    devices: list[Device] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    device_of: list[int] = field(default_factory=list)
    profile_of: list[str] = field(default_factory=list)
    duty_of: list[Duty] = field(default_factory=list)
    body_of: list[Body] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)
    row_box: list[int] = field(default_factory=list)
    row_is_product: list[bool] = field(default_factory=list)
    routes: dict[int, Round] = field(default_factory=dict)
    opens: dict[int, list[int]] = field(default_factory=dict)

    def device(self, name: str) -> Device | None:
        return next((device for device in self.devices if device.name == name), None)

    def phases(self) -> NDArray[np.int64]:
        """By how much each compartment's clock ticks after the grid's, ms."""
        per_device = np.array([device.phase for device in self.devices], dtype=np.int64)
        return per_device[np.array(self.device_of, dtype=np.int64)]

    def usage(self, name: str) -> NDArray[np.int64]:
        """The compartments of this usage that are not idle, of devices that stand still."""
        return np.array(
            [
                box
                for box, body in enumerate(self.body_of)
                if body.usage == name
                and self.device_of[box] not in self.routes
                and not self.devices[self.device_of[box]].idle
            ],
            dtype=np.int64,
        )

    def boxes(self, seed: int, profiles: Mapping[str, Profile]) -> Boxes:
        """The compartments as the thermal model wants them."""
        set_points = {name: set_point(profiles[name]) for name in set(self.profile_of)}
        points = np.array([set_points[name] for name in self.profile_of])
        load = np.array([0.0 if duty == "empty" else 1.0 for duty in self.duty_of])
        heated = {name for name in set_points if needs_heat(profiles[name])}
        heats = np.array([name in heated for name in self.profile_of], dtype=bool)
        return boxes(self.body_of, points, load, heats, generator(seed, "boxes"))

    def registrations(self, start_ms: int) -> list[Registration]:
        """What the registry says of each device, in force from a day before `start_ms`."""
        since = iso(start_ms - DAY_MS)
        return [
            Registration(device=device.name, history=[self._entry(device, since)])
            for device in self.devices
        ]

    def _entry(self, device: Device, since: str) -> Entry:
        placed = {
            self.names[box]: CompartmentEntry(profile=self.profile_of[box], duty=self.duty_of[box])
            for box in device.boxes
        }
        # Goods that come in warm are late or not by the pull-down rule; the band can't judge them.
        exempt = {
            self.channels[row]: ChannelEntry(counts=False)
            for row in range(device.low, device.high)
            if self.duty_of[self.row_box[row]] == "pre-cooling"
        }
        return Entry(
            since=since,
            kind=device.kind,
            asset=device.name if device.kind in MOVES else f"{device.place.name} {device.name}",
            compartments=placed,
            county=device.place.county,
            crew=f"crew-{device.index % CREWS + 1}",
            channels=exempt,
            position=None if device.kind == "tag" else device.position,
        )


def build(scenario: Scenario) -> Fleet:
    """The fleet of a scenario: the same for the same scenario and seed."""
    fleet = Fleet()
    for kind, group in scenario.fleet.items():
        profile = _shared_out(group.profiles)
        for number in range(1, group.count + 1):
            several = len(group.rooms()) if group.mixed else 1
            _add(fleet, scenario, kind, group, number, [next(profile) for _ in range(several)])
    return fleet


def _shared_out(shares: Mapping[str, float]) -> Iterator[str]:
    """Names in turn, as evenly as their shares allow."""
    total = sum(shares.values())
    credit = dict.fromkeys(shares, 0.0)
    while True:
        for name in credit:
            credit[name] += shares[name] / total
        chosen = max(credit, key=lambda name: credit[name])
        credit[chosen] -= 1.0
        yield chosen


def _add(
    fleet: Fleet,
    scenario: Scenario,
    kind: Kind,
    group: Group,
    number: int,
    profiles: Sequence[str],
) -> None:
    name = device_name(kind, number)
    chance = generator(scenario.seed, name)
    idle = number > group.count - group.idle
    body = BODIES[kind]
    if body.usage == "round":
        body = parted(body, group.compartments)
    rooms = group.rooms()
    index, first, low = len(fleet.devices), len(fleet.names), len(fleet.channels)
    quantities = tuple(group.quantities) if group.quantities is not None else body.quantities
    for box, room in enumerate(rooms, first):
        room_body = BODIES["precooler"] if room == PRECOOL else body
        fleet.names.append(room)
        fleet.device_of.append(index)
        fleet.profile_of.append(profiles[(box - first) % len(profiles)])
        fleet.duty_of.append("empty" if idle else room_body.duty)
        fleet.body_of.append(room_body)
        for quantity in EVEN:
            if quantity in quantities:
                fleet.channels.append(f"{room}.{quantity}")
                fleet.row_box.append(box)
                fleet.row_is_product.append(quantity == "product")
    place = _place(scenario, kind, name, chance)
    north, east = chance.normal(0.0, 0.004, 2).tolist()
    position = (round(place.latitude + abs(north), 5), round(place.longitude + east, 5))
    phase = int(chance.integers(scenario.frame_ms))
    boot = int(chance.integers(1, 40))
    fleet.devices.append(
        Device(
            index, name, kind, place, position, idle, quantities,
            first, len(rooms), low, len(fleet.channels), phase, boot,
        )
    )  # fmt: skip
    if not idle:
        _send_off(fleet, scenario, fleet.devices[index])


def _place(scenario: Scenario, kind: Kind, name: str, chance: np.random.Generator) -> Place:
    """Where a device stands, or sets out from."""
    if kind == "precooler":
        return ORIGINS[int(generator(scenario.seed, name, "origin").integers(len(ORIGINS)))]
    return HARBOUR if kind in MOVES else PLACES[int(chance.integers(len(PLACES)))]


def _send_off(fleet: Fleet, scenario: Scenario, device: Device) -> None:
    """The rounds of what drives."""
    span = scenario.start_ms, scenario.start_ms + scenario.duration_ms
    if device.kind == "van":
        served = PLACES + (WEST_COAST if scenario.shores == "both" else ())
        route = rounds(generator(scenario.seed, device.name, "round"), *span, served)
    elif device.kind == "precooler":
        route = pitches(generator(scenario.seed, device.name, "pitch"), *span, device.place)
    else:
        return
    chance = generator(scenario.seed, device.name, "compartments")
    fleet.routes[device.index] = route
    fleet.opens[device.index] = [
        device.first + number for number in compartments_at(chance, len(route.doors), device.count)
    ]
