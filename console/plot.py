"""A compartment's temperatures as a drawing (SVG): what the log says, nothing smoothed. Pure.

Readings further apart than the profile's `max_gap` are not joined. Where there are more of them
than a phone shows, each stretch keeps its lowest and highest, so no peak is averaged away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from coldchain.times import HOUR_MS, MINUTE_MS

from .settings import Readings

WIDTH, HEIGHT = 360, 200
LEFT, RIGHT, TOP, BOTTOM = 38, 8, 10, 24
#: Half a time's width: so near to an edge it is set to one side, or left out.
CLEAR = 16
#: Points that a line is drawn with at most.
MOST_POINTS = 320

_STROKES = ("s0", "s1", "s2", "s3")
_STEPS_MS = tuple(n * MINUTE_MS for n in (5, 10, 15, 30)) + tuple(
    n * HOUR_MS for n in (1, 2, 4, 6, 12, 24)
)
_STEPS = (0.5, 1, 2, 5, 10, 20, 50)


@dataclass(frozen=True, slots=True)
class Band:
    """A limit as a line: °C, and its label."""

    celsius: float
    label: str


@dataclass(frozen=True, slots=True)
class Window:
    """What is drawn: from, to, and the excursion's start and end (ms; None: it goes on)."""

    start: int
    end: int
    began: int
    over: int | None


def draw(
    channels: Mapping[str, Readings],
    window: Window,
    limits: Sequence[Band],
    max_gap: int,
    local: Mapping[str, object],
) -> str:
    """The drawing, as an `svg` element. `local`: `clock` (ms -> `14:30`), `title`, `names`."""
    found = {name: _within(one, window) for name, one in channels.items()}
    found = {name: points for name, points in found.items() if points}
    values = [value for points in found.values() for _, value in points]
    values += [one.celsius for one in limits]
    if not found:
        return ""
    low, high, step = _scale(min(values), max(values))
    frame = _Frame(window.start, window.end, low, high)
    clock = local["clock"]
    names: Mapping[str, str] = local.get("names", {})  # type: ignore[assignment]
    parts = [_beyond(frame, window)]
    level = low
    while level <= high + 1e-9:
        y = frame.y(level)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 4}" y="{y + 4}" text-anchor="end">')
        parts.append(f"{level:g}</text>")
        level += step
    for at in _times(window):
        x = frame.x(at)
        anchor = "end" if x > WIDTH - RIGHT - CLEAR else "middle"
        parts.append(f'<text class="tick" x="{x}" y="{HEIGHT - 8}" text-anchor="{anchor}">')
        parts.append(f"{escape(clock(at))}</text>")  # type: ignore[operator]
    for one in limits:
        y = frame.y(one.celsius)
        parts.append(f'<line class="limit" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text class="limit-label" x="{LEFT + 3}" y="{y - 3}">')
        parts.append(f"{escape(one.label)}</text>")
    for stroke, (name, points) in zip(_STROKES, sorted(found.items()), strict=False):
        for piece in _pieces(points, max_gap):
            path = " ".join(f"{frame.x(at)},{frame.y(value)}" for at, value in _thin(piece))
            parts.append(f'<polyline class="{stroke}" points="{path}"/>')
            if len(piece) == 1:
                at, value = piece[0]
                parts.append(f'<circle class="{stroke}" r="2" cx="{frame.x(at)}"')
                parts.append(f' cy="{frame.y(value)}"/>')
        last = points[-1]
        parts.append(f'<text class="name {stroke}" x="{WIDTH - RIGHT}" text-anchor="end"')
        parts.append(f' y="{frame.y(last[1]) - 5}">{escape(names.get(name, name))}</text>')
    title = escape(str(local["title"]))
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">'
        f"<title>{title}</title>{''.join(parts)}</svg>"
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    start: int
    end: int
    low: float
    high: float

    def x(self, at: int) -> float:
        share = (at - self.start) / max(1, self.end - self.start)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def _beyond(frame: _Frame, window: Window) -> str:
    start = max(window.start, window.began)
    end = window.end if window.over is None else min(window.end, window.over)
    width = round(max(0.0, frame.x(end) - frame.x(start)), 1)
    height = HEIGHT - TOP - BOTTOM
    return (
        f'<rect class="beyond" x="{frame.x(start)}" y="{TOP}" width="{width}" height="{height}"/>'
    )


def _within(readings: Readings, window: Window) -> list[tuple[int, float]]:
    pairs = zip(readings.times, readings.values, strict=True)
    return [(at, value) for at, value in pairs if window.start <= at <= window.end]


def _pieces(points: list[tuple[int, float]], max_gap: int) -> list[list[tuple[int, float]]]:
    """The stretches of known time."""
    pieces = [[points[0]]]
    for point in points[1:]:
        if point[0] - pieces[-1][-1][0] > max_gap:
            pieces.append([])
        pieces[-1].append(point)
    return pieces


def _thin(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """At most so many points, the lowest and highest of every stretch among them."""
    if len(points) <= MOST_POINTS:
        return points
    size = -(-len(points) // (MOST_POINTS // 2))
    kept: list[tuple[int, float]] = []
    for index in range(0, len(points), size):
        stretch = points[index : index + size]
        ends = {min(stretch, key=lambda p: p[1]), max(stretch, key=lambda p: p[1])}
        kept.extend(sorted(ends))
    return kept


def _scale(low: float, high: float) -> tuple[float, float, float]:
    """Round ends of the axis, and the step between its lines."""
    span = max(1.0, high - low)
    step = next((one for one in _STEPS if span / one <= 5), _STEPS[-1])
    return (low // step) * step, (high // step + 1) * step, step


def _times(window: Window) -> list[int]:
    span = window.end - window.start
    step = next((one for one in _STEPS_MS if span / one <= 5), _STEPS_MS[-1])
    first = -(-(window.start + span * CLEAR // WIDTH) // step) * step
    return list(range(first, window.end + 1, step))
