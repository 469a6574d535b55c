"""Devices by state, with the time of their newest reading."""
# ruff: noqa: S608 - a query is made of constants

from grafana_foundation_sdk.builders import common, stat
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueGraphMode,
    BigValueTextMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from coldchain.reasons import Language
from dashboards import palette
from dashboards.columns import TIME
from dashboards.influxql import CHOSEN, Query
from dashboards.words import words

from .parts import dressed

#: One `last` with the other fields beside it: all of one line, and one pass over the series.
_COUNTS = f"""\
SELECT sum("critical") AS "critical", sum("warning") AS "warning", sum("warm") AS "warm",\
 sum("silent") AS "silent", sum("ok") AS "ok", sum("devices") AS "devices"\
 FROM (SELECT last("devices") AS "devices", "critical", "warning", "warm", "silent", "ok"\
 FROM "fleet" WHERE {CHOSEN} GROUP BY "county", "kind", "partition")"""
_AS_OF = f'SELECT last("last_at") AS "as_of" FROM "asset" WHERE {CHOSEN}'


def panel(language: Language) -> stat.Panel:
    reduced = common.ReduceDataOptions().calcs(["lastNotNull"]).fields("").values(False)
    shown = dressed(
        stat.Panel(), "counts", language, 24, 4, Query(_COUNTS), Query(_AS_OF, ref_id="B")
    )
    shown = (
        shown.reduce_options(reduced)
        .orientation(VizOrientation.VERTICAL)
        .text_mode(BigValueTextMode.VALUE_AND_NAME)
        .color_mode(BigValueColorMode.BACKGROUND_SOLID)
        .graph_mode(BigValueGraphMode.NONE)
        .decimals(0)
    )
    neutral = {"devices": "#444444", "as_of": "#444444"}
    for field, colour in {**palette.STATES, **neutral}.items():
        shown = shown.override_by_name(field, _properties(field, colour, language))
    return shown


def _properties(field: str, colour: str, language: Language) -> list[DynamicConfigValue]:
    is_time = field == "as_of"
    return [
        DynamicConfigValue("displayName", words("as-of" if is_time else field, language)),
        DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour}),
        *([DynamicConfigValue("unit", TIME)] if is_time else []),
    ]
