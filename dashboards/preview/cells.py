"""Heat maps: cells through time, coloured by how much or how warm."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from .curves import BOTTOM, COLUMN, RIGHT, TOP, Curve, svg, times_axis
from .fields import shown
from .scale import Scale

_LEFT = 150
#: Grafana's schemes that our boards use, as stops of even distance.
_SCHEMES = {
    "Cividis": ("#002051", "#3b496c", "#7f7c75", "#bbaf71", "#fdea45"),
    "continuous-BlYlRd": ("#1f60c4", "#fff899", "#c4162a"),
}


def heatmap(
    panel: Mapping[str, Any], found: Sequence[Curve], start_ms: int, end_ms: int, zone: ZoneInfo
) -> str:
    """One row a band, the first at the bottom; a cell's colour is its number."""
    colours = panel["options"]["color"]
    most = max((v for one in found for _, v in one.points if v), default=1.0)

    def colour(value: float) -> str | None:
        share = (value / most) ** colours.get("exponent", 1.0)
        return None if value <= 0 else mixed(colours["scheme"], share)

    drawn = _cells(panel, list(found)[::-1], start_ms, end_ms, zone, colour)
    return drawn + _scale(colours["scheme"], "1", f"{most:g}")


def history(
    panel: Mapping[str, Any], found: Sequence[Curve], start_ms: int, end_ms: int, zone: ZoneInfo
) -> str:
    """One row a compartment's channel; a cell's colour is its value between least and greatest."""
    values = [v for one in found for _, v in one.points if v is not None] or [0.0]
    low, high = min(values), max(values)
    scheme = panel["fieldConfig"]["defaults"]["color"]["mode"]

    def colour(value: float) -> str | None:
        return mixed(scheme, (value - low) / ((high - low) or 1.0))

    how = shown(panel, "")
    drawn = _cells(panel, found, start_ms, end_ms, zone, colour)
    return drawn + _scale(scheme, how.text(low, zone), how.text(high, zone))


def mixed(scheme: str, share: float) -> str:
    """The colour at a share (0 to 1) of a scheme."""
    stops = _SCHEMES[scheme]
    place = min(max(share, 0.0), 1.0) * (len(stops) - 1)
    index = min(int(place), len(stops) - 2)
    rest = place - index
    parts = [
        round(int(a, 16) + rest * (int(b, 16) - int(a, 16)))
        for a, b in ((stops[index][i : i + 2], stops[index + 1][i : i + 2]) for i in (1, 3, 5))
    ]
    return "#" + "".join(f"{part:02x}" for part in parts)


def _cells(
    panel: Mapping[str, Any],
    rows: Sequence[Curve],
    start_ms: int,
    end_ms: int,
    zone: ZoneInfo,
    colour: Any,
) -> str:
    tall = 22 if len(rows) <= 12 else 12
    height = TOP + tall * max(1, len(rows)) + BOTTOM
    width = panel["gridPos"]["w"] * COLUMN
    x = Scale(start_ms, end_ms, _LEFT, width - RIGHT)
    parts = times_axis(x, start_ms, end_ms, zone, height)
    for number, row in enumerate(rows):
        top = TOP + number * tall
        parts.append(
            f'<text x="{_LEFT - 6}" y="{top + tall - 3}" text-anchor="end">'
            f"{escape(row.shown.title)}</text>"
        )
        times = [at for at, _ in row.points]
        step = min((b - a for a, b in pairwise(times)), default=0)
        for at, value in row.points:
            filled = None if value is None else colour(value)
            if filled is not None:
                left = max(x.at(at), _LEFT)
                wide = max(1.0, min(x.at(at + step), width - RIGHT) - left - 0.5)
                parts.append(
                    f'<rect x="{left}" y="{top + 1}" width="{wide:.1f}" height="{tall - 2}"'
                    f' fill="{filled}"><title>{escape(row.shown.title)}: {value:g}</title></rect>'
                )
    return svg(parts, width, height)


def _scale(scheme: str, low: str, high: str) -> str:
    boxes = "".join(
        f'<i style="background:{mixed(scheme, n / 9)};margin:0;border-radius:0"></i>'
        for n in range(10)
    )
    return f'<p class="legend"><span>{escape(low)}&nbsp;{boxes}&nbsp;{escape(high)}</span></p>'
