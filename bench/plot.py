"""The table as a picture: per row, how many times what is to be reached was reached.

1 is the target's line: right of it reached, left of it not. Where less is better the ratio is
turned over, so that right is better everywhere. Pure text: SVG, no library, the same bytes from
the same figures.
"""

import math
from collections.abc import Iterator, Sequence
from html import escape

from .table import Row, Target, number, wanted

BAR, GAP, LABEL, WIDTH, RIGHT = 18, 6, 430, 960, 70
LEAST, MOST = 0.1, 10.0
INK, GRID, YES, NO, NONE = "#25303b", "#d9dee3", "#2e7d32", "#b26a00", "#eceef0"


def times_reached(row: Row, target: Target) -> float | None:
    """Of what is to be reached, how much was; 1 or more: reached. None where it is not known."""
    found = row.ratio(target.beside) if target.beside else row.ours.median
    if found is None or found <= 0 or target.bound <= 0:
        return None
    return found / target.bound if target.at_least else target.bound / found


def svg(rows: Sequence[Row], under: str) -> str:
    """The picture; `under` says where and when it was measured."""
    bars = [(row, target) for row in rows for target in row.targets]
    height = 44 + len(bars) * (BAR + GAP) + 44
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        f' font-family="DejaVu Sans, Arial, sans-serif" font-size="12" fill="{INK}">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        '<text x="12" y="22" font-size="15">How much of what is to be reached was reached</text>',
        *_grid(height),
    ]
    for place, (row, target) in enumerate(bars):
        lines += _bar(44 + place * (BAR + GAP), row, target)
    lines.append(f'<text x="12" y="{height - 12}" font-size="11">{escape(under)}</text>')
    return "\n".join([*lines, "</svg>\n"])


def _across(value: float) -> float:
    """Where a ratio is, px; by its logarithm."""
    inside = min(max(value, LEAST), MOST)
    part = math.log(inside / LEAST) / math.log(MOST / LEAST)
    return LABEL + part * (WIDTH - LABEL - RIGHT)


def _grid(height: int) -> Iterator[str]:
    for value in (0.1, 0.25, 0.5, 1, 2, 4, 10):
        x, is_target = _across(value), value == 1
        yield (
            f'<line x1="{x:.1f}" y1="40" x2="{x:.1f}" y2="{height - 40}"'
            f' stroke="{INK if is_target else GRID}" stroke-width="{2 if is_target else 1}"/>'
        )
        yield (
            f'<text x="{x:.1f}" y="{height - 28}" text-anchor="middle" font-size="11">'
            f"{'target' if is_target else f'{value:g} of it'}</text>"
        )


def _bar(top: int, row: Row, target: Target) -> Iterator[str]:
    middle = top + BAR - 5
    said = f"{row.name}: {wanted(row, target)}"
    yield f'<text x="12" y="{middle}">{escape(said)}</text>'
    found = times_reached(row, target)
    if found is None:
        yield (
            f'<rect x="{LABEL}" y="{top}" width="{WIDTH - LABEL - RIGHT}" height="{BAR}"'
            f' fill="{NONE}"/>'
        )
        return
    start, end = sorted((_across(1), _across(found)))
    yield (
        f'<rect x="{start:.1f}" y="{top}" width="{max(end - start, 1):.1f}" height="{BAR}"'
        f' fill="{YES if found >= 1 else NO}"/>'
    )
    x = end + 4 if found >= 1 else start - 4
    side = "start" if found >= 1 else "end"
    yield f'<text x="{x:.1f}" y="{middle}" text-anchor="{side}">{number(found)}</text>'
