"""The straight line between two neighbouring readings, and its part beyond a limit.

Everything is integer: times in ms, temperatures in micro-degrees, areas in milli-degree-ms.
What is cut out of a segment is a difference of one cumulative function of time, so that parts
add up exactly to the whole, however it is cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .limits import Limit

#: Areas are kept in milli-degree-ms: twice the area in micro-degree-ms, divided by this.
AREA = 2_000

Interval = tuple[int, int]


def crossing(t0: int, v0: int, t1: int, v1: int, level: int) -> int:
    """The ms at which the line from (t0, v0) to (t1, v1) meets `level`, which lies on it."""
    rise = abs(v1 - v0)
    return t0 + (2 * (t1 - t0) * abs(level - v0) + rise) // (2 * rise)


def area(t0: int, v0: int, t1: int, v1: int) -> int:
    """The integral of the temperature over the whole segment, milli-degree-ms, rounded down."""
    return (v0 + v1) * (t1 - t0) // AREA


def area_to(t0: int, v0: int, t1: int, v1: int, at: int) -> int:
    """The part of `area` before `at`, which lies in [t0, t1]."""
    if at >= t1:
        return area(t0, v0, t1, v1)
    x, length = at - t0, t1 - t0
    return (2 * v0 * length + (v1 - v0) * x) * x // (AREA * length)


@dataclass(frozen=True, slots=True)
class Beyond:
    """The part [start, end] of a segment beyond a limit, with the excess at both ends.

    Excess is in micro-degrees, 0 or more.
    """

    start: int
    end: int
    excess0: int
    excess1: int

    def degree_to(self, at: int) -> int:
        """The integral of the excess from `start` to `at`, milli-degree-ms, rounded down."""
        if at >= self.end:
            return area(self.start, self.excess0, self.end, self.excess1)
        if at <= self.start:
            return 0
        return area_to(self.start, self.excess0, self.end, self.excess1, at)

    def clipped(self, start: int, end: int) -> tuple[int, int]:
        """Its ms and degree (milli-degree-ms) within [start, end]."""
        lo, hi = max(start, self.start), min(end, self.end)
        if lo >= hi:
            return 0, 0
        return hi - lo, self.degree_to(hi) - self.degree_to(lo)


def part_beyond(limit: Limit, t0: int, v0: int, t1: int, v1: int) -> Beyond | None:
    """The part of the segment beyond the limit, or None where neither end is beyond."""
    b0, b1 = limit.beyond(v0), limit.beyond(v1)
    if not (b0 or b1):
        return None
    sign, level = limit.sign, limit.threshold
    return Beyond(
        t0 if b0 else crossing(t0, v0, t1, v1, level),
        t1 if b1 else crossing(t0, v0, t1, v1, level),
        sign * (v0 - level) if b0 else 0,
        sign * (v1 - level) if b1 else 0,
    )


def without(start: int, end: int, pauses: Sequence[Interval]) -> list[Interval]:
    """[start, end] less the pauses (half-open, sorted, not overlapping), in order."""
    kept: list[Interval] = []
    for since, until in pauses:
        if until <= start:
            continue
        if since >= end:
            break
        if since > start:
            kept.append((start, since))
        start = until
        if start >= end:
            return kept
    kept.append((start, end))
    return kept


def merged(intervals: Sequence[Interval]) -> list[Interval]:
    """The union of intervals, sorted and not overlapping."""
    union: list[Interval] = []
    for since, until in sorted(intervals):
        if union and since <= union[-1][1]:
            if until > union[-1][1]:
                union[-1] = (union[-1][0], until)
        elif until > since:
            union.append((since, until))
    return union
