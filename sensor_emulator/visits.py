"""How often stationary doors open: lockers by couriers and customers, stores by their vans.

Each usage is one row: openings per compartment and day, when in the day, and how long. The
times of a whole fleet are drawn at once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coldchain.times import DAY_MS, HOUR_MS, SECOND_MS

from .climate import LOCAL_OFFSET_MS


@dataclass(frozen=True)
class Habit:
    """Openings a day, the weight of each local hour, how long one takes (median s, spread,
    longest s), and the least time between two of one compartment (s).
    """

    a_day: float
    hours: tuple[float, ...]
    median: float
    spread: float
    longest: float
    apart: float


#: Couriers fill lockers in the morning; customers come at noon and in the evening.
_LOCKER_HOURS = (0, 0, 0, 0, 0, 1, 3, 6, 7, 6, 4, 3, 5, 4, 3, 3, 4, 6, 9, 9, 7, 4, 2, 1)
_STORE_HOURS = (1, 1, 1, 2, 4, 7, 8, 8, 7, 5, 4, 4, 3, 4, 5, 5, 4, 3, 2, 2, 1, 1, 1, 1)

HABITS = {
    "visits": Habit(5.0, _LOCKER_HOURS, 16.0, 0.40, 60.0, 900.0),
    "dispatch": Habit(55.0, _STORE_HOURS, 75.0, 0.40, 180.0, 420.0),
    "intake": Habit(12.0, _STORE_HOURS, 120.0, 0.30, 240.0, 2700.0),
}


def visits(
    habit: Habit, boxes: NDArray[np.int64], chance: np.random.Generator, start: int, end: int
) -> NDArray[np.int64]:
    """Rows of (compartment, opened, closed) between `start` and `end`, ms of the world's own
    calendar, sorted by compartment and time.
    """
    first_day = start - (start + LOCAL_OFFSET_MS) % DAY_MS
    days = -(-(end - first_day) // DAY_MS)
    count = int(chance.poisson(habit.a_day * len(boxes) * days))
    box = boxes[chance.integers(0, len(boxes), count)] if len(boxes) else boxes[:0]
    count = len(box)
    weights = np.array(habit.hours, dtype=np.float64)
    hour = chance.choice(24, count, p=weights / weights.sum())
    day = chance.integers(0, days, count)
    opened = first_day + day * DAY_MS + hour * HOUR_MS + chance.integers(0, HOUR_MS, count)
    lasts = habit.median * np.exp(habit.spread * chance.standard_normal(count))
    closed = opened + (np.minimum(lasts, habit.longest) * SECOND_MS).astype(np.int64)
    rank = np.lexsort((opened, box))
    rows = np.stack([box[rank], opened[rank], closed[rank]], axis=1)
    rows = _apart(rows, int(habit.apart * SECOND_MS))
    return rows[(rows[:, 1] >= start) & (rows[:, 1] < end)]


def _apart(rows: NDArray[np.int64], least: int) -> NDArray[np.int64]:
    """Without those that begin sooner than `least` ms after the one before them ended."""
    keep = np.ones(len(rows), dtype=bool)
    same = rows[1:, 0] == rows[:-1, 0]
    close = same & (rows[1:, 1] < rows[:-1, 2] + least)
    keep[1:] = ~close
    return rows[keep]
