"""A soak as a picture: a small panel for each thing sampled, from 0 up, with the verdict on it."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from .flatness import Judged
from .table import number

COLUMNS, WIDTH, HEIGHT = 3, 340, 150
TOP, LEFT, PLOT_WIDTH, PLOT_HEIGHT = 44, 12, 310, 78
INK, LINE, GRID, NOT_FLAT = "#25303b", "#1f5f99", "#d9dee3", "#b26a00"


def svg(
    title: str,
    at: str,
    seconds: Sequence[float],
    samples: Mapping[str, Sequence[float]],
    found: Mapping[str, Judged],
) -> str:
    """The picture of samples by name, and what was found of each."""
    rows = -(-len(samples) // COLUMNS)
    width, height = COLUMNS * WIDTH + LEFT, TOP + rows * HEIGHT + 24
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' font-family="DejaVu Sans, Arial, sans-serif" font-size="11" fill="{INK}">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{LEFT}" y="24" font-size="15">{escape(title)}</text>',
    ]
    for place, (name, values) in enumerate(samples.items()):
        x, y = LEFT + place % COLUMNS * WIDTH, TOP + place // COLUMNS * HEIGHT
        lines += _panel(x, y, name, seconds, values, found[name])
    lines.append(f'<text x="{LEFT}" y="{height - 8}">{escape(at)}</text>')
    return "\n".join([*lines, "</svg>\n"])


def _panel(
    x: int, y: int, name: str, seconds: Sequence[float], values: Sequence[float], found: Judged
) -> Iterator[str]:
    most, span = max(max(values), 1e-9), max(seconds[-1] - seconds[0], 1e-9)
    points = " ".join(
        f"{x + (at - seconds[0]) / span * PLOT_WIDTH:.1f},"
        f"{y + 18 + PLOT_HEIGHT * (1 - value / most):.1f}"
        for at, value in zip(seconds, values, strict=True)
    )
    base = y + 18 + PLOT_HEIGHT
    verdict = found.said.rpartition(": ")[2]
    colour = LINE if found.is_flat else NOT_FLAT
    yield f'<text x="{x}" y="{y + 10}">{escape(f"{name}: {verdict}")}</text>'
    yield f'<line x1="{x}" y1="{base}" x2="{x + PLOT_WIDTH}" y2="{base}" stroke="{GRID}"/>'
    yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
    yield f'<text x="{x}" y="{base + 14}">0 to {number(most)}, {span / 60:.0f} minutes</text>'
