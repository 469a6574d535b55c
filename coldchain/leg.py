"""What a parcel went through on one stretch of its way, by its own profile.

An excursion is cut to the stretch: what a compartment did before the parcel came and after it
left is not the parcel's. The cut is exact, since minutes outside it are left out as a pause is.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import msgspec

from .excursions import Excursion, Tracker, observe
from .exposure import Sums, exposure
from .judge import Plan
from .limits import Limit
from .mkt_windows import Heat
from .segment import Interval, merged

#: Long before and after any leg.
_EVER = 1 << 50


@dataclass(frozen=True, slots=True)
class Within:
    """Readings cut to a stretch [from, to) (ms): their excursions there, and per limit (by id) the
    first and the last ms at which it was at or inside `clear`; no entry: at none that is known."""

    excursions: tuple[Excursion, ...] = ()
    calm: Mapping[str, Interval] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measured:
    """One channel over one stretch [from, to) (ms): exposure by the plan's limits, excursions.

    `calm` as in `Within`. `longest_gap` is the longest unknown stretch in it, `lead` and `trail`
    the unknown time at its ends, ms: at least that long where it was measured by pieces.
    `conflicts` and `faults` as in a verdict's evidence; `heat`, where the plan asks for MKT
    windows, is what they are made of.
    """

    channel: str
    quantity: str
    limits: tuple[Limit, ...]
    span: Interval
    sums: Sums
    excursions: tuple[Excursion, ...]
    calm: Mapping[str, Interval]
    longest_gap: int
    lead: int
    trail: int
    conflicts: int = 0
    faults: tuple[str, ...] = ()
    heat: Heat = field(default_factory=Heat.none, compare=False)

    @property
    def unknown_ms(self) -> int:
        return self.span[1] - self.span[0] - self.sums.known_ms

    def spent(self, limit: Limit) -> tuple[int, int]:
        """Known ms and degree (milli-degree-ms) beyond one of its limits."""
        return self.sums.limits[self.limits.index(limit)]


def measure(
    plan: Plan,
    channel: str,
    times: Sequence[int],
    values: Sequence[int],
    span: Interval,
    pauses: Sequence[Interval] = (),
    conflicts: int = 0,
    faults: tuple[str, ...] = (),
) -> Measured:
    """Measure from readings in order (ms, micro-degrees).

    They need to reach to the nearest one outside the span on either side; more does no harm.
    """
    sums = exposure(plan.gauge, times, values, span, pauses)
    cut = _cut(plan, times, values, span)
    gaps = _gaps(plan, cut, span)
    seen = _within(plan, cut, span, pauses, gaps)
    return Measured(
        channel,
        quantity_of(channel),
        plan.limits,
        span,
        sums,
        seen.excursions,
        seen.calm,
        max((b - a for a, b in gaps), default=0),
        sum(b - a for a, b in gaps[:1] if a == span[0]),
        sum(b - a for a, b in gaps[-1:] if b == span[1]),
        conflicts,
        faults,
        Heat.of_readings(times, values, plan.max_gap, span) if plan.mkt_window else Heat.none(),
    )


def within(
    plan: Plan,
    times: Sequence[int],
    values: Sequence[int],
    span: Interval,
    pauses: Sequence[Interval] = (),
) -> Within:
    """Readings in order, cut to the span [from, to): excursions with minutes within it only."""
    cut = _cut(plan, times, values, span)
    return _within(plan, cut, span, pauses, _gaps(plan, cut, span))


Readings = list[tuple[int, int]]


def quantity_of(channel: str) -> str:
    """What a channel measures, by its name."""
    return channel.split(".", 2)[1] if "." in channel else channel


def _cut(plan: Plan, times: Sequence[int], values: Sequence[int], span: Interval) -> Readings:
    """The readings of the span, and the nearest outside that a line joins to what is in it."""
    first, stop = bisect_left(times, span[0]), bisect_left(times, span[1])
    if first > 0 and _joined(plan, times, first - 1):
        first -= 1
    if 0 < stop < len(times) and _joined(plan, times, stop - 1):
        stop += 1
    return list(zip(times[first:stop], values[first:stop], strict=True))


def _joined(plan: Plan, times: Sequence[int], index: int) -> bool:
    return index + 1 < len(times) and times[index + 1] - times[index] <= plan.max_gap


def _gaps(plan: Plan, cut: Readings, span: Interval) -> list[Interval]:
    """The unknown stretches of the span, in order."""
    marks = [at for at, _ in cut]
    gaps = [(a, b) for a, b in pairwise(marks) if b - a > plan.max_gap]
    if not marks:
        return [span]
    return [
        (max(a, span[0]), min(b, span[1]))
        for a, b in [(span[0], marks[0]), *gaps, (marks[-1], span[1])]
        if max(a, span[0]) < min(b, span[1])
    ]


def _within(
    plan: Plan,
    cut: Readings,
    span: Interval,
    pauses: Sequence[Interval],
    gaps: list[Interval],
) -> Within:
    edged = _with_edges(plan, cut, span)
    calm: dict[str, Interval] = {}
    for limit in plan.limits:
        at = [t for t, v in edged if limit.is_calm(v)]
        if at:
            calm[limit.id] = at[0], at[-1]
    return Within(tuple(_excursions(plan, cut, edged, span, pauses, gaps)), calm)


def _excursions(
    plan: Plan,
    cut: Readings,
    edged: Readings,
    span: Interval,
    pauses: Sequence[Interval],
    gaps: list[Interval],
) -> list[Excursion]:
    outside = [(-_EVER, span[0]), (span[1], _EVER)]
    lead = max(0, cut[0][0] - span[0]) if cut else 0
    trail = gaps[-1][1] - gaps[-1][0] if gaps and gaps[-1][1] == span[1] else 0
    found: list[Excursion] = []
    for limit in plan.limits:
        left_out = merged([*outside, *pauses]) if limit.severity == "warning" else outside
        tracker = Tracker(touching_ms=lead)
        last: tuple[int, int] | None = None
        for now in cut:
            is_known = last is not None and now[0] - last[0] <= plan.max_gap
            ended = observe(limit, tracker, last, now, is_known, left_out)
            if ended is not None:
                found.append(ended)
            last = now
        if tracker.is_open:
            tracker.touching_ms += trail
            found.append(tracker.excursion(limit))
    limits = {limit.id: limit for limit in plan.limits}
    return [
        _clipped(limits[one.limit], one, edged, span)
        for one in sorted(found, key=lambda e: (e.start, e.limit))
        if one.ms or span[0] <= one.first_at < span[1] or _lasts_into(one, span)
    ]


def _lasts_into(one: Excursion, span: Interval) -> bool:
    """Whether it was on in the span, though none of its minutes count there (a pause, a gap).

    One last known beyond at the very start, with unknown time after, was on there.
    """
    end = span[1] if one.end is None else one.end
    is_after = end > span[0] or (end == span[0] and one.touching_ms > 0)
    return one.start < span[1] and is_after


def _clipped(limit: Limit, one: Excursion, edged: Readings, span: Interval) -> Excursion:
    start = max(one.start, span[0])
    end = one.end if one.end is not None and one.end <= span[1] else None
    if one.end is not None and one.end > span[1]:
        end = span[1]
    inner = [r for r in edged if start <= r[0] <= (one.end or span[1])]
    peak_at, peak = max(
        (r for r in inner if limit.beyond(r[1])),
        key=lambda r: (limit.sign * r[1], -r[0]),
        default=(one.peak_at, one.peak),
    )
    return msgspec.structs.replace(one, start=start, end=end, peak=peak, peak_at=peak_at)


def _with_edges(plan: Plan, cut: Readings, span: Interval) -> Readings:
    """The readings within the span, and where a line meets its ends."""
    inner = [r for r in cut if span[0] <= r[0] <= span[1]]
    for (t0, v0), (t1, v1) in pairwise(cut):
        if t1 - t0 > plan.max_gap:
            continue
        inner += [(at, v0 + (v1 - v0) * (at - t0) // (t1 - t0)) for at in span if t0 < at < t1]
    return sorted(inner)
