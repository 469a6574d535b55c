"""Parcels: where each one is from first scan to last, drawn before anything runs.

A parcel waits in a store for its goods, or came there pre-cooled from the sea; a van takes it on
a round and the courier locks it into the nearest locker that is free, for its consignee to fetch,
or hands it over at the door. Some are refused there and come back, some are held at the store.
Its profile is that of every compartment it is in.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from coldchain.times import DAY_MS, MINUTE_MS, SECOND_MS

from .chance import generator
from .climate import LOCAL_OFFSET_MS
from .fleet import Fleet
from .loads import Loads
from .parcel import Parcel, Words
from .places import Point, kilometres
from .rounds import Trip
from .scanner import Scanner
from .scenario import ParcelSpec, Scenario
from .tags import tie_tags

#: A courier looks for a locker so near, km; of those, among so many of the nearest.
NEAR_KM, NEAREST = 4.0, 6
#: How long a locker's door stands open for a parcel, ms.
LOCKING_MS = (12 * SECOND_MS, 30 * SECOND_MS)
#: How long a van's compartment is loaded at the depot, ms.
LOADING_MS = 150 * SECOND_MS

Span = tuple[int, int, int]
#: Where a van was at a moment, ms.
WhereAt = Callable[[int], Point]


@dataclass(frozen=True)
class Waiting:
    """A parcel in a store's compartment, there from `since` on."""

    parcel: Parcel
    since: int


@dataclass(frozen=True)
class Drawn:
    """The parcels of a run, and the doors that are opened for them."""

    parcels: list[Parcel]
    doors: list[Span]


def draw(scenario: Scenario, fleet: Fleet, loads: Loads) -> Drawn:
    """The parcels of a scenario; none where it has none. Vans take turns by when they leave."""
    spec = scenario.parcels
    if spec is None or not spec.per_trip:
        return Drawn([], [])
    drawing = _Drawing(scenario, fleet, spec)
    drawing.bring_in(loads)
    trips = sorted(
        (trip.leaves, index, number)
        for index, route in fleet.routes.items()
        if fleet.devices[index].kind == "van"
        for number, trip in enumerate(route.trips)
    )
    for _, index, number in trips:
        drawing.carry_out(index, number)
    tie_tags(drawing.parcels, scenario, fleet)
    return Drawn(drawing.parcels, drawing.doors)


class _Drawing:
    """Parcels as they are drawn; who waits where, which lockers are taken."""

    def __init__(self, scenario: Scenario, fleet: Fleet, spec: ParcelSpec) -> None:
        self._scenario, self._fleet, self._spec = scenario, fleet, spec
        self._start = scenario.start_ms
        self._end = scenario.start_ms + scenario.duration_ms
        self.parcels: list[Parcel] = []
        self.doors: list[Span] = []
        self._waiting: dict[str, list[Waiting]] = defaultdict(list)
        self._taken: dict[int, int] = {}
        self._stores: dict[str, list[int]] = defaultdict(list)
        for box in fleet.usage("dispatch").tolist():
            self._stores[fleet.profile_of[box]].append(box)
        self._lockers: dict[str, list[tuple[Point, list[int]]]] = defaultdict(list)
        for device in fleet.devices:
            if device.kind in ("locker", "cabinet") and not device.idle:
                own: dict[str, list[int]] = defaultdict(list)
                for box in device.boxes:
                    own[fleet.profile_of[box]].append(box)
                for profile, boxes in own.items():
                    self._lockers[profile].append((device.position, boxes))

    def bring_in(self, loads: Loads) -> None:
        """From the sea: parcels of each load, pre-cooled, then in a store."""
        fleet = self._fleet
        rows = zip(loads.box.tolist(), loads.at.tolist(), loads.celsius.tolist(), strict=True)
        for box, at, celsius in rows:
            device = fleet.devices[fleet.device_of[box]]
            chance = generator(self._scenario.seed, device.name, "load", str(at - self._start))
            scanner = Scanner(self._spec, chance, self._end)
            profile = fleet.profile_of[box]
            route = fleet.routes.get(device.index)
            arrival = at + _between(chance, 130 * MINUTE_MS, 150 * MINUTE_MS)
            stores = self._stores[profile]
            if route is not None:
                arrival = next((t.back for t in route.trips if t.leaves == at), self._end)
            else:
                stores = [own for own in device.boxes if own in stores] or stores
            for _ in range(int(chance.poisson(self._spec.per_trip))):
                parcel = self._new(profile, chance, f"sea-{device.name}")
                parcel.celsius = celsius
                self._load(scanner, parcel, box, at, Words(giver="fisher", receiver="keeper"))
                if not stores:
                    continue
                out = arrival + _between(chance, MINUTE_MS, 4 * MINUTE_MS)
                into = out + _between(chance, 40 * SECOND_MS, 100 * SECOND_MS)
                store = stores[int(chance.integers(len(stores)))]
                self._unload(scanner, parcel, out)
                self._load(scanner, parcel, store, into)
                self._waiting[profile].append(Waiting(parcel, into))

    def carry_out(self, index: int, number: int) -> None:
        """A van's round: what it takes, compartment by compartment, and where that goes."""
        fleet = self._fleet
        device, route = fleet.devices[index], fleet.routes[index]
        trip = route.trips[number]
        chance = generator(self._scenario.seed, device.name, "parcels", str(number))
        scanner = Scanner(self._spec, chance, self._end, f"courier-{device.name}")
        for place, box in enumerate(device.boxes):
            stops = [stop for stop in trip.stops if fleet.opens[index][stop] == box]
            count = int(chance.poisson(self._spec.per_trip))
            since = max(self._start, trip.leaves - (place + 1) * (LOADING_MS + 30 * SECOND_MS))
            if not stops or not count or since + LOADING_MS > trip.leaves:
                continue
            self.doors.append((box, since, since + LOADING_MS))
            shipment = f"{self._day(trip.leaves)}-{device.name}-{number + 1}"
            for parcel in self._taken_along(fleet.profile_of[box], count, since, chance, scanner):
                parcel.shipment = shipment
                at = since + _between(chance, 10 * SECOND_MS, LOADING_MS)
                self._load(scanner, parcel, box, at, scanner.courier)
                if parcel.is_green and chance.random() < 0.5:
                    words = Words(receiver="inspector", note="green channel, open-van check")
                    scanner.scan(parcel, "inspected", trip.leaves, box, words, "core")
                stop = stops[int(chance.integers(len(stops)))]
                self._at_the_stop(scanner, parcel, trip, route.doors[stop], route.at, chance)

    def _taken_along(
        self, profile: str, count: int, at: int, chance: np.random.Generator, scanner: Scanner
    ) -> Iterator[Parcel]:
        """Parcels that waited for it, out of the store in time; else others from there."""
        waiting = self._waiting[profile]
        in_time = [one.since + 5 * MINUTE_MS < at for one in waiting]
        ready = [one for one, is_ready in zip(waiting, in_time, strict=True) if is_ready]
        late = [one for one, is_ready in zip(waiting, in_time, strict=True) if not is_ready]
        self._waiting[profile] = ready[count:] + late
        ready = ready[:count]
        for one in ready:
            self._leave_store(scanner, one.parcel, one.since, at, chance)
            yield one.parcel
        for _ in range(count - len(ready)):
            parcel = self._new(profile, chance, "")
            since = at - _between(chance, 40 * MINUTE_MS, 150 * MINUTE_MS)
            since = max(since, self._start)
            stores = self._stores[profile]
            if stores and since < at - 10 * MINUTE_MS:
                self._load(scanner, parcel, stores[int(chance.integers(len(stores)))], since)
                self._leave_store(scanner, parcel, since, at, chance)
            yield parcel

    def _leave_store(
        self,
        scanner: Scanner,
        parcel: Parcel,
        since: int,
        at: int,
        chance: np.random.Generator,
    ) -> None:
        if chance.random() < self._spec.held and at - since > 30 * MINUTE_MS:
            box, words = parcel.stays[-1].box, Words(receiver="inspector", note="sampled")
            scanner.scan(parcel, "held", at - 25 * MINUTE_MS, box, words)
            scanner.scan(parcel, "inspected", at - 20 * MINUTE_MS, box, words, "core")
            scanner.scan(parcel, "released", at - 5 * MINUTE_MS, box, words)
        self._unload(scanner, parcel, at - _between(chance, 0, 60 * SECOND_MS))

    def _at_the_stop(
        self,
        scanner: Scanner,
        parcel: Parcel,
        trip: Trip,
        door: tuple[int, int],
        where: WhereAt,
        chance: np.random.Generator,
    ) -> None:
        at = door[0] + _between(chance, (door[1] - door[0]) // 5, (door[1] - door[0]) * 4 // 5)
        consignee = f"consignee-{parcel.number:05d}"
        if chance.random() < self._spec.refused:
            self._come_back(scanner, parcel, trip, at, consignee, chance)
            return
        locker = None
        if chance.random() < self._spec.to_lockers:
            locker = self._free_locker(parcel.profile, where(door[0]), at, chance)
        van = self._unload(scanner, parcel, at)
        if locker is None:
            words = Words(giver=scanner.who, receiver=consignee)
            later = at + _between(chance, 20 * SECOND_MS, 90 * SECOND_MS)
            scanner.scan(parcel, "handed-over", later, van, words, "surface")
            self._gone(scanner, parcel, later + 5 * SECOND_MS, van, words)
            return
        box, walk = locker
        into = at + walk
        self._load(scanner, parcel, box, into, scanner.courier)
        fetched = into + _between(chance, 20 * MINUTE_MS, 300 * MINUTE_MS)
        self._taken[box] = fetched + MINUTE_MS
        for moment in (into, fetched):
            self.doors.append((box, moment - 8 * SECOND_MS, moment + _between(chance, *LOCKING_MS)))
        if fetched < self._end:
            parcel.move_out(fetched)
            self._gone(scanner, parcel, fetched, box, Words(receiver=consignee))

    def _come_back(
        self,
        scanner: Scanner,
        parcel: Parcel,
        trip: Trip,
        at: int,
        consignee: str,
        chance: np.random.Generator,
    ) -> None:
        """Refused at the door: it stays aboard, and is held in a store."""
        words = Words(scanner.who, consignee, "not accepted by the consignee")
        scanner.scan(parcel, "refused", at, parcel.stays[-1].box, words, "surface")
        stores = self._stores[parcel.profile]
        if not stores:
            return
        out = trip.back + _between(chance, MINUTE_MS, 6 * MINUTE_MS)
        into = out + _between(chance, 30 * SECOND_MS, 90 * SECOND_MS)
        store = stores[int(chance.integers(len(stores)))]
        self._unload(scanner, parcel, out)
        self._load(scanner, parcel, store, into)
        scanner.scan(parcel, "held", into + MINUTE_MS, store, Words(note="refused"))

    def _free_locker(
        self, profile: str, here: Point, at: int, chance: np.random.Generator
    ) -> tuple[int, int] | None:
        """A free compartment of a locker nearby, and the way there, ms."""
        near = sorted((kilometres(here, point), boxes) for point, boxes in self._lockers[profile])
        for km, boxes in near[:NEAREST]:
            walk = round(60 * SECOND_MS + min(km, 1.0) * 120 * SECOND_MS)
            free = [box for box in boxes if self._taken.get(box, 0) < at + walk]
            if free and km < NEAR_KM:
                return free[int(chance.integers(len(free)))], walk
        return None

    def _new(self, profile: str, chance: np.random.Generator, shipment: str) -> Parcel:
        parcel = Parcel(len(self.parcels), profile, shipment)
        parcel.is_green = bool(chance.random() < self._spec.green_channel)
        self.parcels.append(parcel)
        return parcel

    def _load(
        self, scanner: Scanner, parcel: Parcel, box: int, at: int, words: Words | None = None
    ) -> None:
        parcel.move_in(box, at)
        scanner.scan(parcel, "loaded", at, box, words or Words(receiver="keeper"))

    def _unload(self, scanner: Scanner, parcel: Parcel, at: int) -> int:
        box = parcel.move_out(at) if parcel.stays else -1
        if box >= 0:
            scanner.scan(parcel, "unloaded", at, box)
        return box

    def _gone(self, scanner: Scanner, parcel: Parcel, at: int, box: int, words: Words) -> None:
        if at < self._end:
            parcel.gone = at
        scanner.scan(parcel, "delivered", at, box, words)

    @staticmethod
    def _day(at: int) -> str:
        return f"{(at + LOCAL_OFFSET_MS) // DAY_MS % 10_000:04d}"


def _between(chance: np.random.Generator, low: int, high: int) -> int:
    return int(chance.integers(low, max(high, low + 1)))
