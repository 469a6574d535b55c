"""Panels by type, as HTML: one function each, and the table that finds it."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from series.reader import Series, Value

from .bars import bargauge
from .cells import heatmap, history
from .curves import curves, lines, switches
from .fields import ink, shown
from .rows import CALCULATIONS, transformed
from .scale import Scale

Answers = Sequence[tuple[str | None, list[Series]]]


@dataclass(frozen=True)
class Asked:
    """A panel with what the store answered to each of its targets, and for when."""

    panel: Mapping[str, Any]
    answers: Answers
    start_ms: int
    end_ms: int
    zone: ZoneInfo


def stat(asked: Asked) -> str:
    """Tiles, one a field: of all rows what the panel makes of them."""
    calculation = CALCULATIONS[asked.panel["options"]["reduceOptions"]["calcs"][0]]
    tiles: list[str] = []
    for _, answer in asked.answers:
        found: dict[str, list[Value]] = {}
        for series in answer:
            for row in series.values:
                for name, value in zip(series.columns[1:], row[1:], strict=True):
                    found.setdefault(name, []).append(value)
        for name, values in found.items():
            how = shown(asked.panel, name, asked.end_ms)
            value = calculation(values)
            colour = how.colour_of(value) or "#444444"
            tiles.append(
                f'<div class="tile" style="background:{colour};color:{ink(colour)}">'
                f"<span>{escape(how.title)}</span>"
                f"<b>{escape(how.text(value, asked.zone))}</b></div>"
            )
    return f'<div class="tiles">{"".join(tiles)}</div>'


def table(asked: Asked) -> str:
    """Rows as they come or as the panel sorts them; tags before fields, as Grafana has them."""
    rows: list[tuple[Value, str]] = []
    sorted_by, sign = _sorted_by(asked.panel)
    titles: list[str] = []
    for _, answer in asked.answers:
        for series in transformed(asked.panel, answer):
            is_timed = any(row[0] is not None for row in series.values)
            names = ["Time"] * is_timed + [*series.tags, *series.columns[1:]]
            how = [shown(asked.panel, name, asked.end_ms) for name in names]
            titles = [f"<th>{escape(one.title)}</th>" for one in how if not one.is_hidden]
            for row in series.values:
                cells = row[:1] * is_timed + [*series.tags.values(), *row[1:]]
                made = []
                rank = dict(zip(names, cells, strict=True)).get(sorted_by)
                for one, value in zip(how, cells, strict=True):
                    if one.is_hidden:
                        continue
                    colour = one.colour_of(value)
                    style = ""
                    if colour and one.fills_cell:
                        style = f' style="background:{colour};color:{ink(colour)}"'
                    elif colour and one.colours_text:
                        style = f' style="border-left:6px solid {colour}"'
                    made.append(f"<td{style}>{escape(one.text(value, asked.zone))}</td>")
                rows.append((rank, f"<tr>{''.join(made)}</tr>"))
    if not rows:
        return f'<p class="none">{escape(asked.panel["fieldConfig"]["defaults"]["noValue"])}</p>'
    if sorted_by:
        rows.sort(key=lambda row: sign * float(row[0] or 0))
    return f"<table><tr>{''.join(titles)}</tr>{''.join(text for _, text in rows)}</table>"


def _sorted_by(panel: Mapping[str, Any]) -> tuple[str, int]:
    """The field by which the panel sorts its rows (empty: by none), and 1, or -1 from the greatest
    down."""
    for one in panel.get("transformations", []):
        if one["id"] == "sortBy":
            [sort] = one["options"]["sort"]
            return str(sort["field"]), -1 if sort["desc"] else 1
    return "", 1


def geomap(asked: Asked) -> str:
    """Places on a blank ground, north up, a degree as long to the east as it is there."""
    found = [
        dict(zip(series.columns, row, strict=True))
        for _, answer in asked.answers
        for series in answer
        for row in series.values
    ]
    places = [
        (float(lat), float(lon), row)
        for row in found
        if isinstance(lat := row["latitude"], int | float)
        and isinstance(lon := row["longitude"], int | float)
    ]
    if not places:
        return '<p class="none">–</p>'
    how, named = shown(asked.panel, "severity"), shown(asked.panel, "margin")
    width, height, edge = 560.0, 400.0, 24.0
    lats, lons = [lat for lat, _, _ in places], [lon for _, lon, _ in places]
    middle_lat, middle_lon = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
    shrink = math.cos(math.radians(middle_lat))
    reach = max(
        (max(lats) - min(lats)) / (height - 2 * edge),
        (max(lons) - min(lons)) * shrink / (width - 2 * edge),
        1e-6,
    )
    x = Scale(
        middle_lon - width / 2 * reach / shrink, middle_lon + width / 2 * reach / shrink, 0, width
    )
    y = Scale(middle_lat - height / 2 * reach, middle_lat + height / 2 * reach, height, 0)
    dots = [
        f'<circle cx="{x.at(lon)}" cy="{y.at(lat)}" r="6" fill="{how.colour_of(row["severity"])}"'
        f' stroke="#fff" stroke-width=".8"><title>{escape(str(row["device"]))}'
        f" {escape(how.text(row['severity'], asked.zone))}"
        f" {escape(named.text(row['margin'], asked.zone))}</title></circle>"
        for lat, lon, row in sorted(places, key=lambda place: float(place[2]["severity"] or 0))
    ]
    keys = "".join(
        f'<span><i style="background:{colour}"></i>{escape(text)}</span>'
        for text, colour in how.words.values()
    )
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" class="map" role="img">{"".join(dots)}</svg>'
        f'<p class="legend">{keys}</p>'
    )


def _over_time(draw: Callable[..., str]) -> Callable[[Asked], str]:
    """What draws the panel's curves over its time."""

    def drawn(asked: Asked) -> str:
        found = curves(asked.panel, asked.answers)
        return draw(asked.panel, found, asked.start_ms, asked.end_ms, asked.zone)

    return drawn


def text(asked: Asked) -> str:
    """A list of Markdown's: what our boards use of it."""
    lines = [line[2:] for line in asked.panel["options"]["content"].splitlines() if line]
    parts = [
        re.sub(r"`(.+?)`", r"<code>\1</code>", re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escape(one)))
        for one in lines
    ]
    return f"<ul>{''.join(f'<li>{one}</li>' for one in parts)}</ul>"


def bars(asked: Asked) -> str:
    answer = [series for _, some in asked.answers for series in some]
    return bargauge(asked.panel, answer, asked.zone)


DRAW: dict[str, Callable[[Asked], str]] = {
    "stat": stat,
    "table": table,
    "geomap": geomap,
    "timeseries": _over_time(lines),
    "state-timeline": _over_time(switches),
    "heatmap": _over_time(heatmap),
    "status-history": _over_time(history),
    "bargauge": bars,
    "text": text,
}
