"""The short cut of quiet.py for many channels at once: rows of a matrix instead of lists.

Each row is one channel that goes on without a gap: `n` readings `dt` apart, the first `dt` after
the channel's last. All sums are 64-bit integers, or floating point in the order of kinetics.py,
so they equal the long way to the last digit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .exposure import SLOT_MS, Gauge, Sums
from .kinetics import RateTable, mkt_table
from .segment import AREA

Ints = NDArray[np.int64]
#: The part of a segment's integral up to a moment in it: (its ends, dt, ms up to there).
Part = Callable[[Ints, Ints, int, Ints], Ints]

#: The longest `dt` (ms) whose cut areas stay within 64 bits.
LONGEST_STEP = 120_000
_EXACT = 1 << 53


@dataclass(frozen=True, slots=True)
class Rows:
    """Channels of one plan that go on: `last_at` (ms), `sums` of its slot so far; per row.

    `values` (micro-degrees): the last reading, then `n` more, `dt` ms apart.
    """

    dt: int
    last_at: Ints
    values: Ints
    sums: Sequence[Sums]


def fits(dt: int, max_gap: int) -> bool:
    """Whether readings so far apart can go this way."""
    return dt > 0 and dt % AREA == 0 and dt <= LONGEST_STEP and dt <= max_gap


def grow(gauge: Gauge, rows: Rows) -> list[dict[int, Sums]] | None:
    """Per row, the sums by slot after these readings; None: go the long way.

    No value may be beyond a limit, and no excursion open. `rows.sums` are left as they are.
    """
    rates = rates_of(gauge, rows.values)
    if not is_exact(rates, rows.dt).all():
        return None
    return _assembled(gauge, rows, grown(rows.dt, rows.last_at, rows.values, rates))


#: The columns of `Grown.table`.
COUNT, KNOWN, LOW, HIGH, INTEGRAL, MKT, SHELF = range(7)


@dataclass(frozen=True, slots=True)
class Grown:
    """What rows add: `table` by row, slot and the columns above; a row's slots from `slot` (ms) on.

    `LOW` and `HIGH` are 0 where no reading lies in the slot.
    """

    slot: Ints
    table: Ints


def rates_of(gauge: Gauge, values: Ints) -> list[Ints]:
    """The rates that are summed at these temperatures: that of MKT, and of spoiling if there is."""
    tables = [mkt_table()] if gauge.shelf is None else [mkt_table(), gauge.shelf]
    return [_rates(table, values) for table in tables]


def is_exact(rates: Sequence[Ints], dt: int) -> NDArray[np.bool_]:
    """The rows whose integrals need no rounding."""
    most = [one.max(axis=1) for one in rates]
    # Divided, since a rate at its cap times `dt` would pass 64 bits.
    exact: NDArray[np.bool_] = np.maximum.reduce(most) <= (_EXACT - 1) // (2 * dt)
    return exact


def grown(dt: int, last_at: Ints, values: Ints, rates: Sequence[Ints]) -> Grown:
    """What rows of `values` (the last reading, then `n` more, `dt` ms apart) add, by slot."""
    cut = _Cut.of(dt, last_at, values.shape[1] - 1)
    half = dt // AREA
    counts = np.diff(cut.first_reading, axis=1)
    table = np.zeros((*counts.shape, 7), dtype=np.int64)
    table[:, :, COUNT], table[:, :, KNOWN] = counts, cut.known()
    table[:, :, LOW], table[:, :, HIGH] = _extremes(cut, counts, values)
    table[:, :, INTEGRAL] = cut.areas((values[:, :-1] + values[:, 1:]) * half, _area_to, values)
    for column, r in zip((MKT, SHELF), rates, strict=False):
        table[:, :, column] = cut.areas((r[:, :-1] + r[:, 1:]) * half, _integral_to, r)
    return Grown(cut.slot, table)


def _rates(table: RateTable, values: Ints) -> Ints:
    rates: Ints = table.whole[table.rows(values)]
    return rates


@dataclass(frozen=True, slots=True)
class _Cut:
    """Where slots part the rows: for slot s of a row, its first segment and its first reading.

    `crossing` marks the slots (from the second on) whose beginning lies within the segment
    `across`, `upto` ms after that segment's start.
    """

    dt: int
    slot: Ints
    first_segment: Ints
    first_reading: Ints
    crossing: NDArray[np.bool_]
    across: Ints
    upto: Ints

    @classmethod
    def of(cls, dt: int, last_at: Ints, n: int) -> "_Cut":
        phase = last_at % SLOT_MS
        count = (SLOT_MS - 1 + n * dt) // SLOT_MS + 1
        begins = np.arange(count + 1, dtype=np.int64) * SLOT_MS - phase[:, None]
        index = -(-begins // dt)  # the first reading at or after the slot's beginning
        # Reading 0 is the channel's last: it was counted, but begins the first segment.
        first_segment = np.clip(index, 0, n)
        first_reading = np.clip(index, 1, n + 1)
        inner = begins[:, 1:-1]
        crossing = (inner % dt != 0) & (inner > 0) & (inner < n * dt)
        across = np.where(crossing, inner // dt, 0)
        return cls(
            dt,
            last_at - phase,
            first_segment,
            first_reading,
            crossing,
            across,
            np.where(crossing, inner - across * dt, 0),
        )

    def areas(self, segments: Ints, part: Part, values: Ints) -> Ints:
        """The sums of segments by slot; the part of one across a beginning goes to either side."""
        running = np.zeros(values.shape, dtype=np.int64)
        np.cumsum(segments, axis=1, out=running[:, 1:])
        sums: Ints = np.diff(np.take_along_axis(running, self.first_segment, axis=1), axis=1)
        if self.crossing.any():
            v0 = np.take_along_axis(values, self.across, axis=1)
            v1 = np.take_along_axis(values, self.across + 1, axis=1)
            whole = np.take_along_axis(segments, self.across, axis=1)
            right = np.where(self.crossing, whole - part(v0, v1, self.dt, self.upto), 0)
            sums[:, :-1] -= right
            sums[:, 1:] += right
        return sums

    def known(self) -> Ints:
        """The known ms by slot."""
        spans: Ints = np.diff(self.first_segment, axis=1) * self.dt
        right = np.where(self.crossing, self.dt - self.upto, 0)
        spans[:, :-1] -= right
        spans[:, 1:] += right
        return spans


def _area_to(v0: Ints, v1: Ints, dt: int, upto: Ints) -> Ints:
    """`segment.area_to` over columns."""
    part: Ints = (2 * v0 * dt + (v1 - v0) * upto) * upto // (AREA * dt)
    return part


def _integral_to(rate0: Ints, rate1: Ints, dt: int, upto: Ints) -> Ints:
    """`kinetics.integral_to` over columns, in the same floating-point steps."""
    x, q = upto.astype(np.float64), rate0.astype(np.float64)
    length = float(dt)
    whole = np.floor((q + rate1.astype(np.float64)) * length / 2000.0)
    part = (q * x + (rate1.astype(np.float64) - q) * x * x / (2.0 * length)) / 1000.0
    return np.minimum(whole, np.floor(part)).astype(np.int64)


def _extremes(cut: _Cut, counts: Ints, values: Ints) -> tuple[Ints, Ints]:
    """The least and the greatest reading by slot; 0 where there is none."""
    n = values.shape[1] - 1
    at_row, at_slot = np.nonzero(counts)
    where = at_row * n + cut.first_reading[at_row, at_slot] - 1
    flat = values[:, 1:].ravel()
    low = np.zeros(counts.shape, dtype=np.int64)
    high = low.copy()
    low[at_row, at_slot] = np.minimum.reduceat(flat, where)
    high[at_row, at_slot] = np.maximum.reduceat(flat, where)
    return low, high


def _assembled(gauge: Gauge, rows: Rows, grown: Grown) -> list[dict[int, Sums]]:
    limits = [0] * (2 * len(gauge.limits))
    table, slots = grown.table.tolist(), grown.slot.tolist()
    every: list[dict[int, Sums]] = []
    for row, before in enumerate(rows.sums):
        found: dict[int, Sums] = {}
        for number, (count, ms, least, most, area, mkt, shelf) in enumerate(table[row]):
            if number == 0:
                found[slots[row]] = _added(before, count, ms, least, most, area, mkt, shelf)
            elif count or ms:
                found[slots[row] + number * SLOT_MS] = Sums(
                    count,
                    ms,
                    least if count else None,
                    most if count else None,
                    area,
                    mkt,
                    shelf,
                    limits.copy(),
                )
        every.append(found)
    return every


def _added(
    sums: Sums, count: int, ms: int, least: int, most: int, area: int, mkt: int, shelf: int
) -> Sums:
    low, high = sums.min, sums.max
    if count:
        low = least if low is None else min(low, least)
        high = most if high is None else max(high, most)
    return Sums(
        sums.count + count,
        sums.known_ms + ms,
        low,
        high,
        sums.integral + area,
        sums.mkt + mkt,
        sums.shelf + shelf,
        sums.beyond.copy(),
    )
