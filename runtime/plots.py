"""A judged column as a picture: the band, the line with its gaps, the excursions.

Every pixel column keeps its least and greatest reading, so no peak is averaged away, at any zoom.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coldchain.celsius import MICRO, from_micro
from coldchain.columns import order
from coldchain.evaluation import Evaluated
from coldchain.excursions import Excursion
from coldchain.limits import Limit
from coldchain.profile import Profile
from coldchain.segment import Interval
from coldchain.thinning import PIXEL_COLUMNS, thinned
from coldchain.times import DAY_MS

from .errors import UserError

FORMATS = (".png", ".svg")
WIDTH_INCHES, PANEL_INCHES, LANE_INCHES = 12.0, 4.4, 0.24
DPI = 150

#: Spans narrower than a pixel are drawn all the same.
EDGE = 0.8

INK, GRID, LINE = "#25303b", "#d9dee3", "#1f5f99"
BAND, UNKNOWN = "#dcefe3", "#eceef0"
SEVERITY = {"critical": "#c62828", "warning": "#e08a00"}
VERDICT = {"accept": "#2e7d32", "review": "#b26a00", "reject": "#c62828"}
FONTS = ("DejaVu Sans", "Noto Sans CJK SC", "WenQuanYi Zen Hei", "Microsoft YaHei", "PingFang SC")


@dataclass(frozen=True, slots=True)
class Panel:
    """One column to draw: its readings (ms, micro-degrees; any order) and what came of them."""

    times: NDArray[np.int64]
    values: NDArray[np.int32]
    found: Evaluated


def check_format(path: Path) -> None:
    """Raises UserError unless the file's name ends in a format that can be drawn."""
    if path.suffix.lower() not in FORMATS:
        raise UserError(f"--plot {path}: the name has to end in .png or .svg")
    if not path.parent.is_dir():
        raise UserError(f"--plot {path}: there is no folder {path.parent}")


def plot(path: Path, title: str, panels: Sequence[Panel], profile: Profile, zone: tzinfo) -> None:
    """Draw the panels, one below the other, into a PNG or SVG. Raises UserError."""
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.font_manager import fontManager

    known = set(fontManager.get_font_names())
    style: Any = {
        "font.family": [font for font in FONTS if font in known] or ["sans-serif"],
        "svg.hashsalt": "coldchain",
        "axes.edgecolor": GRID,
        "text.color": INK,
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
    }
    with mpl.rc_context(style):
        lanes = [_lanes(panel, profile) for panel in panels]
        heights = [size for own in lanes for size in (PANEL_INCHES, LANE_INCHES * (len(own) + 1))]
        figure = Figure(figsize=(WIDTH_INCHES, sum(heights) + 1.0), layout="constrained")
        figure.suptitle(title, x=0.01, ha="left", fontsize=13, fontweight="bold")
        axes = figure.subplots(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0]
        for index, panel in enumerate(panels):
            _draw(axes[2 * index], panel, profile, zone)
            _draw_lanes(axes[2 * index + 1], axes[2 * index], lanes[index], zone)
        try:
            figure.savefig(path, dpi=DPI, metadata=_metadata(path))
        except OSError as error:
            raise UserError(f"--plot {path}: can't be written: {error.strerror}") from None


def with_gaps(
    times: NDArray[np.int64], values: NDArray[Any], rows: NDArray[np.int64], max_gap: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The line to draw (ms, °C) through these rows, broken by NaN wherever time is unknown."""
    breaks = np.flatnonzero(np.diff(times) > max_gap)  # the reading before each gap
    rows = np.union1d(rows, np.concatenate([breaks, breaks + 1]))
    after = np.searchsorted(rows, breaks) + 1
    x = np.insert(times[rows].astype(np.float64), after, np.nan)
    y = np.insert(values[rows].astype(np.float64) / MICRO, after, np.nan)
    return x, y


def unknown(
    times: NDArray[np.int64], max_gap: int, start: int | None, end: int | None
) -> list[Interval]:
    """The unknown stretches (ms) of a record from `start` to `end` that are wide enough to be seen,
    by its readings' times in order; at its ends any."""
    first, last = int(times[0]), int(times[-1])
    start, end = first if start is None else start, last if end is None else end
    gaps = np.flatnonzero(np.diff(times) > max_gap)
    widths = times[gaps + 1] - times[gaps]
    seen = gaps[widths * PIXEL_COLUMNS >= end - start]
    inner = zip(times[seen].tolist(), times[seen + 1].tolist(), strict=True)
    return [one for one in [(start, first), *inner, (last, end)] if one[0] < one[1]]


def band(limits: Sequence[Limit]) -> tuple[float | None, float | None]:
    """The band (°C) between the highest lower and the lowest upper threshold; None: open."""
    below = [from_micro(limit.threshold) for limit in limits if limit.side == "below"]
    above = [from_micro(limit.threshold) for limit in limits if limit.side == "above"]
    return max(below, default=None), min(above, default=None)


def _draw(axes: Any, panel: Panel, profile: Profile, zone: tzinfo) -> None:
    printed = panel.found.summary
    axes.set_title(_headline(panel, zone), loc="left", fontsize=11, color=VERDICT[printed.verdict])
    axes.set_ylabel(f"{printed.channel}, °C" if "°" not in printed.channel else printed.channel)
    axes.grid(color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(labelbottom=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    times, values, _, _ = order(panel.times, panel.values)
    low, high = _range(values, profile)
    axes.set_ylim(low, high)
    _draw_band(axes, profile, low, high)
    if not len(times):
        axes.text(0.5, 0.5, "nothing was measured", transform=axes.transAxes, ha="center")
        return
    start, end = panel.found.judged.start, panel.found.judged.end
    for since, until in unknown(times, profile.max_gap, start, end):
        axes.axvspan(_days(since), _days(until), color=UNKNOWN, lw=0)
    _shade(axes, panel, float(times[-1] if end is None else end))
    x, y = with_gaps(times, values, thinned(times, values), profile.max_gap)
    axes.plot(_days(x), y, color=LINE, linewidth=1.1, solid_joinstyle="round")
    _draw_lone(axes, times, values, profile.max_gap)
    _draw_extremes(axes, times, values)


def _shade(axes: Any, panel: Panel, last: float) -> None:
    """Shade what is confirmed; its edges are drawn, so that the shortest can be seen."""
    for severity, color in SEVERITY.items():
        spans = [
            _span(e.start, e.end, _days(last))
            for e in panel.found.judged.excursions
            if e.confirmed is not None and e.severity == severity
        ]
        whole = axes.get_xaxis_transform()
        axes.broken_barh(spans, (0, 1), transform=whole, color=color, alpha=0.09, lw=EDGE)


def _draw_band(axes: Any, profile: Profile, low: float, high: float) -> None:
    from matplotlib.patheffects import withStroke

    lower, upper = band(profile.limits)
    bottom = low if lower is None else lower
    top = high if upper is None else upper
    if bottom < top:
        axes.axhspan(bottom, top, color=BAND, lw=0, zorder=0)
    named: dict[float, list[Limit]] = {}
    for limit in profile.limits:
        named.setdefault(from_micro(limit.threshold), []).append(limit)
    for threshold, limits in named.items():
        if not low <= threshold <= high:
            continue
        worst = min(limits, key=lambda limit: limit.severity)  # critical before warning
        color = SEVERITY[worst.severity]
        axes.axhline(threshold, color=color, linewidth=0.9, linestyle=(0, (6, 3)))
        label = f"{threshold:g} °C  {', '.join(limit.id for limit in limits)}"
        axes.annotate(
            label,
            (1.0, threshold),
            xycoords=("axes fraction", "data"),
            xytext=(-4, 3),
            textcoords="offset points",
            ha="right",
            fontsize=8,
            color=color,
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
        )


def _draw_lone(axes: Any, times: Any, values: Any, max_gap: int) -> None:
    """Readings with unknown time on both sides would be no line at all."""
    far = np.concatenate([[True], np.diff(times) > max_gap, [True]])
    lone = np.flatnonzero(far[:-1] & far[1:])
    if len(lone):
        shown = lone[thinned(times[lone], values[lone])]
        axes.plot(_days(times[shown]), values[shown] / MICRO, ".", color=LINE, markersize=4)


def _draw_extremes(axes: Any, times: Any, values: Any) -> None:
    for at, offset, align in (
        (int(values.argmax()), 6, "bottom"),
        (int(values.argmin()), -6, "top"),
    ):
        axes.plot(_days(times[at]), values[at] / MICRO, "o", color=INK, markersize=3.5)
        axes.annotate(
            f"{values[at] / MICRO:.2f}",
            (_days(times[at]), values[at] / MICRO),
            xytext=(0, offset),
            textcoords="offset points",
            ha="center",
            va=align,
            fontsize=9,
            fontweight="bold",
        )


def _draw_lanes(
    axes: Any, above: Any, lanes: list[tuple[Limit, list[Excursion]]], zone: tzinfo
) -> None:
    """Under the line, one lane a limit: hollow until it confirmed, solid from then on."""
    from matplotlib import dates as module

    dates: Any = module  # its own annotations are not complete
    axes.sharex(above)
    locator = dates.AutoDateLocator(tz=zone, minticks=5, maxticks=10)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, tz=zone))
    axes.set_xlabel(
        f"time, {zone}; excursions pale until confirmed; grey is unknown", loc="left", fontsize=9
    )
    axes.set_ylim(len(lanes) - 0.4, -0.6)
    axes.set_yticks(range(len(lanes)), [limit.id for limit, _ in lanes], fontsize=8)
    axes.tick_params(axis="y", length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    last = above.dataLim.x1
    for row, (limit, excursions) in enumerate(lanes):
        color = SEVERITY[limit.severity]
        spans = [_span(e.start, e.end, last) for e in excursions]
        sure = [_span(e.confirmed, e.end, last) for e in excursions if e.confirmed is not None]
        axes.broken_barh(spans, (row - 0.32, 0.64), color=color, alpha=0.28, lw=EDGE)
        axes.broken_barh(sure, (row - 0.32, 0.64), color=color, lw=EDGE)


def _lanes(panel: Panel, profile: Profile) -> list[tuple[Limit, list[Excursion]]]:
    by_limit: dict[str, list[Excursion]] = {}
    for excursion in panel.found.judged.excursions:
        by_limit.setdefault(excursion.limit, []).append(excursion)
    return [(limit, by_limit[limit.id]) for limit in profile.limits if limit.id in by_limit]


def _span(start: int, end: int | None, last: float) -> tuple[float, float]:
    since = _days(start)
    return since, (last if end is None else _days(end)) - since


def _headline(panel: Panel, zone: tzinfo) -> str:
    outcome = panel.found.outcome
    said = [outcome.verdict.upper(), *(one.text("en", zone) for one in outcome.reasons[:2])]
    more = len(outcome.reasons) - 2
    return "   ".join(said) + (f"   and {more} more" if more > 0 else "")


def _range(values: NDArray[Any], profile: Profile) -> tuple[float, float]:
    """What to show, °C: all readings, and the band, with some air."""
    edges = [edge for edge in band(profile.limits) if edge is not None]
    if len(values):
        edges += [int(values.min()) / MICRO, int(values.max()) / MICRO]
    low, high = min(edges, default=0.0), max(edges, default=10.0)
    air = max(0.5, 0.08 * (high - low))
    return low - air, high + 1.5 * air


def _days(ms: Any) -> Any:
    """Matplotlib's dates: days since the epoch."""
    return ms / DAY_MS


def _metadata(path: Path) -> dict[str, Any]:
    """No date in the file: the same readings make the same picture."""
    return {"Date": None} if path.suffix.lower() == ".svg" else {"Software": None}
