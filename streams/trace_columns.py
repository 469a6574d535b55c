"""The rules of a temperature over many channels at once: what is steady, in columns.

Each row is a channel that goes on without a gap, `n` readings `step` apart. Where a rule can find
nothing in a row, what it remembers is moved on from columns; where it may, it is fed reading by
reading, as the long way feeds it. Both end alike, to the last digit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from coldchain.pauses import pauses_of
from coldchain.rules.faults import SensorNoisy, SensorStuck
from coldchain.rules.findings import Finding
from coldchain.rules.following import feed
from coldchain.rules.given import Given
from coldchain.rules.rise import FastRise, Trail
from coldchain.segment import Interval

from .memory import ChannelMemory
from .trace import PUT, TAKE, Trace

Ints = NDArray[np.int64]

#: Higher than any temperature, in grains.
_HIGH = 1 << 62


@dataclass(frozen=True, slots=True)
class Watched:
    """Rows of channels with the same rules: their last reading (ms) and what comes after it.

    `values` (micro-degrees) begin with the channel's last. `spans`, per row: when a door of its
    compartment was open; `grace` (ms) prolongs them.
    """

    given: Given
    step: int
    last_at: Ints
    values: Ints
    channels: Sequence[ChannelMemory]
    spans: Sequence[Sequence[Interval]]
    grace: int


@dataclass(frozen=True, slots=True)
class News:
    """What the rules have to tell of a row."""

    standing: list[Finding]
    ended: list[Finding]


@lru_cache
def can_watch(given: Given, step: int, count: int) -> bool:
    """Whether these rules can look at rows of `count` readings, `step` ms apart."""
    if given.noisy is None or given.stuck is None:
        return True
    return (
        2 * step <= given.noisy.near
        and step <= given.stuck.max_gap
        and step * count <= given.noisy.window
        and step * count < given.stuck.patience
    )


def watch(rows: Watched) -> dict[int, News]:
    """Move on what is remembered, by row, what there is to tell."""
    given, step = rows.given, rows.step
    stuck, noisy, rise = given.stuck, given.noisy, given.rise
    if stuck is None or noisy is None:
        return {}
    n = rows.values.shape[1] - 1
    traces = [channel.trace or Trace() for channel in rows.channels]
    before = np.array([trace.before for trace in traces], dtype=np.int64)
    trails = None if rise is None else _Trails.of(rise, rows)
    columns = zip(
        traces,
        _runs(rows),
        _jumps(noisy, before, rows.values),
        _counts(noisy, rows),
        rows.values[:, -2].tolist(),
        rows.last_at.tolist(),
        strict=True,
    )
    always = [] if given.pull_down is None else [given.pull_down.id]
    news: dict[int, News] = {}
    for row, (trace, run, jumps, count, last_but_one, last_at) in enumerate(columns):
        fed = always
        if (run > 1 or trace.same) and not _go_on(stuck, trace, run, n, step, last_at):
            fed = [*fed, stuck.id]
        if jumps or trace.jumps or trace.noisy:
            fed = [*fed, noisy.id]
        else:
            trace.count = count or trace.count + n
        if trails is not None and not trails.go_on(trace.trail, row, rows.spans[row]):
            fed = [*fed, trails.rise.id]
        if fed:
            told = _feed(rows, row, fed)
            if told.standing or told.ended or rows.channels[row].said:
                news[row] = told
        trace.before = last_but_one
    return news


def _feed(rows: Watched, row: int, names: list[str]) -> News:
    """Give these rules the row reading by reading."""
    channel, last = rows.channels[row], int(rows.last_at[row])
    values = rows.values[row, 1:].tolist()
    at = last + rows.step * len(values)
    times = range(last + rows.step, at + 1, rows.step)
    pauses = pauses_of(rows.spans[row], rows.grace) if rows.spans[row] else ()
    rules = [rule for rule in rows.given.all() if rule.id in names]
    states = [TAKE[rule.id](channel) for rule in rules]
    told = News([], [])
    for rule, state in zip(rules, states, strict=True):
        told.ended.extend(feed(rule, state, times, values, pauses))
        PUT[rule.id](channel, state)
        standing = rule.standing(state, at)
        if standing is not None:
            told.standing.append(standing)
    return told


def _runs(rows: Watched) -> list[int]:
    """How many of a row's last readings are the same; one more than it has where all are, and the
    one before."""
    changed = rows.values[:, :0:-1] != rows.values[:, -2::-1]
    run = changed.argmax(axis=1) + 1
    run[~changed.any(axis=1)] = rows.values.shape[1]
    return run.tolist()  # type: ignore[no-any-return]


def _go_on(rule: SensorStuck, trace: Trace, run: int, n: int, step: int, last_at: int) -> bool:
    """Move on a run of one value; False: it has to be fed, for it is, or may get, too long."""
    same = trace.same
    if same:
        if len(same) != 4 or same[3] >= 0 or same[2] + n * step >= rule.patience:
            return False
        if run > n:
            trace.same = same[0], same[1] + n, same[2] + n * step, -1
            return True
    if run == 1:
        trace.same = ()
    else:
        known = (run - 1) * step
        trace.same = last_at + n * step - known, run, known, -1
    return True


def _jumps(rule: SensorNoisy, before: Ints, values: Ints) -> list[bool]:
    """Whether a reading of a row but its last, or the one before the row, jumps."""
    v0 = np.concatenate([before[:, None], values[:, :-2]], axis=1)
    v1, v2 = values[:, :-1], values[:, 1:]
    # Evenly spaced, the line between two neighbours is half way where the reading is.
    far = np.abs(v1 - (v0 + (v2 - v0) // 2)) > rule.jump
    return far.any(axis=1).tolist()  # type: ignore[no-any-return]


def _counts(rule: SensorNoisy, rows: Watched) -> list[int]:
    """How many readings were weighed in a slot of noise that a row begins; 0 where it does not."""
    n = rows.values.shape[1] - 1
    weighed = rows.last_at + (n - 1) * rows.step
    slot = weighed - weighed % rule.window
    last = rows.last_at - rows.step
    is_new = slot > last - last % rule.window
    return np.where(is_new, (weighed - slot) // rows.step + 1, 0).tolist()  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class _Trails:
    """What the rows add to the trails of a rise: times and values one after another, those of a
    row from `begin[row]` on; and of each row the lowest grain it keeps, its lowest value towards
    the limit, the one from which it could have risen, and where its window begins."""

    rise: FastRise
    sign: int
    grain: int
    begin: list[int]
    times: list[int]
    values: list[int]
    grains: list[int]
    lowest: list[int]
    floor: list[int]
    since: list[int]

    @classmethod
    def of(cls, rise: FastRise, rows: Watched) -> "_Trails":
        values, step = rows.values[:, 1:], rows.step
        n = values.shape[1]
        times = rows.last_at[:, None] + np.arange(1, n + 1, dtype=np.int64) * step
        minute = times // rise.spacing
        kept = minute != (times - step) // rise.spacing
        towards = values * rise.limit.sign
        grains = np.where(kept, towards // rise.grain, _HIGH)
        least = np.minimum.accumulate(grains[:, ::-1], axis=1)[:, ::-1]
        stays = kept.copy()
        stays[:, :-1] &= grains[:, :-1] < least[:, 1:]
        return cls(
            rise,
            rise.limit.sign,
            rise.grain,
            [0, *np.cumsum(stays.sum(axis=1)).tolist()],
            times[stays].tolist(),
            values[stays].tolist(),
            least[:, 0].tolist(),
            towards.min(axis=1).tolist(),
            (towards.max(axis=1) - rise.least).tolist(),
            ((times * kept).max(axis=1) - rise.window).tolist(),
        )

    def go_on(self, trail: Trail, row: int, spans: Sequence[Interval]) -> bool:
        """Move on a row's trail; False: it has to be fed, for it may rise, or begins anew."""
        values, sign = trail.values, self.sign
        if not values or spans or trail.found is not None:
            return False
        floor = self.floor[row]
        if sign * values[0] <= floor or self.lowest[row] <= floor:
            return False
        begin, end = self.begin[row], self.begin[row + 1]
        if begin == end:
            return True
        times = trail.times
        while times and times[0] < self.since[row]:
            del times[0], values[0]
        least, grain = self.grains[row], self.grain
        while values and sign * values[-1] // grain >= least:
            del times[-1], values[-1]
        times += self.times[begin:end]
        values += self.values[begin:end]
        return True
