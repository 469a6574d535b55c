"""The judge over a whole set of readings: any order, with repeats, as arrays.

The same arithmetic as `advance` (judge.py), step for step, over columns: ten million readings
take seconds. Worked through in chunks, so that memory stays near the size of the readings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .chunks import Chunk, Pauses
from .excursion_columns import Excursions
from .exposure import Sums
from .judge import ChannelState, Plan, advance, left_open
from .kinetics import RateTable, mkt_table
from .mkt_windows import Heat, Window, worst_window
from .runs import follow
from .segment import AREA, Interval

Ints = NDArray[np.int64]

CHUNK = 1 << 17


@dataclass(frozen=True, slots=True)
class Judged:
    """A set of readings judged.

    `excursions` by start, open ones among them; `sums` over all; `readings` the size of the
    set, `duplicates` the repeats left out, `conflicts` the times with different values; `start`
    and `end` (ms) of the record; `longest_gap` the longest unknown time in it (ms); `window` the
    one with the highest MKT, where the plan asks and the record is longer than one.
    """

    excursions: Excursions
    sums: Sums
    readings: int
    duplicates: int
    conflicts: int
    start: int | None
    end: int | None
    longest_gap: int
    window: Window | None = None

    @property
    def unknown_ms(self) -> int:
        """The time of the record of which nothing is known."""
        if self.start is None or self.end is None:
            return 0
        return self.end - self.start - self.sums.known_ms


def judge(
    plan: Plan,
    times: ArrayLike,
    values: ArrayLike,
    pauses: Sequence[Interval] = (),
    span: Interval | None = None,
) -> Judged:
    """Judge a set of readings (ms; micro-degrees), in any order and with any repeats.

    `span`: the record's first and last ms, which may lie beyond its readings: samples that were
    taken, or should have been, and hold no value. That time is unknown, as a gap is.
    """
    return judge_ordered(plan, order(times, values), pauses, span)


def judge_ordered(
    plan: Plan,
    readings: "Ordered",
    pauses: Sequence[Interval] = (),
    span: Interval | None = None,
) -> Judged:
    """As `judge`, of readings in order."""
    t, v = readings.t, readings.v
    whole = _whole(t, span)
    if whole is None:
        return Judged(
            Excursions.of(plan.limits, (), ()), plan.gauge.fresh(), 0, 0, 0, None, None, 0
        )
    lead, trail = (int(t[0]) - whole[0], whole[1] - int(t[-1])) if len(t) else (0, 0)
    swept = sweep(plan, t, v, pauses, lead)
    return Judged(
        Excursions.of(plan.limits, swept.closed, left_open(plan, swept.state, whole[1])),
        swept.sums,
        len(t),
        readings.duplicates,
        readings.conflicts,
        *whole,
        max(swept.longest_gap, lead, trail) if len(t) else whole[1] - whole[0],
        _worst_window(plan, t, v, whole),
    )


def _whole(t: Ints, span: Interval | None) -> Interval | None:
    """The span of a record with these readings; None where it has neither."""
    if not len(t):
        return span
    first, last = int(t[0]), int(t[-1])
    return (first, last) if span is None else (min(first, span[0]), max(last, span[1]))


@dataclass(frozen=True, slots=True)
class Swept:
    """What came of readings in order, and the state they leave. As `Step`, but summed up; `closed`
    are parts of `Excursions`."""

    state: ChannelState
    closed: list[tuple[int, Ints]]
    sums: Sums
    longest_gap: int


def sweep(plan: Plan, t: Ints, v: Ints, pauses: Sequence[Interval] = (), lead: int = 0) -> Swept:
    """Judge readings in order (ms, strictly rising; micro-degrees) from the beginning.

    Of the `lead` ms before the first nothing is known. The trackers of its state are those of
    `advance`; its `sums` are not a slot's.
    """
    # The first reading has nothing before it.
    fresh = ChannelState.fresh(plan, lead)
    step = advance(plan, fresh, t[:1].tolist(), v[:1].tolist(), pauses)
    state, total = step.state, plan.gauge.fresh()
    for piece in step.pieces:
        total += piece.sums
    closed: list[tuple[int, Ints]] = []
    longest, paused = 0, Pauses.of(pauses)
    for start in range(0, len(t) - 1, CHUNK):
        stop = start + CHUNK + 1
        chunk = Chunk.of(t[start:stop], v[start:stop], plan.max_gap, paused)
        total += _sums(plan, chunk)
        closed += follow(plan, state, chunk)
        state.last_at, state.last_value = int(chunk.t[-1]), int(chunk.v[-1])
        longest = max(longest, chunk.longest_gap)
    return Swept(state, closed, total, longest)


class Ordered(NamedTuple):
    """A set of readings in order: times (ms, strictly rising) and values (micro-degrees); the
    repeats left out, and the times with different values."""

    t: Ints
    v: Ints
    duplicates: int
    conflicts: int


def order(times: ArrayLike, values: ArrayLike) -> Ordered:
    """A set of readings in order.

    Repeats of one value at one time are one (the others counted as duplicates); of different
    values the greater stands and the time is a conflict.
    """
    t = np.asarray(times, dtype=np.int64)
    v = np.asarray(values)
    if v.dtype != np.int32:
        v = v.astype(np.int64, copy=False)
    if t.shape != v.shape or t.ndim != 1:
        raise ValueError(f"{t.shape} times and {v.shape} values")
    if len(t) < 2 or bool(np.all(t[1:] > t[:-1])):
        return Ordered(t, v, 0, 0)
    if not bool(np.all(t[1:] >= t[:-1])):
        rank = np.argsort(t, kind="stable")
        t, v = t[rank], v[rank]
        del rank
    repeated = np.flatnonzero(t[1:] == t[:-1])
    if not len(repeated):
        return Ordered(t, v, 0, 0)
    # Only the times that are there more than once are worth a second sort, by value.
    touched = np.zeros(len(t), dtype=bool)
    touched[repeated] = touched[repeated + 1] = True
    where = np.flatnonzero(touched)
    by_value = where[np.lexsort((v[where], t[where]))]
    v = v.copy()
    v[where] = v[by_value]
    same_time = t[1:] == t[:-1]
    same_value = same_time & (v[1:] == v[:-1])
    differing = same_time & ~same_value
    last_of_time = np.append(~same_time, True)
    conflicts = len(np.unique(t[1:][differing]))
    return Ordered(t[last_of_time], v[last_of_time], int(same_value.sum()), conflicts)


def longest_step_beyond(plan: Plan, readings: Ordered) -> int:
    """The longest time (ms) from a reading beyond any limit to the one after it."""
    low, high = plan.band
    v = readings.v[:-1]
    steps = np.diff(readings.t)[(v < low) | (v > high)]
    return int(steps.max()) if len(steps) else 0


def _worst_window(plan: Plan, t: Ints, v: Ints, span: Interval) -> Window | None:
    if not plan.mkt_window or len(t) < 2:
        return None
    parts = [
        Heat.of_readings(t[at : at + CHUNK + 1], v[at : at + CHUNK + 1], plan.max_gap)
        for at in range(0, len(t) - 1, CHUNK)
    ]
    return worst_window(Heat.joined(parts), span, plan.mkt_window)


def _sums(plan: Plan, chunk: Chunk) -> Sums:
    """The sums over a chunk's segments, and its readings but the first (counted before)."""
    known, v = chunk.known, chunk.v
    dt = chunk.dt if chunk.all_known else np.where(known, chunk.dt, 0)
    sums = plan.gauge.fresh()
    sums.count = len(v) - 1
    sums.min, sums.max = int(v[1:].min()), int(v[1:].max())
    sums.known_ms = int(dt.sum())
    sums.integral = exact_sum((v[:-1] + v[1:]) * dt // AREA)
    rows = RateTable.rows(v)
    sums.mkt = _integral(mkt_table(), rows, dt)
    if plan.shelf is not None:
        sums.shelf = _integral(plan.shelf, rows, dt)
    for index, limit in enumerate(plan.limits):
        beyond = chunk.beyond(limit)
        if beyond is not None:
            sums.beyond[2 * index] = int(beyond.pieces.ms.sum())
            sums.beyond[2 * index + 1] = exact_sum(beyond.pieces.degree)
    return sums


def _integral(table: RateTable, rows: Ints, dt: Ints) -> int:
    rates = table.array[rows]
    areas = (rates[:-1] + rates[1:]) * dt.astype(np.float64) / 2000.0
    return exact_sum(np.floor(areas).astype(np.int64))


def exact_sum(parts: Ints) -> int:
    """The sum of 64-bit integers, exact where 64 bits could not hold it."""
    if not len(parts):
        return 0
    widest = max(abs(int(parts.max())), abs(int(parts.min())))
    if widest < (1 << 62) // len(parts):
        return int(parts.sum())
    return (int((parts >> 32).sum()) << 32) + int((parts & 0xFFFFFFFF).sum())
