"""The ordinary case over the rows of many devices at once (rows.py): judged, watched, moved on.

A row that may be anything else (beyond a limit or near a finding, a gap, a null, a door) is left
as it is, and goes the long way. Both ways end alike, to the last digit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coldchain.celsius import MICRO
from coldchain.exposure import SLOT_MS
from coldchain.quiet_columns import COUNT as ADDED_COUNT
from coldchain.quiet_columns import HIGH, LOW, Grown, fits, grown, is_exact, rates_of
from coldchain.rules.faults import SensorNoisy, SensorStuck
from coldchain.rules.rise import FastRise

from . import rows as r
from .layout import JUDGINGS, Judging
from .pieces import Columns, Pieces
from .rows import Block, Ints
from .trace_columns import can_watch

Flags = NDArray[np.bool_]

#: Higher than any temperature, in grains.
_HIGH = 1 << 62


@dataclass(slots=True)
class Taken:
    """Devices' frames of `count` samples a channel, `step` ms apart: `values` by row and sample.

    `start` and `latest` (ms), by device: of its first sample, and what no sample may pass.
    """

    blocks: Sequence[Block]
    start: Ints
    latest: Ints
    step: int
    values: NDArray[np.float64]


@dataclass(slots=True)
class Judged:
    """By row: whether it was ordinary, and its values as they are stored, °C."""

    is_done: Flags
    stored: NDArray[np.float64]


@dataclass(slots=True)
class _All:
    """The rows of all devices, one under another."""

    table: Ints
    trails: Ints
    keys: list[tuple[str, str]]
    numbers: Ints
    micro: Ints


def judge(taken: Taken, pieces: Pieces) -> Judged:
    """Judge what is ordinary, and move its rows on."""
    blocks, step = taken.blocks, taken.step
    count = taken.values.shape[1]
    lengths = [len(block.on) for block in blocks]
    layouts = [block.layout for block in blocks]
    device = np.repeat(np.arange(len(blocks)), lengths)
    table = np.concatenate([block.table for block in blocks])
    may = np.concatenate([block.on for block in blocks])
    start = taken.start[device]
    may &= table[:, r.LAST_AT] + step == start
    may &= table[:, r.PAUSED_UNTIL] <= start
    may &= (taken.start + (count - 1) * step <= taken.latest)[device]
    values = taken.values
    # What is missing is NaN, which is neither.
    may &= values.min(axis=1) >= np.concatenate([layout.least for layout in layouts])
    may &= values.max(axis=1) <= np.concatenate([layout.most for layout in layouts])
    micro = np.rint(np.where(may[:, None], values, 0.0) * MICRO).astype(np.int64)
    micro += np.concatenate([layout.calibration for layout in layouts])[:, None]
    every = _All(
        table,
        np.concatenate([block.trails for block in blocks]),
        [key for layout in layouts for key in layout.keys],
        np.concatenate([layout.numbers for layout in layouts]),
        micro,
    )
    kinds = np.concatenate([layout.judgings for layout in layouts])
    is_done = np.zeros(len(may), dtype=np.bool_)
    for number in np.unique(kinds[may]).tolist():
        one = JUDGINGS[number]
        if _can_be(one, step, count):
            done = _judge(one, step, every, np.nonzero(may & (kinds == number))[0], pieces)
            is_done[done] = True
    begin = 0
    for block, length in zip(blocks, lengths, strict=True):
        own = slice(begin, begin + length)
        if is_done[own].any():
            block.table[:], block.trails[:] = every.table[own], every.trails[own]
            block.is_newer = True
        begin += length
    return Judged(is_done, micro / MICRO)


def _can_be(one: Judging, step: int, count: int) -> bool:
    """Whether rows of `count` samples, `step` ms apart, can be judged so."""
    rise = one.given.rise
    is_short = rise is None or rise.least // rise.grain + 1 < r.LONGEST
    return is_short and fits(step, one.plan.max_gap) and can_watch(one.given, step, count)


def _judge(one: Judging, step: int, every: _All, rows: Ints, pieces: Pieces) -> Ints:
    """Judge the ordinary of these rows of one judging; which they were."""
    plan, given = one.plan, one.given
    micro = every.micro[rows]
    low, high = plan.band
    is_quiet = (micro.min(axis=1) >= low) & (micro.max(axis=1) <= high)
    rows, micro = _some(is_quiet, rows, micro)
    table = every.table[rows]
    values = np.concatenate([table[:, r.LAST_VALUE, None], micro], axis=1)
    rates = rates_of(plan.gauge, values)
    may = is_exact(rates, step)
    watched = None
    if given.stuck is not None and given.noisy is not None:
        watched = _Watched.of(given.stuck, given.noisy, given.rise, step, table, values)
        may &= watched.may
    if not may.all():
        rows, values, table = rows[may], values[may], table[may]
        rates = [rate[may] for rate in rates]
        watched = None if watched is None else watched.some(may)
    if not len(rows):
        return rows
    last_at = table[:, r.LAST_AT].copy()
    if watched is not None:
        watched.move(table, values)
        if given.rise is not None:
            every.trails[rows] = _Rise(given.rise, step, last_at, values[:, 1:]).move(
                table, every.trails[rows]
            )
    added = grown(step, last_at, values, rates)
    row, slot, sums = _grow(table, added)
    pieces.add(Columns(plan, every.keys, every.numbers, rows[row], slot, sums))
    n = values.shape[1] - 1
    table[:, r.LAST_AT] += n * step
    table[:, r.LAST_VALUE] = values[:, -1]
    table[:, r.COUNT] += n
    every.table[rows] = table
    return rows


def _some(which: Flags, rows: Ints, micro: Ints) -> tuple[Ints, Ints]:
    return (rows, micro) if which.all() else (rows[which], micro[which])


def _grow(table: Ints, added: Grown) -> tuple[Ints, Ints, Ints]:
    """Add to the sums of the slots; all that were touched: their rows, begin (ms), sums."""
    sums = added.table
    low, high = table[:, r.SUM_LOW], table[:, r.SUM_HIGH]
    more = sums[:, 0, ADDED_COUNT] > 0
    first_low = np.where(more, np.minimum(low, sums[:, 0, LOW]), low)
    first_high = np.where(more, np.maximum(high, sums[:, 0, HIGH]), high)
    sums[:, 0] += table[:, r.SUMS]
    sums[:, 0, LOW], sums[:, 0, HIGH] = first_low, first_high
    is_touched = (sums[:, :, 0] > 0) | (sums[:, :, 1] > 0)
    row, number = np.nonzero(is_touched)
    # The slot of the last reading is the last with a reading in it.
    has = sums[:, :, ADDED_COUNT] > 0
    last = has.shape[1] - 1 - has[:, ::-1].argmax(axis=1)
    table[:, r.SUMS] = sums[np.arange(len(sums)), last]
    slot = added.slot[row] + number * SLOT_MS
    return row, slot, sums[row, number]


@dataclass(slots=True)
class _Watched:
    """What a sensor's faults make of rows: whether there `may` be nothing to tell, and what is
    remembered: how long the last value stands, how many readings a slot of noise began with."""

    stuck: SensorStuck
    noisy: SensorNoisy
    step: int
    may: Flags
    run: Ints
    began: Ints

    @classmethod
    def of(
        cls,
        stuck: SensorStuck,
        noisy: SensorNoisy,
        rise: FastRise | None,
        step: int,
        table: Ints,
        values: Ints,
    ) -> "_Watched":
        n = values.shape[1] - 1
        may = table[:, r.STEP] == step
        is_same = table[:, r.IS_SAME] > 0
        may &= ~is_same | (table[:, r.SAME_KNOWN] + n * step < stuck.patience)
        changed = values[:, :0:-1] != values[:, -2::-1]
        run = changed.argmax(axis=1) + 1
        run[~changed.any(axis=1)] = n + 1
        v0 = np.concatenate([table[:, r.BEFORE, None], values[:, :-2]], axis=1)
        # Evenly spaced, the line between two neighbours is half way where the reading is.
        far = np.abs(values[:, :-1] - (v0 + (values[:, 1:] - v0) // 2)) > noisy.jump
        may &= ~far.any(axis=1)
        last_at = table[:, r.LAST_AT]
        weighed = last_at + (n - 1) * step
        slot = weighed - weighed % noisy.window
        before = last_at - step
        is_new = slot > before - before % noisy.window
        began = np.where(is_new, (weighed - slot) // step + 1, 0)
        if rise is not None:
            towards = values[:, 1:] * rise.limit.sign
            floor = towards.max(axis=1) - rise.least
            may &= table[:, r.TRAIL] > 0
            may &= table[:, r.TRAIL_FIRST] * rise.limit.sign > floor
            may &= towards.min(axis=1) > floor
        return cls(stuck, noisy, step, may, run, began)

    def some(self, which: Flags) -> "_Watched":
        return _Watched(
            self.stuck, self.noisy, self.step, self.may[which], self.run[which], self.began[which]
        )

    def move(self, table: Ints, values: Ints) -> None:
        """Move on what is remembered of these rows."""
        n, step, run = values.shape[1] - 1, self.step, self.run
        goes_on = (table[:, r.IS_SAME] > 0) & (run > n)
        known = (run - 1) * step
        table[:, r.SAME_SINCE] = np.where(
            goes_on, table[:, r.SAME_SINCE], table[:, r.LAST_AT] + n * step - known
        )
        table[:, r.SAME_COUNT] = np.where(goes_on, table[:, r.SAME_COUNT] + n, run)
        table[:, r.SAME_KNOWN] = np.where(goes_on, table[:, r.SAME_KNOWN] + n * step, known)
        table[:, r.IS_SAME] = goes_on | (run > 1)
        table[:, r.WEIGHED] = np.where(self.began > 0, self.began, table[:, r.WEIGHED] + n)
        table[:, r.BEFORE] = values[:, -2]


@dataclass(slots=True)
class _Rise:
    """The trails of a rise, moved on by rows of values (after `last_at`) that rise nowhere."""

    rise: FastRise
    step: int
    last_at: Ints
    values: Ints

    def move(self, table: Ints, trails: Ints) -> Ints:
        """The trails after these rows; their length and first value go into the table."""
        rise, step = self.rise, self.step
        n = self.values.shape[1]
        times = self.last_at[:, None] + np.arange(1, n + 1, dtype=np.int64) * step
        # Of each minute the first reading may be the lowest.
        kept = times // rise.spacing != (times - step) // rise.spacing
        rows = np.nonzero(kept.any(axis=1))[0]
        if not len(rows):
            return trails
        times, values, kept = times[rows], self.values[rows], kept[rows]
        grains = np.where(kept, values * rise.limit.sign // rise.grain, _HIGH)
        least = np.minimum.accumulate(grains[:, ::-1], axis=1)[:, ::-1]
        kept[:, :-1] &= grains[:, :-1] < least[:, 1:]
        since = (times * (grains < _HIGH)).max(axis=1) - rise.window
        old_times, old_values = trails[rows, : r.LONGEST], trails[rows, r.LONGEST :]
        stays = np.arange(r.LONGEST) < table[rows, r.TRAIL, None]
        stays &= old_times >= since[:, None]
        stays &= old_values * rise.limit.sign // rise.grain < least[:, :1]
        every = np.concatenate([stays, kept], axis=1)
        place = np.cumsum(every, axis=1) - 1
        at_row, at = np.nonzero(every)
        to = place[at_row, at]
        moved = np.zeros((len(rows), 2 * r.LONGEST), dtype=np.int64)
        moved[at_row, to] = np.concatenate([old_times, times], axis=1)[at_row, at]
        moved[at_row, r.LONGEST + to] = np.concatenate([old_values, values], axis=1)[at_row, at]
        trails[rows] = moved
        table[rows, r.TRAIL] = every.sum(axis=1)
        table[rows, r.TRAIL_FIRST] = moved[:, r.LONGEST]
        return trails
