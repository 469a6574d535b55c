"""Every compartment's temperatures of one device, no peak averaged away."""
# ruff: noqa: S608 - a query is made of constants

from grafana_foundation_sdk.builders import timeseries

from coldchain.reasons import Language
from dashboards.columns import CELSIUS
from dashboards.influxql import Query

from .parts import GAP_MS, dressed, lines
from .standing import DEVICE


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
        .unit(CELSIUS)
        .decimals(1)
    )
