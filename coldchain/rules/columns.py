"""Sensor faults over a whole set of readings in order, as arrays.

The rules of faults.py, finding for finding, over columns: ten million readings take less than a
second. Worked through in chunks, so that memory stays near the size of the readings.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from coldchain.celsius import from_micro

from .faults import SensorNoisy, SensorStuck
from .findings import Finding

Ints = NDArray[np.int64]

CHUNK = 1 << 17


def sensor_faults(t: Ints, v: Ints, max_gap: int) -> list[Finding]:
    """What readings (ms, strictly rising; micro-degrees) say of their sensor, by time.

    `max_gap` (ms) as in a profile. A finding that stands at the last reading has no end.
    """
    found = [*stuck(SensorStuck(max_gap=max_gap), t, v), *noisy(SensorNoisy(), t, v)]
    return sorted(found, key=lambda one: (one.since, one.rule))


def stuck(rule: SensorStuck, t: Ints, v: Ints) -> Iterator[Finding]:
    """The findings of `SensorStuck`."""
    for first, stop in _runs(v, rule.count):
        times = t[first:stop]
        step = np.diff(times)
        known = np.cumsum(np.where(step <= rule.max_gap, step, 0))
        # Reading i has i segments behind it, so `known` is a place ahead of the readings.
        at = max(int(np.searchsorted(known, rule.patience)) + 1, rule.count - 1)
        if at < len(times):
            until = int(t[stop]) if stop < len(t) else None
            values = {"celsius": from_micro(int(v[first]))}
            yield Finding(rule.id, int(times[0]), int(times[at]), until, values)


def _runs(v: Ints, least: int) -> Iterator[tuple[int, int]]:
    """Runs [first, stop) of one value, of `least` readings or more."""
    first = 0
    for start in range(0, len(v), CHUNK):
        stop = min(start + CHUNK, len(v))
        since = max(start, 1)
        edges = np.append(first, np.flatnonzero(v[since:stop] != v[since - 1 : stop - 1]) + since)
        for n in np.flatnonzero(np.diff(edges) >= least).tolist():
            yield int(edges[n]), int(edges[n + 1])
        first = int(edges[-1])
    if len(v) - first >= least:
        yield first, len(v)


def noisy(rule: SensorNoisy, t: Ints, v: Ints) -> Iterator[Finding]:
    """The findings of `SensorNoisy`: rows of noisy slots, judged once a reading follows."""
    since: int | None = None
    until = 0
    for slot in _noisy_slots(rule, t, v):
        if since is not None and slot != until:
            yield Finding(rule.id, since, since + rule.window, until)
            since = None
        since = slot if since is None else since
        until = slot + rule.window
    if since is not None:
        # The row is over once the next slot with a reading in it was left behind, and so judged.
        after, last = int(np.searchsorted(t, until)), int(t[-2]) // rule.window
        is_over = after < len(t) - 1 and int(t[after]) // rule.window < last
        yield Finding(rule.id, since, since + rule.window, until if is_over else None)


def _noisy_slots(rule: SensorNoisy, t: Ints, v: Ints) -> Iterator[int]:
    """The starts of noisy slots, rising. The slot of the last reading but one is under way."""
    n = len(t)
    if n < 3:
        return
    last = int(t[n - 2]) // rule.window
    start = 0
    while start < n:
        stop = _slot_edge(rule, t, start + CHUNK)
        yield from _noisy_in(rule, t, v, max(start, 1), min(stop, n - 1), last)
        start = stop


def _slot_edge(rule: SensorNoisy, t: Ints, near: int) -> int:
    """The first reading of a slot, the first such from `near` on; else the end."""
    if near >= len(t):
        return len(t)
    slot = (int(t[near - 1]) // rule.window + 1) * rule.window
    return int(np.searchsorted(t, slot))


def _noisy_in(
    rule: SensorNoisy, t: Ints, v: Ints, first: int, stop: int, last: int
) -> Iterator[int]:
    """The noisy ones among the slots of readings [first, stop), each with both neighbours."""
    if first >= stop:
        return
    steps = np.diff(v[first - 1 : stop + 1].astype(np.int64))
    # No further from either neighbour than `jump`, none is further from the line between them.
    if int(np.abs(steps).max()) <= rule.jump:
        return
    t0, t1, t2 = t[first - 1 : stop - 1], t[first:stop], t[first + 1 : stop + 1]
    near = np.flatnonzero(t2 - t0 <= rule.near)
    if not len(near):
        return
    v0 = v[first - 1 : stop - 1][near].astype(np.int64)
    v1 = v[first:stop][near].astype(np.int64)
    v2 = v[first + 1 : stop + 1][near].astype(np.int64)
    a, b, c = t0[near], t1[near], t2[near]
    line = v0 + (v2 - v0) * (b - a) // (c - a)
    slots = b // rule.window
    begins = np.flatnonzero(np.diff(slots, prepend=-1))
    count = np.diff(begins, append=len(slots))
    jumps = np.add.reduceat(np.abs(v1 - line) > rule.jump, begins, dtype=np.int64)
    found = slots[begins]
    is_noisy = (jumps >= np.maximum(rule.count, rule.share * count)) & (found < last)
    yield from (found[is_noisy] * rule.window).tolist()
