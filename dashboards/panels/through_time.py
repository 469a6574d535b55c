"""How many devices were beyond or silent, through time."""
# ruff: noqa: S608 - a query is made of constants

from grafana_foundation_sdk.builders import common, timeseries
from grafana_foundation_sdk.models.common import LineInterpolation, StackingMode
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from coldchain.reasons import Language
from dashboards import palette
from dashboards.influxql import CHOSEN, Query
from dashboards.words import words

from .parts import dressed, lines

_SHOWN = ("critical", "warning", "warm", "silent")
#: As it stood at each interval's end: the newest line, whole.
_QUERY = f"""\
SELECT sum("critical") AS "critical", sum("warning") AS "warning", sum("warm") AS "warm",\
 sum("silent") AS "silent" FROM (SELECT last("devices") AS "devices", "critical", "warning",\
 "warm", "silent" FROM "fleet" WHERE {CHOSEN}\
 GROUP BY time($__interval), "county", "kind", "partition" fill(none))\
 WHERE $timeFilter GROUP BY time($__interval) fill(null)"""


def panel(language: Language) -> timeseries.Panel:
    shown = dressed(
        lines(),
        "through-time",
        language,
        12,
        9,
        Query(_QUERY, result_format="time_series", alias="$col"),
    )
    shown = (
        shown.interval("2m")
        .stacking(common.StackingConfig().mode(StackingMode.NORMAL).group("states"))
        .line_interpolation(LineInterpolation.STEP_AFTER)
        .fill_opacity(60)
        .decimals(0)
        .min(0)
    )
    for state in _SHOWN:
        shown = shown.override_by_name(
            state,
            [
                DynamicConfigValue("displayName", words(state, language)),
                DynamicConfigValue("color", {"mode": "fixed", "fixedColor": palette.STATES[state]}),
            ],
        )
    return shown
