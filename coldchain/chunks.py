"""Readings in order as arrays, and what of the lines between them is beyond a limit.

The arithmetic of segment.py, step for step, a chunk of readings at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .limits import Limit
from .segment import AREA, Beyond, Interval

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Pauses:
    """Pauses, sorted and apart: [start, end) each."""

    starts: Ints
    ends: Ints

    @classmethod
    def of(cls, pauses: Sequence[Interval]) -> "Pauses":
        starts, ends = np.array(pauses, dtype=np.int64).reshape(-1, 2).T
        return cls(starts, ends)

    def __bool__(self) -> bool:
        return len(self.starts) > 0

    def cover(self, at: Ints) -> Flags:
        """Which moments lie in a pause."""
        nearest = np.searchsorted(self.starts, at, "right") - 1
        covered: Flags = (nearest >= 0) & (at < self.ends[nearest])
        return covered


@dataclass(frozen=True)
class Chunk:
    """Readings in order; the first was judged before and is here to join the others to."""

    t: Ints
    v: Ints
    dt: Ints
    known: Flags
    pauses: Pauses

    @classmethod
    def of(cls, t: Ints, v: Ints, max_gap: int, pauses: Pauses) -> "Chunk":
        dt = np.diff(t)
        return cls(t, v.astype(np.int64, copy=False), dt, dt <= max_gap, pauses)

    @cached_property
    def all_known(self) -> bool:
        return bool(self.known.all())

    @cached_property
    def gaps(self) -> Ints:
        """Per segment, its ms where they are unknown, else 0."""
        return np.where(self.known, 0, self.dt)

    @cached_property
    def gap_sums(self) -> Ints:
        """Running sums of the gaps."""
        return running(self.gaps)

    @cached_property
    def longest_gap(self) -> int:
        return 0 if self.all_known else int(self.dt[~self.known].max())

    @cached_property
    def _beyond(self) -> dict[tuple[str, int, bool, bool], "BeyondParts | None"]:
        return {}

    def pausing(self, limit: Limit) -> Pauses | None:
        """The pauses of a limit's minutes; None where nothing pauses them."""
        return self.pauses if limit.severity == "warning" and self.pauses else None

    def beyond(self, limit: Limit) -> "BeyondParts | None":
        """What is beyond a limit; None where no reading is. Limits of one threshold share it."""
        pauses = self.pausing(limit)
        key = limit.side, limit.threshold, limit.inclusive, pauses is None
        if key not in self._beyond:
            self._beyond[key] = _beyond(self, limit, pauses)
        return self._beyond[key]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Parts of segments beyond, less the pauses, in order: start (ms), ms, degree (milli-°C ms),
    and the running sums of the two.

    Those of segment i are pieces `first[i]` up to `first[i + 1]`: one, where nothing is paused
    (of no ms, where it is not beyond).
    """

    start: Ints
    ms: Ints
    degree: Ints
    first: Ints
    ms_sums: Ints
    degree_sums: Ints

    @classmethod
    def of(cls, start: Ints, ms: Ints, degree: Ints, first: Ints) -> "Pieces":
        return cls(start, ms, degree, first, running(ms), running(degree))


@dataclass(frozen=True, slots=True)
class BeyondParts:
    """Per reading, whether it is beyond, and its excess; per segment, the ends of its part beyond;
    and the pieces of those parts that count."""

    is_beyond: Flags
    excess: Ints
    start: Ints
    end: Ints
    pieces: Pieces


def crossings(t0: Ints, v0: Ints, t1: Ints, v1: Ints, level: int) -> Ints:
    """`segment.crossing` over arrays."""
    rise = np.abs(v1 - v0)
    meets: Ints = t0 + (2 * (t1 - t0) * np.abs(level - v0) + rise) // (2 * rise)
    return meets


def running(parts: Ints) -> Ints:
    """Running sums: item i is the sum of the first i parts."""
    sums = np.zeros(len(parts) + 1, dtype=np.int64)
    np.cumsum(parts, out=sums[1:])
    return sums


def none_beyond(chunk: Chunk, limit: Limit) -> BeyondParts:
    """The parts where no reading is beyond."""
    n = len(chunk.v)
    nothing = np.zeros(0, dtype=np.int64)
    pieces = Pieces.of(nothing, nothing, nothing, np.zeros(n, dtype=np.int64))
    is_beyond = np.zeros(n, dtype=bool)
    return BeyondParts(is_beyond, _excess(chunk, limit), chunk.t[:-1], chunk.t[1:], pieces)


def _excess(chunk: Chunk, limit: Limit) -> Ints:
    return chunk.v - limit.threshold if limit.sign > 0 else limit.threshold - chunk.v


def _beyond(chunk: Chunk, limit: Limit, pauses: Pauses | None) -> BeyondParts | None:
    excess = _excess(chunk, limit)
    is_beyond = excess >= 0 if limit.inclusive else excess > 0
    if not is_beyond.any():
        return None
    t, v = chunk.t, chunk.v
    start, end = t[:-1].copy(), t[1:].copy()
    crosses = np.flatnonzero(is_beyond[:-1] != is_beyond[1:])
    at = crossings(t[crosses], v[crosses], t[crosses + 1], v[crosses + 1], limit.threshold)
    falls = is_beyond[crosses]
    end[crosses[falls]] = at[falls]
    start[crosses[~falls]] = at[~falls]
    over = np.where(is_beyond, excess, 0)
    counted = chunk.known & (is_beyond[:-1] | is_beyond[1:])
    if pauses is None:
        ms = np.where(counted, end - start, 0)
        degree = (over[:-1] + over[1:]) * ms // AREA
        pieces = Pieces.of(start, ms, degree, np.arange(len(t)))
    else:
        pieces = _unpaused(start, end, over, counted, pauses)
    return BeyondParts(is_beyond, excess, start, end, pieces)


def _unpaused(start: Ints, end: Ints, over: Ints, counted: Flags, pauses: Pauses) -> Pieces:
    """The parts that count, less the pauses: `segment.without` over arrays."""
    whole = np.flatnonzero(counted)
    a, b = start[whole], end[whole]
    met = np.searchsorted(pauses.ends, a, "right")
    often = np.maximum(np.searchsorted(pauses.starts, b, "left") - met, 0)
    # A part that meets n pauses falls into n + 1 pieces; empty ones are left out.
    of = np.repeat(np.arange(len(whole)), often + 1)
    nth = np.arange(len(of)) - np.repeat(np.cumsum(often + 1) - often - 1, often + 1)
    since, until = a[of], b[of]
    later, earlier = np.flatnonzero(nth > 0), np.flatnonzero(nth < often[of])
    since[later] = pauses.ends[(met[of] + nth - 1)[later]]
    until[earlier] = pauses.starts[(met[of] + nth)[earlier]]
    kept = (often[of] == 0) | (until > since)
    of, since, until = of[kept], since[kept], until[kept]
    e0, e1 = over[:-1][whole], over[1:][whole]
    degree = (e0 + e1)[of] * (until - since) // AREA
    # Where a pause cuts into a part, in whole numbers of any size: there are few.
    for n in np.flatnonzero((since != a[of]) | (until != b[of])).tolist():
        i = int(of[n])
        part = Beyond(int(a[i]), int(b[i]), int(e0[i]), int(e1[i]))
        degree[n] = part.clipped(int(since[n]), int(until[n]))[1]
    first = np.zeros(len(start) + 1, dtype=np.int64)
    np.cumsum(np.bincount(whole[of], minlength=len(start)), out=first[1:])
    return Pieces.of(since, until - since, degree, first)


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of readings, each an excursion: the `first` reading and the `last`.

    `is_carried`: the first run was open before. All but the last run ended in the chunk, and that
    one too where `ended` counts it. Segments `left` up to `right` are those of the run that were
    not judged before; readings from `fresh` on likewise.
    """

    first: Ints
    last: Ints
    is_carried: bool
    ended: int
    left: Ints
    right: Ints
    fresh: Ints

    @classmethod
    def of(cls, in_run: Flags) -> "Runs":
        edges = np.flatnonzero(in_run[1:] != in_run[:-1]) + 1
        first, stop = edges[in_run[edges]], edges[~in_run[edges]]
        is_carried = bool(in_run[0])
        if is_carried:
            first = np.append(0, first)
        last = stop - 1
        if len(stop) < len(first):
            last = np.append(last, len(in_run) - 1)
        right = last + (np.arange(len(last)) < len(stop))
        left, fresh = first - 1, first.copy()
        if is_carried:
            left[0], fresh[0] = 0, 1
        return cls(first, last, is_carried, len(stop), left, right, fresh)
