"""The pipeline through time: frames a second, what waits, how late, what was rejected."""

from grafana_foundation_sdk.builders import common, timeseries
from grafana_foundation_sdk.models.common import GraphDrawStyle, StackingMode
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from coldchain.reasons import Language
from dashboards import palette
from dashboards.columns import MINUTES, SECONDS
from dashboards.influxql import Query
from dashboards.words import words

from .parts import beyond_shaded, dressed, lines

_EACH = 'FROM "worker" WHERE $timeFilter GROUP BY time($__interval)'
_RATE = f'SELECT sum("frames") * 1000 / $__interval_ms AS "rate" {_EACH} fill(null)'
_REJECTED = f'SELECT sum("rejected") AS "rejected" {_EACH} fill(null)'
_LAG = f'SELECT max("lag") AS "lag" {_EACH}, "partition" fill(null)'
_LATE = f'SELECT max("late_seconds") AS "late" {_EACH}, "partition" fill(null)'
_OUTBOX = """\
SELECT max("waiting") AS "waiting", max("given_up") AS "given_up",\
 max("overdue_minutes") AS "overdue_minutes" FROM "outbox" WHERE $timeFilter\
 GROUP BY time($__interval) fill(null)"""


def _panel(
    language: Language, key: str, query: str, alias: str, panel: timeseries.Panel
) -> timeseries.Panel:
    asked = Query(query, result_format="time_series", alias=alias)
    return dressed(panel, key, language, 12, 8, asked).interval("1m").min(0)


def rate(language: Language) -> timeseries.Panel:
    """Frames a second, of all partitions."""
    alias = words("frames-per-second", language)
    return _panel(language, "frame-rate", _RATE, alias, lines().decimals(1))


def rejected(language: Language) -> timeseries.Panel:
    """Bars: records that went to the dead letters, in each interval."""
    shown = lines().draw_style(GraphDrawStyle.BARS).fill_opacity(80).decimals(0)
    colour = DynamicConfigValue("color", {"mode": "fixed", "fixedColor": palette.BEYOND})
    named = DynamicConfigValue("displayName", words("rejected", language))
    return _panel(language, "rejected-records", _REJECTED, "rejected", shown).override_by_name(
        "rejected", [named, colour]
    )


def lag(language: Language) -> timeseries.Panel:
    """Records that wait, partition on partition."""
    stacked = common.StackingConfig().mode(StackingMode.NORMAL).group("lag")
    shown = lines().stacking(stacked).fill_opacity(60).decimals(0)
    return _panel(language, "waiting-frames", _LAG, "$tag_partition", shown)


def lateness(language: Language) -> timeseries.Panel:
    """Seconds that each partition is behind the clock."""
    shown = beyond_shaded(lines().unit(SECONDS).decimals(1), palette.behind())
    return _panel(language, "lateness", _LATE, "$tag_partition", shown)


def outbox(language: Language) -> timeseries.Panel:
    """Messages that wait, and the longest overdue."""
    shown = _panel(language, "outbox", _OUTBOX, "$col", lines().decimals(0))
    for field, unit in {"waiting": None, "given_up": None, "overdue_minutes": MINUTES}.items():
        name = words(field.replace("_", "-"), language)
        said = [DynamicConfigValue("displayName", name)]
        if unit is not None:
            said.append(DynamicConfigValue("unit", unit))
        shown = shown.override_by_name(field, said)
    return shown
