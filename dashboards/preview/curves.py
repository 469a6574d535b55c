"""Lines, stacked areas and switches over time, as SVG."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from dashboards.palette import INSIDE, LINES
from series.reader import Series

from .fields import Shown, shown
from .scale import Scale, ticks, time_ticks

HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 240, 56, 10, 8, 22
#: How wide a column of the grid is.
COLUMN = 70
Points = list[tuple[int, float | None]]
_PART = re.compile(r"\$tag_(\w+)|\$(col)")


@dataclass(frozen=True)
class Curve:
    """One line: its name in the board, how it is shown, its points (ms, value)."""

    name: str
    shown: Shown
    colour: str
    points: Points


def curves(
    panel: Mapping[str, Any], answers: Sequence[tuple[str | None, list[Series]]]
) -> list[Curve]:
    """The lines of a panel; `answers`: the alias of each target and what it was answered.

    Lines of one name have one colour, as the panel's own rules for names have it.
    """
    found: list[Curve] = []
    colours: dict[str, str] = {}
    for alias, answer in answers:
        for series in answer:
            for index, column in enumerate(series.columns[1:], 1):
                name = _renamed(panel, _named(alias, series, column))
                how = shown(panel, name)
                points: Points = [
                    (int(row[0]), float(v) if isinstance(v := row[index], int | float) else None)
                    for row in series.values
                    if isinstance(row[0], int | float)
                ]
                if any(value is not None for _, value in points):
                    other = LINES[len(colours) % len(LINES)]
                    colour = how.colour or colours.setdefault(name, other)
                    found.append(Curve(name, how, colour, points))
    return found


def _named(alias: str | None, series: Series, column: str) -> str:
    if alias is None:
        return column
    return _PART.sub(lambda m: column if m[2] else series.tags.get(m[1], ""), alias)


def _renamed(panel: Mapping[str, Any], name: str) -> str:
    """The name after the panel's `renameByRegex` transformations (whose groups are `$1`)."""
    for step in panel.get("transformations", []):
        if step["id"] == "renameByRegex":
            pattern = re.sub(r"\$(\d)", r"\\\1", step["options"]["renamePattern"])
            name = re.sub(step["options"]["regex"], pattern, name)
    return name


def lines(
    panel: Mapping[str, Any], found: Sequence[Curve], start_ms: int, end_ms: int, zone: ZoneInfo
) -> str:
    """Lines, or where the panel stacks them areas on each other; gaps left as gaps."""
    custom = panel["fieldConfig"]["defaults"]["custom"]
    is_stacked = custom.get("stacking", {}).get("mode") == "normal"
    drawn = _stacked(found) if is_stacked else [(one, _floor(one), one.points) for one in found]
    values = [v for _, _, points in drawn for _, v in points if v is not None] or [0.0, 1.0]
    is_from_zero = is_stacked or custom.get("drawStyle") == "bars"
    marks = ticks(min(*values, 0.0) if is_from_zero else min(values), max(values))
    width = panel["gridPos"]["w"] * COLUMN
    x = Scale(start_ms, end_ms, LEFT, width - RIGHT)
    y = Scale(marks[0], marks[-1], HEIGHT - BOTTOM, TOP)
    parts = [*_grid(marks, y, panel, width), *times_axis(x, start_ms, end_ms, zone)]
    if custom.get("thresholdsStyle", {}).get("mode") == "area":
        parts += _shades(panel["fieldConfig"]["defaults"]["thresholds"]["steps"], marks, y, width)
    gap = custom.get("spanNulls") or 0
    parts += _between(found, x, y)
    if custom.get("drawStyle") == "bars":
        parts += _bars(drawn, x, y, len(found), is_stacked)
        drawn = []
    for curve, floor, points in reversed(drawn) if is_stacked else drawn:
        for run in _runs(points, gap):
            path = " ".join(f"{x.at(at)},{y.at(value)}" for at, value in run)
            if is_stacked:
                back = " ".join(f"{x.at(at)},{y.at(floor.get(at, 0.0))}" for at, _ in run[::-1])
                parts.append(
                    f'<polygon points="{path} {back}" fill="{curve.colour}" opacity=".8"/>'
                )
            elif len(run) == 1:
                at, value = run[0]
                parts.append(
                    f'<circle cx="{x.at(at)}" cy="{y.at(value)}" r="2" fill="{curve.colour}"/>'
                )
            else:
                parts.append(
                    f'<polyline points="{path}" fill="none" stroke="{curve.colour}"'
                    ' stroke-width="1.8"/>'
                )
    return svg(parts, width, HEIGHT) + _legend(found)


def switches(
    panel: Mapping[str, Any], found: Sequence[Curve], start_ms: int, end_ms: int, zone: ZoneInfo
) -> str:
    """One bar a switch, in its words' colours."""
    row, left = 26, 190
    height = TOP + row * max(1, len(found)) + BOTTOM
    width = panel["gridPos"]["w"] * COLUMN
    x = Scale(start_ms, end_ms, left, width - RIGHT)
    parts = times_axis(x, start_ms, end_ms, zone, height)
    for number, curve in enumerate(found):
        top = TOP + number * row
        parts.append(
            f'<text x="{left - 8}" y="{top + 16}" text-anchor="end">{escape(curve.name)}</text>'
        )
        ends = [at for at, _ in curve.points[1:]] + [end_ms]
        for (at, value), until in zip(curve.points, ends, strict=True):
            if value is None:  # unknown: nothing is drawn
                continue
            colour = curve.shown.colour_of(int(value)) or curve.colour
            wide = max(1.0, x.at(until) - x.at(at))
            parts.append(
                f'<rect x="{x.at(at)}" y="{top + 3}" width="{wide:.1f}" height="18"'
                f' fill="{colour}"/>'
            )
    words = dict(shown(panel, "").words).values()
    return svg(parts, width, height) + _keys((colour or "#888", text) for text, colour in words)


def _shades(
    steps: Sequence[Mapping[str, Any]], marks: Sequence[float], y: Scale, width: int
) -> Iterator[str]:
    """The steps that are not as they should be, as far as they are seen."""
    ends = [step["value"] for step in steps[1:]] + [math.inf]
    for step, end in zip(steps, ends, strict=True):
        low = marks[0] if step["value"] is None else max(step["value"], marks[0])
        high = min(end, marks[-1])
        if step["color"] != INSIDE and low < high:
            yield (
                f'<rect x="{LEFT}" y="{y.at(high)}" width="{width - LEFT - RIGHT}"'
                f' height="{y.at(low) - y.at(high):.1f}" fill="{step["color"]}" opacity=".18"/>'
            )


def _between(found: Sequence[Curve], x: Scale, y: Scale) -> Iterator[str]:
    """The area between two lines, where the one is filled down to the other."""
    titled = {curve.shown.title: curve for curve in found}
    for curve in found:
        other = titled.get(curve.shown.fill_to)
        if other is not None:
            edges = [(at, value) for at, value in curve.points if value is not None]
            edges += [(at, value) for at, value in other.points[::-1] if value is not None]
            path = " ".join(f"{x.at(at)},{y.at(value)}" for at, value in edges)
            yield f'<polygon points="{path}" fill="{curve.colour}" opacity=".12"/>'


def _bars(
    drawn: Sequence[tuple[Curve, dict[int, float], Points]],
    x: Scale,
    y: Scale,
    beside: int,
    is_stacked: bool,
) -> Iterator[str]:
    """A bar a value, on the one below it or beside the others of its time."""
    for number, (curve, floor, points) in enumerate(drawn):
        times = [at for at, _ in points]
        step = min((b - a for a, b in pairwise(times)), default=60_000)
        whole = max(2.0, 0.8 * (x.at(step) - x.at(0)))
        wide = whole if is_stacked else whole / beside
        for at, value in points:
            if value is None or value == floor.get(at, 0.0):
                continue
            left = x.at(at) + (0.0 if is_stacked else number * wide)
            top, bottom = y.at(value), y.at(floor.get(at, 0.0))
            yield (
                f'<rect x="{left:.1f}" y="{top}" width="{wide:.1f}"'
                f' height="{max(1.0, bottom - top):.1f}" fill="{curve.colour}"/>'
            )


def _floor(_: Curve) -> dict[int, float]:
    return {}


def _stacked(found: Sequence[Curve]) -> list[tuple[Curve, dict[int, float], Points]]:
    """Each curve on the sum of those before it: the curve, its floor, its points."""
    floor: dict[int, float] = {}
    drawn: list[tuple[Curve, dict[int, float], Points]] = []
    for curve in found:
        points: Points = [
            (at, None if value is None else floor.get(at, 0.0) + value)
            for at, value in curve.points
        ]
        drawn.append((curve, dict(floor), points))
        floor |= {at: value for at, value in points if value is not None}
    return drawn


def _runs(points: Points, gap_ms: int) -> Iterator[list[tuple[int, float]]]:
    """The points cut where the panel cuts its lines: at a null, or at a gap longer than allowed."""
    run: list[tuple[int, float]] = []
    for at, value in points:
        if value is None:
            if run and not gap_ms:
                yield run
                run = []
            continue
        if run and gap_ms and at - run[-1][0] > gap_ms:
            yield run
            run = []
        run.append((at, value))
    if run:
        yield run


def _grid(marks: Sequence[float], y: Scale, panel: Mapping[str, Any], width: int) -> list[str]:
    unit = {"celsius": " °C"}.get(panel["fieldConfig"]["defaults"].get("unit", ""), "")
    return [
        f'<line x1="{LEFT}" x2="{width - RIGHT}" y1="{y.at(mark)}" y2="{y.at(mark)}" class="grid"/>'
        f'<text x="{LEFT - 6}" y="{y.at(mark) + 4}" text-anchor="end">{mark:g}{unit}</text>'
        for mark in marks
    ]


def times_axis(
    x: Scale, start_ms: int, end_ms: int, zone: ZoneInfo, height: int = HEIGHT
) -> list[str]:
    """The grid's lines at round times, and their labels."""
    return [
        f'<line x1="{x.at(at)}" x2="{x.at(at)}" y1="{TOP}" y2="{height - BOTTOM}" class="grid"/>'
        f'<text x="{x.at(at)}" y="{height - 6}" text-anchor="middle">{text}</text>'
        for at, text in time_ticks(start_ms, end_ms, zone)
    ]


def svg(parts: Sequence[str], width: int, height: int) -> str:
    """A drawing as wide as its panel."""
    return f'<svg viewBox="0 0 {width} {height}" role="img">{"".join(parts)}</svg>'


def _legend(found: Sequence[Curve]) -> str:
    titles = {curve.shown.title: curve.colour for curve in found}
    return _keys((colour, title) for title, colour in titles.items())


def _keys(keys: Iterator[tuple[str, str]]) -> str:
    spans = (
        f'<span><i style="background:{colour}"></i>{escape(text)}</span>' for colour, text in keys
    )
    return f'<p class="legend">{"".join(spans)}</p>'
