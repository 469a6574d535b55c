"""A device's ordinary channels as rows of integers, beside the objects they were made from.

A row holds what changes while a channel is ordinary: no excursion open, nothing found or presumed,
no spell. What does not change (its limits' trackers, its profile) stays in its ChannelMemory,
which lags behind its row until it is asked for (`memory.py`). One truth, two forms: `load` makes
the one of the other, `store` the other of the one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from coldchain.exposure import Sums
from coldchain.judge import ChannelState
from coldchain.pauses import NOT_ENDED
from coldchain.rules.rise import Trail

from .layout import Layout
from .memory import ChannelMemory
from .trace import TAKE, Trace

Ints = NDArray[np.int64]

#: The columns of a row: the last reading; how many were judged; the sums of its slot; its trace.
LAST_AT, LAST_VALUE, COUNT = range(3)
#: `Sums` in its own order, less what is beyond limits: of an ordinary slot, nothing.
SUMS = slice(3, 10)
SUM_COUNT, SUM_KNOWN, SUM_LOW, SUM_HIGH, SUM_INTEGRAL, SUM_MKT, SUM_SHELF = range(3, 10)
#: `Trace`: `step`, `before`, `count`; `same`: whether a run is under way, and its first three.
STEP, BEFORE, WEIGHED, IS_SAME, SAME_SINCE, SAME_COUNT, SAME_KNOWN = range(10, 17)
#: Until when a door of its compartment pauses it, its grace gone by (ms).
PAUSED_UNTIL = 17
#: How long the trail of a rise is, and its first value; the trail itself is beside.
TRAIL, TRAIL_FIRST = 18, 19
WIDTH = 20
#: How long a trail may be: each of its values is a grain (a quarter of a degree) above the one
#: before it, and all lie within the 2.5 degrees of a rise. Times, then values.
LONGEST = 12

_NO_TRAIL = [0] * (2 * LONGEST)
_RULES = frozenset(TAKE)


@dataclass(slots=True)
class Block:
    """The rows of a device: `table` and `trails` by the layout's rows, and which are in use.

    `is_newer`: the objects lag behind. `switches`: channels on or off whose rules go by the clock
    of the whole device; `has_spans`: a door's past is remembered, and has to be forgotten in time.
    """

    layout: Layout
    table: Ints
    trails: Ints
    on: NDArray[np.bool_]
    off: int
    is_newer: bool = False
    switches: bool = False
    has_spans: bool = False
    _until: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, layout: Layout, kept: Mapping[str, ChannelMemory]) -> "Block":
        """Rows made of what is remembered, as far as it is ordinary."""
        count = len(layout.rows)
        block = cls(
            layout,
            np.zeros((count, WIDTH), dtype=np.int64),
            np.zeros((count, 2 * LONGEST), dtype=np.int64),
            np.zeros(count, dtype=np.bool_),
            count,
        )
        block.look_around(kept)
        block.load(kept)
        return block

    def look_around(self, kept: Mapping[str, ChannelMemory]) -> None:
        """Note what the channels beside the rows mean for them: doors, and what is switched."""
        self.switches = self.has_spans = False
        until: dict[str, int] = {}
        for name, channel in kept.items():
            if channel.spans:
                compartment = name.partition(".")[0]
                until[compartment] = max(until.get(compartment, 0), channel.spans[-1][1])
                self.has_spans = self.has_spans or len(channel.spans) > 1
            if channel.spell is not None or channel.cycles is not None:
                self.switches = True
        if until != self._until:
            self._until = until
            self.table[:, PAUSED_UNTIL] = [self._paused(row) for row in range(len(self.on))]

    def load(self, kept: Mapping[str, ChannelMemory]) -> None:
        """Make rows of the channels that are ordinary again."""
        rows: list[int] = []
        made: list[list[int]] = []
        trails: list[list[int]] = []
        for row in np.nonzero(~self.on)[0].tolist():
            channel = kept.get(self.layout.names[row])
            found = None if channel is None else self._row(row, channel)
            if found is None:
                continue
            numbers, trail = found
            rows.append(row)
            made.append(numbers)
            short = [0] * (LONGEST - len(trail.times))
            trails.append(
                [*trail.times, *short, *trail.values, *short] if trail.times else _NO_TRAIL
            )
        if rows:
            self.table[rows], self.trails[rows], self.on[rows] = made, trails, True
            self.off -= len(rows)

    def store(self, kept: Mapping[str, ChannelMemory]) -> None:
        """Bring the objects up to their rows."""
        if not self.is_newer:
            return
        self.is_newer = False
        rows = zip(
            self.layout.names,
            self.on.tolist(),
            self.table.tolist(),
            self.trails.tolist(),
            strict=True,
        )
        for name, is_on, numbers, trail in rows:
            if is_on:
                _store(kept[name], numbers, trail)

    def take(self, row: int, kept: Mapping[str, ChannelMemory]) -> None:
        """Give a row up: its object is the one that holds."""
        if self.on[row]:
            if self.is_newer:
                numbers, trail = self.table[row].tolist(), self.trails[row].tolist()
                _store(kept[self.layout.names[row]], numbers, trail)
            self.on[row] = False
            self.off += 1

    def newest(self) -> int:
        """The time of the newest reading of its rows, ms; -1 where there is none."""
        return int(self.table[self.on, LAST_AT].max(initial=-1))

    def _paused(self, row: int) -> int:
        post = self.layout.posts[row]
        until = self._until.get(post.compartment, -1)
        return until if until in (-1, NOT_ENDED) else until + post.grace

    def _row(self, row: int, channel: ChannelMemory) -> tuple[list[int], Trail] | None:
        """A channel as numbers; None where it is not ordinary."""
        post, state, trace = self.layout.posts[row], channel.state, channel.trace
        plan, given = post.plan, post.rules
        if (
            plan is None
            or state is None
            or state.last_at is None
            or channel.presumed
            or channel.spell is not None
            or channel.cycles is not None
            or channel.spans
            or given.pull_down is not None
            or channel.profile != plan.profile
            or len(state.trackers) != len(plan.limits)
            or not state.is_quiet()
            or any(one.rule in _RULES for one in channel.said)
        ):
            return None
        sums = state.sums
        if (
            sums.min is None
            or sums.max is None
            or len(sums.beyond) != 2 * len(plan.limits)
            or any(sums.beyond)
        ):
            return None
        if given.stuck is None:
            if trace is not None:
                return None
            trace = _NO_TRACE
        elif trace is None or not trace.step or trace.jumps or trace.noisy:
            return None
        same, trail = trace.same or _NO_RUN, trace.trail
        if len(same) != 4 or same[3] >= 0:
            return None
        if trail.found is not None or len(trail.times) > LONGEST:
            return None
        return [
            channel.last_at,
            channel.last_value,
            state.count,
            sums.count,
            sums.known_ms,
            sums.min,
            sums.max,
            sums.integral,
            sums.mkt,
            sums.shelf,
            trace.step,
            trace.before,
            trace.count,
            bool(trace.same),
            *same[:3],
            self._paused(row),
            len(trail.times),
            trail.values[0] if trail.values else 0,
        ], trail


_NO_TRACE = Trace()
_NO_RUN = (0, 0, 0, -1)


def _store(channel: ChannelMemory, row: list[int], trail: list[int]) -> None:
    state, trace = channel.state, channel.trace
    at, value = row[LAST_AT], row[LAST_VALUE]
    channel.last_at, channel.last_value = at, value
    if state is not None:
        # Of an ordinary slot nothing is beyond a limit; whoever was handed a state keeps it.
        count, ms, low, high, integral, mkt, shelf = row[SUMS]
        beyond = [0] * len(state.sums.beyond)
        sums = Sums(count, ms, low, high, integral, mkt, shelf, beyond)
        channel.state = ChannelState(at, value, row[COUNT], state.trackers, sums)
    if trace is not None:
        length = row[TRAIL]
        trace.step, trace.before, trace.count = row[STEP : WEIGHED + 1]
        since, count, known = row[SAME_SINCE : SAME_KNOWN + 1]
        trace.same = (since, count, known, -1) if row[IS_SAME] else ()
        trace.trail = Trail(trail[:length], trail[LONGEST : LONGEST + length])


def samples(frames: "list[list[list[float | None]]]", count: int) -> NDArray[np.float64]:
    """The values of frames as a matrix of rows of `count`; what is missing is NaN."""
    flat = chain.from_iterable(chain.from_iterable(frames))
    return np.array(list(flat), dtype=np.float64).reshape(-1, count)
