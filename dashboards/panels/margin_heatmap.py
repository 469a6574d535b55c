"""How many compartments are how far from their limits, through time: a heat map of thousands."""

from string import ascii_uppercase

from grafana_foundation_sdk.builders import common, heatmap
from grafana_foundation_sdk.models.common import HeatmapCellLayout
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode, HeatmapColorScale

from coldchain.reasons import Language
from dashboards.influxql import LOCKERS, Query, summed
from dashboards.words import words
from series.schema import MARGIN_BANDS

from .parts import dressed

#: Made for every colour vision; few compartments are to be seen beside many.
SCHEME = "Cividis"


def panel(language: Language) -> heatmap.Panel:
    asks = [
        Query(summed(band, LOCKERS), letter, "time_series", band)
        for band, letter in zip(MARGIN_BANDS, ascii_uppercase, strict=False)
    ]
    colours = (
        heatmap.HeatmapColorOptions()
        .mode(HeatmapColorMode.SCHEME)
        .scheme(SCHEME)
        .scale(HeatmapColorScale.EXPONENTIAL)
        .exponent(0.4)
        .steps(64)
    )
    shown = (
        dressed(heatmap.Panel(), "margin-heatmap", language, 24, 10, *asks)
        .interval("5m")
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
