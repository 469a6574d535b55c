"""A van's working day: rounds from the depot past some stops, a door opened at each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coldchain.times import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

from .climate import LOCAL_OFFSET_MS, local_hour
from .places import HARBOUR, PLACES, drive_ms

#: Rounds begin between these hours, local.
FIRST_HOUR, LAST_HOUR = 5.0, 18.0
STOPS = (8, 15)
#: How many neighbourhoods one round covers.
NEIGHBOURHOODS = 3
#: A stop's addresses lie this far about the neighbourhood's centre, degrees (one sigma).
SCATTER = 0.006


@dataclass(frozen=True)
class Round:
    """Where a van is at which time (ms; latitude, longitude), and its doors' spans."""

    times: NDArray[np.int64]
    points: NDArray[np.float64]
    doors: list[tuple[int, int]]


@dataclass
class _Log:
    """The van as it goes: where it is, what the time is, what it has done."""

    at: int
    here: tuple[float, float]
    times: list[int]
    points: list[tuple[float, float]]
    doors: list[tuple[int, int]]

    def stay(self, until: int) -> None:
        self.at = until
        self._note()

    def drive(self, there: tuple[float, float]) -> None:
        self.at += max(90 * SECOND_MS, drive_ms(self.here, there))
        self.here = there
        self._note()

    def _note(self) -> None:
        self.times.append(self.at)
        self.points.append(self.here)


def rounds(chance: np.random.Generator, start: int, end: int) -> Round:
    """The rounds of one van from `start` to `end`, ms of the world's own calendar."""
    depot = (HARBOUR.latitude, HARBOUR.longitude)
    log = _Log(start, depot, [start], [depot], [])
    log.stay(start + _minutes(chance, 5, 45))
    while log.at < end:
        if FIRST_HOUR <= local_hour(log.at) < LAST_HOUR:
            _one_round(chance, log, depot)
            log.stay(log.at + _minutes(chance, 35, 80))
        else:
            log.stay(_next_morning(log.at) + _minutes(chance, 0, 60))
    return Round(np.array(log.times, dtype=np.int64), np.array(log.points), log.doors)


def _one_round(chance: np.random.Generator, log: _Log, depot: tuple[float, float]) -> None:
    areas = chance.choice(len(PLACES), NEIGHBOURHOODS, replace=False)
    stops = int(chance.integers(STOPS[0], STOPS[1] + 1))
    for stop in range(stops):
        area = PLACES[int(areas[stop * NEIGHBOURHOODS // stops])]
        north, east = chance.normal(0.0, SCATTER, 2).tolist()
        log.drive((area.latitude + abs(north), area.longitude + east))
        opened = log.at + _seconds(chance, 15, 50)
        closed = opened + _dwell(chance)
        log.doors.append((opened, closed))
        log.stay(closed + _seconds(chance, 60, 240))
    log.drive(depot)


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
