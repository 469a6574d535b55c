"""Every compartment's temperatures of one device, no peak averaged away."""
# ruff: noqa: S608 - a query is made of constants

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import timeseries
from grafana_foundation_sdk.models.dashboard import (
    DataTransformerConfig,
    DynamicConfigValue,
    FieldColorModeId,
)

from coldchain.reasons import Language
from dashboards.columns import CELSIUS
from dashboards.influxql import Query

from .parts import GAP_MS, dressed, lines
from .standing import DEVICE

#: The greatest and the least of a channel have one name, hence one colour, and one legend.
_ONE_NAME = DataTransformerConfig(
    id_val="renameByRegex",
    options={"regex": "^(.*) (?:max|min)_(.*)$", "renamePattern": "$1.$2"},
)
_THIN = [
    DynamicConfigValue("custom.lineWidth", 1),
    DynamicConfigValue("custom.hideFrom", {"legend": True, "tooltip": False, "viz": False}),
]


def _query(function: str) -> str:
    return (
        f'SELECT {function}(/^(air|product)/) FROM "reading" WHERE $timeFilter AND {DEVICE}'
        ' GROUP BY time($__interval), "compartment" fill(null)'
    )


def panel(language: Language) -> timeseries.Panel:
    alias = "$tag_compartment $col"
    return (
        dressed(
            lines(GAP_MS),
            "temperatures",
            language,
            24,
            11,
            Query(_query("max"), "A", "time_series", alias),
            Query(_query("min"), "B", "time_series", alias),
        )
        .interval("10s")
        .with_transformation(_ONE_NAME)
        .color_scheme(build.FieldColor().mode(FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
        .override_by_query("B", _THIN)
        .unit(CELSIUS)
        .decimals(1)
    )
