"""A channel over a stay as a drawing: the line with its gaps, limits, excursions, its own peaks.

Of more readings than fit, each pixel column keeps first, least, greatest and last: no peak is
averaged away. Time that is not known is grey, and no line goes through it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import pairwise

import numpy as np

from audit.judging import Ints, Readings
from coldchain.celsius import MICRO, from_micro
from coldchain.excursions import Excursion
from coldchain.limits import Limit
from coldchain.segment import Interval
from coldchain.thinning import thinned
from coldchain.times import HOUR_MS, MINUTE_MS

from .drawing import Box, Drawing, Label, Line, Shape

WIDTH, HEIGHT = 520.0, 150.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 78.0, 8.0, 20.0

INK, GRID, CURVE, UNKNOWN = "#25303b", "#d9dee3", "#1f5f99", "#e7eaed"
SEVERITY = {"critical": "#c62828", "warning": "#e08a00"}
SHADE = {"critical": "#f6d5d5", "warning": "#fbe7c8"}
_STEPS_MS = tuple(
    step * MINUTE_MS for step in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080)
)
_STEPS_C = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
_SIGNS = {(True, False): ">", (True, True): "≥", (False, False): "<", (False, True): "≤"}


@dataclass(frozen=True, slots=True)
class Curve:
    """What to draw: a channel's readings over `span` (ms), judged by `limits`."""

    readings: Readings
    span: Interval
    limits: Sequence[Limit]
    excursions: Sequence[Excursion]
    max_gap: int
    says: str


@dataclass(frozen=True, slots=True)
class _Scale:
    """From ms and °C to points."""

    span: Interval
    low: float
    high: float

    def x(self, at: float) -> float:
        start, end = self.span
        share = (min(max(at, start), end) - start) / max(1, end - start)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 2)

    def y(self, celsius: float) -> float:
        share = (celsius - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 2)


def draw(curve: Curve, zone: tzinfo) -> Drawing:
    """The drawing, times in `zone`."""
    times, values = _inside(curve)
    scale = _Scale(curve.span, *_range(values, curve.limits))
    shapes: list[Shape] = [
        *_unknown(curve, times, scale),
        *_excursions(curve, scale),
        *_grid(scale, zone),
        *_limits(curve.limits, scale),
        *_lines(times, values, curve.max_gap, scale),
    ]
    return Drawing(WIDTH, HEIGHT, tuple(shapes), curve.says)


def _inside(curve: Curve) -> tuple[Ints, Ints]:
    """The readings of the span, and the nearest outside that a line joins to them."""
    times, values = curve.readings.times, curve.readings.values
    low, high = np.searchsorted(times, curve.span).tolist()
    if low > 0 and low < len(times) and times[low] - times[low - 1] <= curve.max_gap:
        low -= 1
    if 0 < high < len(times) and times[high] - times[high - 1] <= curve.max_gap:
        high += 1
    return times[low:high], values[low:high]


def _range(values: Ints, limits: Sequence[Limit]) -> tuple[float, float]:
    """The °C axis: all that was read, and the limits that it came near."""
    read = [from_micro(int(values.min())), from_micro(int(values.max()))] if len(values) else []
    marks = [from_micro(one.threshold) for one in limits]
    near = [m for m in marks if not read or read[0] - 8 <= m <= read[1] + 8]
    low, high = min([*read, *near], default=0.0), max([*read, *near], default=10.0)
    pad = max(0.5, (high - low) * 0.08)
    return low - pad, high + pad


def _unknown(curve: Curve, times: Ints, scale: _Scale) -> Iterator[Shape]:
    marks = [curve.span[0], *times.tolist(), curve.span[1]]
    edges = {0, len(marks) - 2}
    for index, (a, b) in enumerate(pairwise(marks)):
        if b > a and (b - a > curve.max_gap or index in edges):
            x = scale.x(a)
            if (width := scale.x(b) - x) > 0:
                yield Box(x, TOP, round(width, 2), HEIGHT - TOP - BOTTOM, UNKNOWN)


def _excursions(curve: Curve, scale: _Scale) -> Iterator[Shape]:
    severity = {limit.id: limit.severity for limit in curve.limits}
    ordered = sorted(curve.excursions, key=lambda one: severity[one.limit] == "critical")
    for one in ordered:
        x = scale.x(one.start)
        width = max(0.8, scale.x(curve.span[1] if one.end is None else one.end) - x)
        shade = SHADE[severity[one.limit]]
        yield Box(x, TOP, round(width, 2), HEIGHT - TOP - BOTTOM, shade)
        if one.confirmed is not None:
            bar = SEVERITY[severity[one.limit]]
            yield Box(x, HEIGHT - BOTTOM - 3, round(width, 2), 3.0, bar)


def _grid(scale: _Scale, zone: tzinfo) -> Iterator[Shape]:
    step = next((s for s in _STEPS_C if (scale.high - scale.low) / s <= 6), _STEPS_C[-1])
    mark = -(-scale.low // step) * step
    while mark <= scale.high:
        y = scale.y(mark)
        yield Line(((LEFT, y), (WIDTH - RIGHT, y)), GRID, 0.5)
        yield Label(
            LEFT - 4,
            y + 2.5,
            f"{mark:g}".replace("-0", "0") if mark == 0 else f"{mark:g}",
            INK,
            7,
            "end",
        )
        mark = round(mark + step, 6)
    for at, text in ticks(scale.span, zone):
        x = scale.x(at)
        yield Line(((x, HEIGHT - BOTTOM), (x, HEIGHT - BOTTOM + 3)), INK, 0.5)
        yield Label(x, HEIGHT - BOTTOM + 11, text, INK, 7, "middle")
    yield Line(((LEFT, HEIGHT - BOTTOM), (WIDTH - RIGHT, HEIGHT - BOTTOM)), INK, 0.5)


def ticks(span: Interval, zone: tzinfo) -> list[tuple[int, str]]:
    """Up to eight round times of the zone within a span, each with its label."""
    start, end = span
    step = next((s for s in _STEPS_MS if (end - start) / s <= 8), _STEPS_MS[-1])
    first = datetime.fromtimestamp(start / 1000, tz=zone)
    offset = first.utcoffset()
    shift = 0 if offset is None else round(offset.total_seconds() * 1000)
    at = -(-(start + shift) // step) * step - shift
    found: list[tuple[int, str]] = []
    day: object = None
    while at <= end:
        moment = datetime.fromtimestamp(at / 1000, tz=zone)
        text = f"{moment:%m-%d %H:%M}" if moment.date() != day else f"{moment:%H:%M}"
        if step >= 24 * HOUR_MS:
            text = f"{moment:%m-%d}"
        found.append((at, text))
        day = moment.date()
        at += step
    return found


def _limits(limits: Sequence[Limit], scale: _Scale) -> Iterator[Shape]:
    taken: list[float] = []
    for limit in limits:
        threshold = from_micro(limit.threshold)
        if not scale.low <= threshold <= scale.high:
            continue
        y = scale.y(threshold)
        color = SEVERITY[limit.severity]
        yield Line(((LEFT, y), (WIDTH - RIGHT, y)), color, 0.8, dashed=True)
        at = y
        while any(abs(at - other) < 8 for other in taken):
            at += 8
        taken.append(at)
        sign = _SIGNS[limit.sign > 0, limit.inclusive]
        text = f"{limit.id} {sign}{threshold:g}"
        yield Label(WIDTH - RIGHT + 4, at + 2.5, text, color, 7)


def _lines(times: Ints, values: Ints, max_gap: int, scale: _Scale) -> Iterator[Shape]:
    breaks = np.flatnonzero(np.diff(times) > max_gap) + 1
    for part in np.split(np.arange(len(times)), breaks):
        own, read = times[part], values[part]
        rows = thinned(own, read)
        points = tuple(
            (scale.x(at), scale.y(value))
            for at, value in zip(own[rows].tolist(), (read[rows] / MICRO).tolist(), strict=True)
        )
        if len(points) == 1:
            x, y = points[0]
            yield Box(x - 1, y - 1, 2.0, 2.0, CURVE)
        elif points:
            yield Line(points, CURVE, 1.0)
