"""Every compartment of one locker through time, a row each: where the heat map leads."""
# ruff: noqa: S608 - a query is made of constants

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import statushistory
from grafana_foundation_sdk.models.common import VisibilityMode
from grafana_foundation_sdk.models.dashboard import DataTransformerConfig, FieldColorModeId

from coldchain.reasons import Language
from dashboards.columns import CELSIUS
from dashboards.influxql import Query

from .parts import dressed, legend_below
from .standing import DEVICE

_QUERY = f"""\
SELECT max(/^(air|product)/) FROM "reading" WHERE $timeFilter AND {DEVICE}\
 GROUP BY time($__interval), "compartment" fill(null)"""
_CHANNEL = DataTransformerConfig(
    id_val="renameByRegex", options={"regex": "^(.*) max_(.*)$", "renamePattern": "$1.$2"}
)


def panel(language: Language) -> statushistory.Panel:
    query = Query(_QUERY, result_format="time_series", alias="$tag_compartment $col")
    return (
        dressed(statushistory.Panel(), "locker-compartments", language, 24, 14, query)
        .interval("5m")  # a cell that is wide enough to be seen
        .with_transformation(_CHANNEL)
        .color_scheme(build.FieldColor().mode(FieldColorModeId.CONTINUOUS_BL_YL_RD))
        .unit(CELSIUS)
        .decimals(1)
        .show_value(VisibilityMode.NEVER)
        .row_height(0.9)
        .col_width(1.0)
        .fill_opacity(95)
        .legend(legend_below())
    )
