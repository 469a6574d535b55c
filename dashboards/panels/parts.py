"""What panels of a kind share."""

from typing import Protocol, Self, TypeVar

from grafana_foundation_sdk.builders import common, timeseries
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models.common import (
    GraphTresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import DataSourceRef

from coldchain.reasons import Language
from dashboards import palette
from dashboards.columns import CELSIUS
from dashboards.influxql import DATASOURCE, Ask, Query
from dashboards.words import words

#: A line is not drawn across a longer time without readings (ms): unknown is never filled in.
GAP_MS = 15 * 60_000


class Builder(Protocol):
    """What every panel builder of the SDK has."""

    def title(self, title: str) -> Self: ...
    def description(self, description: str) -> Self: ...
    def datasource(self, datasource: DataSourceRef) -> Self: ...
    def height(self, h: int) -> Self: ...
    def span(self, w: int) -> Self: ...
    def no_value(self, no_value: str) -> Self: ...
    def with_target(self, target: Ask) -> Self: ...


B = TypeVar("B", bound=Builder)


def dressed(panel: B, key: str, language: Language, width: int, height: int, *asks: Query) -> B:
    """The panel with its title, description, size (of 24 columns), and queries."""
    empty = "none" if all(query.may_be_empty for query in asks) else "no-data"
    panel = (
        panel.title(words(key, language))
        .description(words(f"{key}-about", language))
        .datasource(DATASOURCE)
        .span(width)
        .height(height)
        .no_value(words(empty, language))
    )
    for query in asks:
        panel = panel.with_target(Ask(query))
    return panel


def legend_below() -> common.VizLegendOptions:
    """A list of names, below."""
    return (
        common.VizLegendOptions()
        .display_mode(LegendDisplayMode.LIST)
        .placement(LegendPlacement.BOTTOM)
        .show_legend(True)
        .calcs([])
    )


def lines(gap_ms: int = 0) -> timeseries.Panel:
    """Lines with a legend below; broken over gaps longer than `gap_ms` (0: over any)."""
    return (
        timeseries.Panel()
        .legend(legend_below())
        .line_width(2)
        .fill_opacity(0)
        .show_points(VisibilityMode.AUTO)
        .span_nulls(gap_ms or False)
    )


def beyond_shaded(panel: timeseries.Panel, thresholds: build.ThresholdsConfig) -> timeseries.Panel:
    """The panel with the parts that its thresholds make shaded."""
    area = common.GraphThresholdsStyleConfig().mode(GraphTresholdsStyleMode.AREA)
    return panel.thresholds(thresholds).thresholds_style(area)


def margin_lines(gap_ms: int = 0) -> timeseries.Panel:
    """Lines of margins (°C), the part beyond the limits shaded."""
    return beyond_shaded(lines(gap_ms).unit(CELSIUS).decimals(1), palette.margins())
