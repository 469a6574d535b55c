"""Alerts through time: how many were raised, and how long people took to answer."""

from grafana_foundation_sdk.builders import common, timeseries
from grafana_foundation_sdk.models.common import GraphDrawStyle, StackingMode
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from coldchain.reasons import Language
from dashboards import palette
from dashboards.columns import MINUTES
from dashboards.influxql import Query
from dashboards.words import words

from .open_excursions import SEVERITIES
from .parts import dressed, lines

_RAISED = """\
SELECT sum("critical") AS "critical", sum("warning") AS "warning" FROM "alert"\
 WHERE $timeFilter GROUP BY time($__interval) fill(null)"""
_TOOK = """\
SELECT median("ack_minutes") AS "median", max("ack_minutes") AS "slowest" FROM "alert"\
 WHERE $timeFilter GROUP BY time($__interval) fill(null)"""
_SHOWN = {"median": palette.LINES[0], "slowest": palette.LINES[3]}


def _query(query: str) -> Query:
    return Query(query, result_format="time_series", alias="$col", may_be_empty=True)


def raised(language: Language) -> timeseries.Panel:
    """Bars: how many were raised in each interval."""
    shown = (
        dressed(lines(), "alerts-raised", language, 12, 9, _query(_RAISED))
        .interval("15m")
        .draw_style(GraphDrawStyle.BARS)
        .stacking(common.StackingConfig().mode(StackingMode.NORMAL).group("severity"))
        .fill_opacity(80)
        .decimals(0)
        .min(0)
    )
    for severity in SEVERITIES:
        said = _named(severity, palette.STATES[severity], language)
        shown = shown.override_by_name(severity, said)
    return shown


def took(language: Language) -> timeseries.Panel:
    """Bars: the minutes until an answer, of those raised in each interval."""
    shown = (
        dressed(lines(), "time-to-acknowledge", language, 12, 9, _query(_TOOK))
        .interval("15m")
        .draw_style(GraphDrawStyle.BARS)
        .fill_opacity(80)
        .unit(MINUTES)
        .decimals(1)
        .min(0)
    )
    for name, colour in _SHOWN.items():
        shown = shown.override_by_name(name, _named(name, colour, language))
    return shown


def _named(name: str, colour: str, language: Language) -> list[DynamicConfigValue]:
    return [
        DynamicConfigValue("displayName", words(name, language)),
        DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour}),
    ]
