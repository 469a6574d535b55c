"""Bar gauges: one bar a row, in the colour of the step that it is on."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from series.reader import Series

from .curves import svg
from .fields import shown
from .scale import Scale

_LEFT, _WIDE, _TALL = 190, 700, 26


def bargauge(panel: Mapping[str, Any], answer: Sequence[Series], zone: ZoneInfo) -> str:
    """A bar a row: its first number, named by its texts."""
    rows = [
        (
            " ".join(str(value) for value in [*one.tags.values(), *row[1:]] if _is_text(value)),
            next((i, v) for i, v in enumerate(row) if i and isinstance(v, int | float)),
            one,
        )
        for one in answer
        for row in one.values
        if any(isinstance(value, int | float) for value in row[1:])
    ]
    if not rows:
        none = panel["fieldConfig"]["defaults"]["noValue"]
        return f'<p class="none">{escape(none)}</p>'
    values = [float(value) for _, (_, value), _ in rows]
    x = Scale(min(0.0, *values), max(0.0, *values), _LEFT, _WIDE - 90)
    parts: list[str] = []
    for number, (name, (index, value), one) in enumerate(rows):
        how, top = shown(panel, one.columns[index]), number * _TALL
        left, right = sorted((x.at(0.0), x.at(float(value))))
        parts.append(
            f'<text x="{_LEFT - 8}" y="{top + 17}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{left}" y="{top + 3}" width="{max(2.0, right - left):.1f}" height="19"'
            f' fill="{how.colour_of(value)}"/>'
            f'<text x="{right + 6}" y="{top + 17}">{escape(how.text(value, zone))}</text>'
        )
    return svg(parts, _WIDE, _TALL * len(rows))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""
