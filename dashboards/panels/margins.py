"""One device's margin to its nearest limit, through time."""
# ruff: noqa: S608 - a query is made of constants

from grafana_foundation_sdk.builders import timeseries

from coldchain.reasons import Language
from dashboards.influxql import Query
from dashboards.words import words

from .parts import GAP_MS, dressed, margin_lines
from .standing import DEVICE

_QUERY = f"""\
SELECT min("margin") AS "margin" FROM "asset" WHERE $timeFilter AND {DEVICE}\
 GROUP BY time($__interval) fill(null)"""


def panel(language: Language) -> timeseries.Panel:
    name = words("margin", language)
    return dressed(
        margin_lines(GAP_MS),
        "margins",
        language,
        12,
        9,
        Query(_QUERY, result_format="time_series", alias=name),
    ).interval("10s")
