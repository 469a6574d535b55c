"""One store's pull-down: its goods and their target, and the time that is left beside it."""
# ruff: noqa: S608 - a query is made of constants

from grafana_foundation_sdk.builders import timeseries
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from coldchain.reasons import Language
from dashboards import palette
from dashboards.columns import CELSIUS, MINUTES
from dashboards.influxql import Query
from dashboards.words import words

from .parts import GAP_MS, beyond_shaded, dressed, lines
from .standing import DEVICE


def _query(asked: str, alias: str = "$tag_channel", ref_id: str = "A") -> Query:
    query = (
        f'SELECT {asked} FROM "pull_down" WHERE $timeFilter AND {DEVICE}'
        ' GROUP BY time($__interval), "channel" fill(null)'
    )
    return Query(query, ref_id, "time_series", alias)


def panel(language: Language) -> timeseries.Panel:
    target = f"$tag_channel {words('target', language)}"
    asks = (
        _query('max("celsius") AS "celsius"'),
        _query('min("target") AS "target"', target, "B"),
    )
    dashed = [DynamicConfigValue("custom.lineStyle", {"fill": "dash", "dash": [10, 10]})]
    return (
        dressed(lines(GAP_MS), "pull-down", language, 12, 11, *asks)
        .interval("30s")
        .override_by_query("B", dashed)
        .unit(CELSIUS)
        .decimals(1)
    )


def left(language: Language) -> timeseries.Panel:
    """The minutes that are left; the part beyond the deadline shaded."""
    query = _query('min("left_minutes") AS "left"')
    shown = beyond_shaded(lines(GAP_MS), palette.time_left())
    return (
        dressed(shown, "pull-down-left", language, 12, 11, query)
        .interval("30s")
        .unit(MINUTES)
        .decimals(0)
    )
