"""A van's working day: rounds from the depot past some stops, a door opened at each; and a mobile
pre-cooling unit's: at a harbour or market it takes in a warm load, cools it, and brings it in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from coldchain.times import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

from .climate import LOCAL_OFFSET_MS, local_hour
from .places import HARBOUR, PLACES, Place, Point, way

#: Rounds begin between these hours, local.
FIRST_HOUR, LAST_HOUR = 5.0, 18.0
STOPS = (8, 15)
#: How many neighbourhoods one round covers.
NEIGHBOURHOODS = 3
#: A stop's addresses lie this far about the neighbourhood's centre, degrees (one sigma).
SCATTER = 0.006


@dataclass(frozen=True)
class Trip:
    """One round: when it leaves and is back, ms; its stops' numbers among all the doors' spans.

    Of a pre-cooling unit `leaves` is when it takes in a load, and it has no stops.
    """

    leaves: int
    back: int
    stops: range


@dataclass(frozen=True)
class Round:
    """Where a van is at which time (ms; latitude, longitude), its doors' spans, its trips."""

    times: NDArray[np.int64]
    points: NDArray[np.float64]
    doors: list[tuple[int, int]]
    trips: list[Trip]

    def at(self, moment: int) -> Point:
        """Where it last was by then."""
        index = max(0, int(np.searchsorted(self.times, moment, "right")) - 1)
        return float(self.points[index, 0]), float(self.points[index, 1])


@dataclass
class _Log:
    """The van as it goes: where it is, what the time is, what it has done."""

    at: int
    here: Point
    times: list[int] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    doors: list[tuple[int, int]] = field(default_factory=list)
    trips: list[Trip] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._note()

    def stay(self, until: int) -> None:
        self.at = until
        self._note()

    def drive(self, there: Point) -> None:
        parts = way(self.here, there)
        short = 90 * SECOND_MS - sum(lasts for _, lasts in parts)
        for point, lasts in parts:
            self.at += lasts
            self.here = point
            if point is there:
                self.at += max(0, short)
            self._note()

    def round(self) -> Round:
        times = np.array(self.times, dtype=np.int64)
        return Round(times, np.array(self.points), self.doors, self.trips)

    def _note(self) -> None:
        self.times.append(self.at)
        self.points.append(self.here)


def rounds(
    chance: np.random.Generator, start: int, end: int, places: Sequence[Place] = PLACES
) -> Round:
    """The rounds of one van from `start` to `end`, ms of the world's own calendar."""
    log = _Log(start, HARBOUR.point)
    log.stay(start + _minutes(chance, 5, 45))
    while log.at < end:
        if FIRST_HOUR <= local_hour(log.at) < LAST_HOUR:
            _one_round(chance, log, places)
            log.stay(log.at + _minutes(chance, 35, 80))
        else:
            log.stay(_next_morning(log.at) + _minutes(chance, 0, 60))
    return log.round()


def _one_round(chance: np.random.Generator, log: _Log, places: Sequence[Place]) -> None:
    areas = chance.choice(len(places), NEIGHBOURHOODS, replace=False)
    stops = int(chance.integers(STOPS[0], STOPS[1] + 1))
    leaves, first = log.at, len(log.doors)
    for stop in range(stops):
        area = places[int(areas[stop * NEIGHBOURHOODS // stops])]
        north, east = chance.normal(0.0, SCATTER, 2).tolist()
        log.drive((area.latitude + abs(north), area.longitude + east))
        opened = log.at + _seconds(chance, 15, 50)
        closed = opened + _dwell(chance)
        log.doors.append((opened, closed))
        log.stay(closed + _seconds(chance, 60, 240))
    log.drive(HARBOUR.point)
    log.trips.append(Trip(leaves, log.at, range(first, first + stops)))


def pitches(chance: np.random.Generator, start: int, end: int, origin: Place) -> Round:
    """A mobile pre-cooling unit's day: loads taken in at `origin`, cooled there, brought in."""
    log = _Log(start, origin.point)
    log.stay(start + _minutes(chance, 5, 40))
    while log.at < end:
        if not FIRST_HOUR - 1 <= local_hour(log.at) < LAST_HOUR:
            log.stay(_next_morning(log.at) + _minutes(chance, 0, 60))
            continue
        taken = log.at
        log.doors.append((taken, taken + _minutes(chance, 2, 4.5)))
        log.stay(taken + _minutes(chance, 120, 165))
        log.drive(HARBOUR.point)
        log.trips.append(Trip(taken, log.at, range(0)))
        opened = log.at + _minutes(chance, 1, 4)
        log.doors.append((opened, opened + _minutes(chance, 3, 4.5)))
        log.stay(opened + _minutes(chance, 12, 25))
        log.drive(origin.point)
        log.stay(log.at + _minutes(chance, 10, 40))
    return log.round()


def compartments_at(chance: np.random.Generator, stops: int, count: int) -> list[int]:
    """Which of a van's compartments is opened at each stop: one, however many there are."""
    return chance.integers(0, count, stops).tolist() if count > 1 else [0] * stops


def _dwell(chance: np.random.Generator) -> int:
    """How long a door stands open at a stop: a minute and a half, seldom over four."""
    return int(np.clip(90 * np.exp(0.45 * chance.standard_normal()), 25, 240) * SECOND_MS)


def _next_morning(at: int) -> int:
    midnight = at - (at + LOCAL_OFFSET_MS) % DAY_MS
    morning = midnight + int(FIRST_HOUR * HOUR_MS)
    return morning if morning > at else morning + DAY_MS


def _minutes(chance: np.random.Generator, low: float, high: float) -> int:
    return int(chance.uniform(low, high) * MINUTE_MS)


def _seconds(chance: np.random.Generator, low: float, high: float) -> int:
    return int(chance.uniform(low, high) * SECOND_MS)
