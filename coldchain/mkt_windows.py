"""Mean kinetic temperature over windows: the worst day of a month, not the month.

A limit on MKT is meant over a window (controlled cold 24 h, controlled room 30 days, the high
excursion inside [S: USP <1079.2>]); over a longer span a warm day would hide among cold ones. A
window here is so many whole 5-minute slots, wherever it begins. Its sums are those of its slots,
so it comes out the same from readings, from pieces, and from any mixture of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .exposure import SLOT_MS, Piece
from .kinetics import RATE_UNIT, RateTable, mkt_table
from .mkt import mkt_from_mean
from .segment import Interval

Ints = NDArray[np.int64]

#: A window's sums are taken in halves of 32 bits, which no number of slots can overflow.
_LOW = (1 << 32) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Heat:
    """Per 5-minute slot with any known time, rising: its start (ms), the known ms in it, and the
    integral of MKT's kinetic term over those (1e-9 s)."""

    slots: Ints
    known: Ints
    mkt: Ints

    @classmethod
    def none(cls) -> "Heat":
        nothing = np.zeros(0, dtype=np.int64)
        return cls(nothing, nothing, nothing)

    @classmethod
    def of_pieces(cls, pieces: Iterable[Piece]) -> "Heat":
        """From 5-minute pieces, in any order."""
        rows = [(p.slot, p.sums.known_ms, p.sums.mkt) for p in pieces if p.sums.known_ms]
        return _by_slot(*np.array(rows, dtype=np.int64).reshape(-1, 3).T)

    @classmethod
    def of_readings(
        cls, times: ArrayLike, values: ArrayLike, max_gap: int, span: Interval | None = None
    ) -> "Heat":
        """From readings in order (ms, micro-degrees), cut to the span [from, to).

        Slot by slot, to the last digit, what the pieces made of the same readings hold.
        """
        t, v = np.asarray(times, dtype=np.int64), np.asarray(values)
        length = np.diff(t)
        rates = mkt_table().array[RateTable.rows(v.astype(np.int64, copy=False))]
        lo, hi = (t[:-1], t[1:]) if span is None else (t[:-1].clip(*span), t[1:].clip(*span))
        joined = np.flatnonzero((length <= max_gap) & (lo < hi))
        slot = lo[joined] // SLOT_MS
        often = (hi[joined] - 1) // SLOT_MS - slot + 1
        # One row a segment and slot: nearly always one a segment.
        row = np.repeat(joined, often)
        nth = np.arange(len(row)) - np.repeat(np.cumsum(often) - often, often)
        slot = (np.repeat(slot, often) + nth) * SLOT_MS
        start, end = np.maximum(lo[row], slot), np.minimum(hi[row], slot + SLOT_MS)
        of = rates[row], rates[row + 1], length[row]
        mkt = _integral_to(*of, end - t[row]) - _integral_to(*of, start - t[row])
        return _by_slot(slot, end - start, mkt)

    @classmethod
    def joined(cls, parts: Sequence["Heat"]) -> "Heat":
        """All the parts together; a slot that several have a share in is one."""
        if not parts:
            return cls.none()
        return _by_slot(
            np.concatenate([part.slots for part in parts]),
            np.concatenate([part.known for part in parts]),
            np.concatenate([part.mkt for part in parts]),
        )


@dataclass(frozen=True, slots=True)
class Window:
    """A window [start, end) (ms): its known ms, and the kinetic term over those (1e-9 s)."""

    start: int
    end: int
    known_ms: int
    mkt: int

    def mkt_celsius(self) -> float:
        """Mean kinetic temperature over its known time, °C."""
        return mkt_from_mean(self.mkt * RATE_UNIT / (self.known_ms / 1000))


def worst_window(heat: Heat, span: Interval, length: int) -> Window | None:
    """The window of `length` ms within the span (ms) whose MKT is highest, the first of equals.

    MKT is over what is known of a window, and only one at least half known counts: what little
    was measured does not stand for a whole day. None where there is none such, and where the
    span is no longer than a window: then it is the window.
    """
    count, first, last = length // SLOT_MS, span[0] // SLOT_MS, (span[1] - 1) // SLOT_MS
    if not count or span[1] - span[0] <= length:
        return None
    at = heat.slots // SLOT_MS
    # What lies in a sliding window changes only where a slot leaves or enters it.
    starts = np.unique(np.concatenate([np.array([first]), at + 1, at - count + 1]))
    starts = starts[(first <= starts) & (starts <= last - count + 1)]
    inside = np.searchsorted(at, starts), np.searchsorted(at, starts + count)
    known = _over(heat.known, inside)
    high, low = _over(heat.mkt >> 32, inside), _over(heat.mkt & _LOW, inside)
    is_half_known = 2 * known >= length
    if not is_half_known.any():
        return None
    mean = np.full(len(starts), -1.0)
    mkt = high.astype(np.float64) * 2.0**32 + low.astype(np.float64)
    np.divide(mkt, known.astype(np.float64), out=mean, where=is_half_known)
    worst = int(mean.argmax())
    start = int(starts[worst]) * SLOT_MS
    return Window(
        start, start + length, int(known[worst]), (int(high[worst]) << 32) + int(low[worst])
    )


def _integral_to(
    rate0: NDArray[np.float64], rate1: NDArray[np.float64], length: Ints, upto: Ints
) -> Ints:
    """`kinetics.integral_to` over arrays, step for step."""
    x, whole_length = upto.astype(np.float64), length.astype(np.float64)
    whole = np.floor((rate0 + rate1) * whole_length / 2000.0)
    part = (rate0 * x + (rate1 - rate0) * x * x / (2.0 * whole_length)) / 1000.0
    found: Ints = np.where(upto >= length, whole, np.minimum(whole, np.floor(part))).astype(
        np.int64
    )
    return found


def _by_slot(slots: Ints, known: Ints, mkt: Ints) -> Heat:
    """Summed by slot."""
    if not len(slots):
        return Heat.none()
    if not bool(np.all(slots[1:] >= slots[:-1])):
        rank = np.argsort(slots, kind="stable")
        slots, known, mkt = slots[rank], known[rank], mkt[rank]
    begins = np.flatnonzero(np.append(True, slots[1:] != slots[:-1]))
    return Heat(slots[begins], np.add.reduceat(known, begins), np.add.reduceat(mkt, begins))


def _over(parts: Ints, inside: tuple[NDArray[np.intp], NDArray[np.intp]]) -> Ints:
    """The sums of the parts from each first index to before each last."""
    sums = np.zeros(len(parts) + 1, dtype=np.int64)
    np.cumsum(parts, out=sums[1:])
    return sums[inside[1]] - sums[inside[0]]
