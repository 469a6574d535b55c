"""Excursions over arrays: the table of excursions.py, a run of readings at a time.

A reading is in an excursion when the last reading up to it that was not `between` was beyond.
That one rule, over arrays, finds every run; sums over a run are differences of running sums.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .excursions import Excursion, Tracker
from .judge import ChannelState, Plan
from .limits import Limit
from .segment import AREA

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Chunk:
    """Readings in order; the first was judged before and is here to join the others to."""

    t: Ints
    v: Ints
    dt: Ints
    known: Flags

    @classmethod
    def of(cls, t: Ints, v: Ints, max_gap: int) -> "Chunk":
        dt = np.diff(t)
        return cls(t, v.astype(np.int64, copy=False), dt, dt <= max_gap)

    @cached_property
    def all_known(self) -> bool:
        return bool(self.known.all())

    @cached_property
    def longest_gap(self) -> int:
        return 0 if self.all_known else int(self.dt[~self.known].max())

    @cached_property
    def _beyond(self) -> dict[str, "BeyondParts | None"]:
        return {}

    def beyond(self, limit: Limit) -> "BeyondParts | None":
        """The parts of its segments beyond a limit; None where no reading is beyond."""
        if limit.id not in self._beyond:
            self._beyond[limit.id] = _parts(self, limit)
        return self._beyond[limit.id]


@dataclass(frozen=True)
class BeyondParts:
    """Per reading, whether it is beyond; per segment, its part beyond: ends, ms, degree."""

    is_beyond: Flags
    excess: Ints
    start: Ints
    end: Ints
    ms: Ints
    degree: Ints


def _crossing(t0: Ints, v0: Ints, t1: Ints, v1: Ints, level: int) -> Ints:
    rise = np.abs(v1 - v0)
    meets: Ints = t0 + (2 * (t1 - t0) * np.abs(level - v0) + rise) // (2 * rise)
    return meets


def _parts(chunk: Chunk, limit: Limit) -> BeyondParts | None:
    excess = chunk.v - limit.threshold if limit.sign > 0 else limit.threshold - chunk.v
    is_beyond = excess >= 0 if limit.inclusive else excess > 0
    if not is_beyond.any():
        return None
    t, v = chunk.t, chunk.v
    start, end = t[:-1].copy(), t[1:].copy()
    over = np.maximum(excess, 0)
    e0, e1 = np.where(is_beyond[:-1], over[:-1], 0), np.where(is_beyond[1:], over[1:], 0)
    crosses = np.flatnonzero(is_beyond[:-1] != is_beyond[1:])
    at = _crossing(t[crosses], v[crosses], t[crosses + 1], v[crosses + 1], limit.threshold)
    falls = is_beyond[crosses]
    end[crosses[falls]] = at[falls]
    start[crosses[~falls]] = at[~falls]
    counted = chunk.known & (is_beyond[:-1] | is_beyond[1:])
    ms = np.where(counted, end - start, 0)
    return BeyondParts(is_beyond, excess, start, end, ms, (e0 + e1) * ms // AREA)


def follow(plan: Plan, state: ChannelState, chunk: Chunk) -> list[Excursion]:
    """Carry the state's trackers through a chunk; the excursions that ended in it."""
    closed: list[Excursion] = []
    for limit, tracker in zip(plan.limits, state.trackers, strict=True):
        parts = chunk.beyond(limit)
        if parts is None and not tracker.is_open:
            is_waiting = tracker.touching_ms or not chunk.all_known
            if limit.clear_level == limit.threshold or not is_waiting:
                continue
        closed += _Run(limit, tracker, chunk, parts or _none_beyond(chunk, limit)).follow()
    return closed


def _none_beyond(chunk: Chunk, limit: Limit) -> BeyondParts:
    n = len(chunk.v)
    excess = chunk.v - limit.threshold if limit.sign > 0 else limit.threshold - chunk.v
    nothing = np.zeros(n - 1, dtype=np.int64)
    return BeyondParts(np.zeros(n, dtype=bool), excess, chunk.t[:-1], chunk.t[1:], nothing, nothing)


class _Run:
    """One limit's runs through one chunk."""

    def __init__(self, limit: Limit, tracker: Tracker, chunk: Chunk, parts: BeyondParts) -> None:
        self.limit, self.tracker, self.chunk, self.parts = limit, tracker, chunk, parts
        self.decided = self._decided()
        self.in_run = parts.is_beyond[self.decided]
        self.in_run[self.decided == 0] = tracker.is_open
        gaps = np.where(chunk.known, 0, chunk.dt)
        both = self.in_run[:-1] & self.in_run[1:]
        self.ms = _running(parts.ms)
        self.degree = _running(parts.degree)
        self.unknown = _running(np.where(both, gaps, 0))
        self.gaps = _running(gaps)
        self.beyond_count = _running(parts.is_beyond.astype(np.int64))
        self.before = tracker.total_ms

    def _decided(self) -> Ints:
        """Per reading, the last one up to it that was not `between`; 0: what was carried in."""
        is_beyond = self.parts.is_beyond
        rank = np.arange(len(is_beyond))
        if self.limit.clear_level == self.limit.threshold:
            return rank
        sign, clear = self.limit.sign, self.limit.clear_level
        inside = (sign * (self.chunk.v - clear) <= 0) & ~is_beyond
        decided = np.where(is_beyond | inside, rank, 0)
        return np.maximum.accumulate(decided)

    def _touching(self, before: int, upto: int) -> int:
        """The unknown time up to reading `upto` since the last decided one up to `before`."""
        since = int(self.decided[before])
        carried = self.tracker.touching_ms if since == 0 else 0
        return carried + int(self.gaps[upto] - self.gaps[since])

    def follow(self) -> list[Excursion]:
        edges = np.flatnonzero(self.in_run[1:] != self.in_run[:-1]) + 1
        starts = edges[self.in_run[edges]].tolist()
        stops = edges[~self.in_run[edges]].tolist()  # the first reading after the run
        if self.in_run[0]:
            starts.insert(0, 0)
        closed: list[Excursion] = []
        for index, first in enumerate(starts):
            stop = stops[index] if index < len(stops) else None
            last = len(self.in_run) - 1 if stop is None else stop - 1
            self._extend(first, last, stop)
            if stop is not None:
                closed.append(self._close(last))
        self.tracker.total_ms = self.before + int(self.ms[-1])
        if not self.tracker.is_open:
            self.tracker.touching_ms = self._touching(-1, -1)
        return closed

    def _extend(self, first: int, last: int, stop: int | None) -> None:
        """Carry the tracker from reading `first` to `last` and the segment after."""
        tracker, limit, chunk, parts = self.tracker, self.limit, self.chunk, self.parts
        carried = first == 0
        if not carried:
            self._open(first)
        left = 0 if carried else first - 1  # the first segment that counts
        right = last + (stop is not None)  # one past the last
        had = tracker.ms
        tracker.ms += int(self.ms[right] - self.ms[left])
        tracker.degree += int(self.degree[right] - self.degree[left])
        tracker.unknown_ms += int(self.unknown[right] - self.unknown[left])
        fresh = first + 1 if carried else first  # the first reading not judged before
        seen = int(self.beyond_count[last + 1] - self.beyond_count[fresh])
        if seen:
            window = parts.excess[fresh : last + 1]
            at = fresh + int(window.argmax())
            if not carried or limit.sign * (int(chunk.v[at]) - tracker.peak) > 0:
                tracker.peak, tracker.peak_at = int(chunk.v[at]), int(chunk.t[at])
        self._last_beyond(first, last)
        self._confirm(had, left, right, seen)

    def _open(self, first: int) -> None:
        tracker, chunk = self.tracker, self.chunk
        at, known = int(chunk.t[first]), bool(chunk.known[first - 1])
        tracker.is_open = True
        tracker.first_at = tracker.peak_at = tracker.last_beyond = at
        tracker.peak = int(chunk.v[first])
        tracker.start = int(self.parts.start[first - 1]) if known else at
        tracker.touching_ms = self._touching(first - 1, first)
        tracker.confirmed = tracker.counted_from = None
        tracker.ms = tracker.degree = tracker.unknown_ms = tracker.agreeing = 0

    def _last_beyond(self, first: int, last: int) -> None:
        """The last known instant beyond: a reading, or where the line falls across."""
        seen = np.flatnonzero(self.parts.is_beyond[first : last + 1])
        if not len(seen):
            return
        at = first + int(seen[-1])
        falls = at < len(self.chunk.dt) and bool(self.chunk.known[at])
        self.tracker.last_beyond = int(self.parts.end[at] if falls else self.chunk.t[at])

    def _confirm(self, had: int, left: int, right: int, seen: int) -> None:
        tracker, limit = self.tracker, self.limit
        if limit.allowed == 0:
            if tracker.counted_from is None:
                tracker.counted_from = tracker.start
            tracker.agreeing = min(2, tracker.agreeing + seen)
            if tracker.confirmed is None and tracker.agreeing == 2:
                tracker.confirmed = tracker.counted_from
            return
        if tracker.confirmed is not None:
            return
        cumulative = limit.mode == "cumulative"
        before = self.before + int(self.ms[left]) if cumulative else had
        if right == left or before + int(self.ms[right] - self.ms[left]) < limit.allowed:
            return
        # The first segment, of those with any time beyond, after which the sum is reached.
        target = int(self.ms[left]) + max(limit.allowed - before, 1)
        segment = int(np.searchsorted(self.ms, target, "left")) - 1
        if segment >= right:
            return
        missing = max(0, limit.allowed - before - int(self.ms[segment] - self.ms[left]))
        tracker.confirmed = int(self.parts.start[segment]) + missing

    def _close(self, last: int) -> Excursion:
        tracker, limit, chunk = self.tracker, self.limit, self.chunk
        if chunk.known[last]:
            ends = slice(last, last + 1), slice(last + 1, last + 2)
            end = int(
                _crossing(
                    chunk.t[ends[0]],
                    chunk.v[ends[0]],
                    chunk.t[ends[1]],
                    chunk.v[ends[1]],
                    limit.clear_level,
                )[0]
            )
        else:
            tracker.touching_ms += int(chunk.dt[last])
            end = tracker.last_beyond
        ended = tracker.excursion(limit, end)
        tracker.is_open = False
        return ended


def _running(parts: Ints) -> Ints:
    """Running sums: item i is the sum of the first i parts."""
    sums = np.zeros(len(parts) + 1, dtype=np.int64)
    np.cumsum(parts, out=sums[1:])
    return sums
