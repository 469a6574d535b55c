"""Excursions over arrays: the table of excursions.py, all runs of a chunk at once.

A reading is in an excursion when the last reading up to it that was not `between` was beyond.
That one rule, over arrays, finds every run; sums over a run are differences of running sums.
What is open before the first reading of a chunk, and after its last, is the tracker's.
"""

import numpy as np

from .chunks import BeyondParts, Chunk, Ints, Runs, crossings, none_beyond, running
from .excursion_columns import NEVER
from .excursions import Tracker
from .judge import ChannelState, Plan
from .limits import Limit


def follow(plan: Plan, state: ChannelState, chunk: Chunk) -> list[tuple[int, Ints]]:
    """Carry the state's trackers through a chunk; the excursions that ended in it: which limit's,
    and their figures as in `Excursions`."""
    closed: list[tuple[int, Ints]] = []
    passes: dict[object, _Pass] = {}
    for nth, (limit, tracker) in enumerate(zip(plan.limits, state.trackers, strict=True)):
        parts = chunk.beyond(limit)
        if parts is None and not tracker.is_open:
            is_waiting = tracker.touching_ms or not chunk.all_known
            if limit.clear_level == limit.threshold or not is_waiting:
                continue
        # Limits of one threshold differ in when they confirm, and in nothing else.
        is_paused = chunk.pausing(limit) is not None
        key = limit.side, limit.threshold, limit.inclusive, limit.clear_level, is_paused
        if key not in passes:
            passes[key] = _Pass(limit, tracker, chunk, parts or none_beyond(chunk, limit))
        ended = passes[key].follow(limit, tracker)
        if ended is not None:
            closed.append((nth, ended))
    return closed


class _Pass:
    """The pass of limits of one threshold over one chunk; `tracker` is any one of theirs."""

    def __init__(self, limit: Limit, tracker: Tracker, chunk: Chunk, parts: BeyondParts) -> None:
        self.limit, self.tracker, self.chunk, self.parts = limit, tracker, chunk, parts
        self.rank = np.arange(len(chunk.v))
        self.decided = self._decided()
        in_run = parts.is_beyond[self.decided]
        in_run[self.decided == 0] = tracker.is_open
        self.runs = Runs.of(in_run)
        self.gaps = self.unknown = chunk.gap_sums
        if not chunk.all_known:
            self.unknown = running(np.where(in_run[:-1] & in_run[1:], chunk.gaps, 0))
        self.ms, self.degree = parts.pieces.ms_sums, parts.pieces.degree_sums
        self.touching_after = int(self._touching(self.rank[-1:], self.rank[-1:])[0])
        self.table = self._table() if len(self.runs.first) else None

    def _decided(self) -> Ints:
        """Per reading, the last one up to it that was not `between`; 0: what was carried in."""
        is_beyond = self.parts.is_beyond
        if self.limit.clear_level == self.limit.threshold:
            return self.rank
        sign, clear = self.limit.sign, self.limit.clear_level
        inside = (sign * (self.chunk.v - clear) <= 0) & ~is_beyond
        return np.maximum.accumulate(np.where(is_beyond | inside, self.rank, 0))

    def follow(self, limit: Limit, tracker: Tracker) -> Ints | None:
        """Carry a limit's tracker on; the figures of what ended."""
        ended = self.runs.ended
        closed: Ints | None = None
        if self.table is not None:
            first_at, start, peak, peak_at, had, ms, degree, unknown, touching, last, end = (
                self.table
            )
            confirmed, counted_from, agreeing = (
                self._agreed(limit, tracker, start)
                if limit.allowed == 0
                else self._reached(limit, tracker, had, ms)
            )
            figures = (confirmed, end, had + ms, degree, unknown, touching)
            table = (first_at, start, peak, peak_at, *figures)
            closed = np.stack([*(n[:ended] for n in table), np.full(ended, NEVER)])
            if len(first_at) > ended:
                left = (*table, last, counted_from, agreeing)
                self._leave_open(tracker, *(int(column[-1]) for column in left))
        tracker.total_ms += int(self.ms[-1])
        tracker.is_open = len(self.runs.first) > ended
        if not tracker.is_open:
            tracker.touching_ms = self.touching_after
        return closed

    def _touching(self, before: Ints, upto: Ints) -> Ints:
        """The unknown time up to readings `upto` since the last decided ones up to `before`."""
        since = self.decided[before]
        carried = np.where(since == 0, self.tracker.touching_ms, 0)
        touching: Ints = carried + self.gaps[upto] - self.gaps[since]
        return touching

    @staticmethod
    def _leave_open(tracker: Tracker, *row: int) -> None:
        (
            tracker.first_at,
            tracker.start,
            tracker.peak,
            tracker.peak_at,
            confirmed,
            _,
            tracker.ms,
            tracker.degree,
            tracker.unknown_ms,
            tracker.touching_ms,
            tracker.last_beyond,
            counted_from,
            tracker.agreeing,
        ) = row
        tracker.confirmed = None if confirmed == NEVER else confirmed
        tracker.counted_from = None if counted_from == NEVER else counted_from

    def _table(self) -> tuple[Ints, ...]:
        """Each run's figures that do not hang on the allowed time: as `follow` takes them."""
        tracker, chunk, parts, runs = self.tracker, self.chunk, self.parts, self.runs
        opens = runs.first - 1
        first_at = chunk.t[runs.first]
        start = np.where(chunk.known[opens], parts.start[opens], first_at)
        touching = self._touching(opens, runs.first)
        pieces = parts.pieces.first
        ms = self.ms[pieces[runs.right]] - self.ms[pieces[runs.left]]
        degree = self.degree[pieces[runs.right]] - self.degree[pieces[runs.left]]
        unknown = self.unknown[runs.right] - self.unknown[runs.left]
        peak, peak_at = self._peaks()
        last_beyond = self._last_beyond()
        had = np.zeros(len(ms), dtype=np.int64)
        if runs.is_carried:
            had[0] = tracker.ms
            degree[0] += tracker.degree
            unknown[0] += tracker.unknown_ms
            first_at[0], start[0] = tracker.first_at, tracker.start
            touching[0] = tracker.touching_ms
        end = self._ends(touching, last_beyond)
        return (
            first_at,
            start,
            peak,
            peak_at,
            had,
            ms,
            degree,
            unknown,
            touching,
            last_beyond,
            end,
        )

    def _peaks(self) -> tuple[Ints, Ints]:
        """Per run, its extreme reading and the time of the first of equals."""
        runs, tracker, chunk = self.runs, self.tracker, self.chunk
        length = runs.last - runs.fresh + 1
        has_any = length > 0  # none: what was carried ends at once
        begins, length = runs.fresh[has_any], length[has_any]
        at = np.zeros(len(runs.first), dtype=np.int64)
        if len(begins):
            offset = np.cumsum(length) - length
            where = np.repeat(begins - offset, length) + np.arange(int(length.sum()))
            excess = self.parts.excess[where]
            highest = np.maximum.reduceat(excess, offset)
            tops = np.flatnonzero(excess == np.repeat(highest, length))
            at[has_any] = where[tops[np.searchsorted(tops, offset)]]
        peak, peak_at = chunk.v[at], chunk.t[at]
        if runs.is_carried:
            higher = self.limit.sign * (int(peak[0]) - tracker.peak) > 0
            if not (has_any[0] and higher and self.parts.is_beyond[at[0]]):
                peak[0], peak_at[0] = tracker.peak, tracker.peak_at
        return peak, peak_at

    def _last_beyond(self) -> Ints:
        """Per run, the last known instant beyond: a reading, or where the line falls across."""
        chunk, runs = self.chunk, self.runs
        at = np.maximum.accumulate(np.where(self.parts.is_beyond, self.rank, -1))[runs.last]
        after = np.minimum(at, len(chunk.dt) - 1)
        falls = (at < len(chunk.dt)) & chunk.known[after]
        instants: Ints = np.where(falls, self.parts.end[after], chunk.t[at])
        if runs.is_carried and at[0] < 0:
            instants[0] = self.tracker.last_beyond
        return instants

    def _reached(
        self, limit: Limit, tracker: Tracker, had: Ints, ms: Ints
    ) -> tuple[Ints, Ints, Ints]:
        """Per run, when its minutes reach the allowed time: in the first piece of those with any
        time after which the sum is reached."""
        runs, pieces = self.runs, self.parts.pieces
        left, right = pieces.first[runs.left], pieces.first[runs.right]
        before = tracker.total_ms + self.ms[left] if limit.mode == "cumulative" else had
        target = self.ms[left] + np.maximum(limit.allowed - before, 1)
        piece = np.searchsorted(self.ms, target, "left") - 1
        reached = np.flatnonzero((before + ms >= limit.allowed) & (piece < right))
        confirmed = np.full(len(had), NEVER)
        at = piece[reached]
        missing = limit.allowed - before[reached] - (self.ms[at] - self.ms[left[reached]])
        confirmed[reached] = pieces.start[at] + np.maximum(0, missing)
        if runs.is_carried and tracker.confirmed is not None:
            confirmed[0] = tracker.confirmed
        return confirmed, np.full(len(had), NEVER), np.zeros(len(had), dtype=np.int64)

    def _agreed(self, limit: Limit, tracker: Tracker, start: Ints) -> tuple[Ints, Ints, Ints]:
        """Per run, where no time is allowed: from when it counts, and whether a second agreed."""
        chunk, runs, parts = self.chunk, self.runs, self.parts
        pauses = chunk.pausing(limit)
        agrees = parts.is_beyond if pauses is None else parts.is_beyond & ~pauses.cover(chunk.t)
        count = running(agrees.astype(np.int64))
        agreeing = count[runs.last + 1] - count[runs.fresh]
        counted_from = start.copy() if pauses is None else self._first_counted(agrees)
        if runs.is_carried:
            agreeing[0] += tracker.agreeing
            if tracker.counted_from is not None:
                counted_from[0] = tracker.counted_from
        agreeing = np.minimum(agreeing, 2)
        confirmed = np.where(agreeing == 2, counted_from, NEVER)
        if runs.is_carried and tracker.confirmed is not None:
            confirmed[0] = tracker.confirmed
        return confirmed, counted_from, agreeing

    def _first_counted(self, agrees: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Ints:
        """Per run, the first instant outside pauses: of a piece, or of a reading."""
        runs, pieces, t = self.runs, self.parts.pieces, self.chunk.t
        left, right = pieces.first[runs.left], pieces.first[runs.right]
        never = 1 << 62
        of_piece = np.where(left < right, np.append(pieces.start, never)[left], never)
        seen = np.append(np.flatnonzero(agrees), len(t))
        nth = seen[np.searchsorted(seen, runs.fresh)]
        of_reading = np.where(nth <= runs.last, np.append(t, never)[nth], never)
        first = np.minimum(of_piece, of_reading)
        return np.where(first == never, NEVER, first)

    def _ends(self, touching: Ints, last_beyond: Ints) -> Ints:
        """Where each run that ended did; unknown time before it ended touches it."""
        chunk, ended = self.chunk, self.runs.ended
        end = last_beyond.copy()
        last = self.runs.last[:ended]
        is_known = chunk.known[last]
        touching[:ended] += np.where(is_known, 0, chunk.dt[last])
        fell = np.flatnonzero(is_known)
        at = last[fell]
        t, v = chunk.t, chunk.v
        end[fell] = crossings(t[at], v[at], t[at + 1], v[at + 1], self.limit.clear_level)
        return end
