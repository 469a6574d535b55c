"""How many compartments are how far from their limits, through time: a heat map of thousands."""

# ruff: noqa: S608 - a query is made of constants

from grafana_foundation_sdk.builders import common, heatmap
from grafana_foundation_sdk.models.common import HeatmapCellLayout
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode, HeatmapColorScale

from coldchain.reasons import Language
from dashboards.influxql import LOCKERS, Query
from dashboards.words import words
from series.schema import MARGIN_BANDS

from .parts import dressed

_SUMS = ", ".join(f'sum("{band}") AS "{band}"' for band in MARGIN_BANDS)
_FIELDS = ", ".join(f'"{band}"' for band in MARGIN_BANDS)
#: As it stood at each interval's end, of each partition.
_QUERY = (
    f'SELECT {_SUMS} FROM (SELECT last("devices") AS "devices", {_FIELDS} FROM "fleet"'
    f' WHERE {LOCKERS} GROUP BY time($__interval), "county", "kind", "partition" fill(none))'
    " WHERE $timeFilter GROUP BY time($__interval) fill(null)"
)
#: Made for every colour vision; few compartments are to be seen beside many.
SCHEME = "Cividis"


def panel(language: Language) -> heatmap.Panel:
    query = Query(_QUERY, result_format="time_series", alias="$col")
    colours = (
        heatmap.HeatmapColorOptions()
        .mode(HeatmapColorMode.SCHEME)
        .scheme(SCHEME)
        .scale(HeatmapColorScale.EXPONENTIAL)
        .exponent(0.4)
        .steps(64)
    )
    shown = (
        dressed(heatmap.Panel(), "margin-heatmap", language, 24, 10, query)
        .interval("2m")
        .calculate(False)
        .rows_frame(heatmap.RowsHeatmapOptions().layout(HeatmapCellLayout.AUTO))
        .color(colours)
        .filter_values(heatmap.FilterValueRange().le(0))  # nothing there: left blank
        .cell_gap(1)
        .show_tooltip()
        .show_legend()
        .scale_distribution(common.ScaleDistributionConfig())
    )
    for band in MARGIN_BANDS:
        name = words(band.replace("_", "-"), language)
        shown = shown.override_by_name(band, [DynamicConfigValue("displayName", name)])
    return shown
