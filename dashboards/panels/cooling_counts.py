"""Goods in pre-cooling by whether they are cold, warm or late."""
# ruff: noqa: S608 - a query is made of constants

from grafana_foundation_sdk.builders import stat

from coldchain.reasons import Language
from dashboards import palette
from dashboards.columns import MINUTES
from dashboards.influxql import STORES, Query

from .parts import dressed
from .tiles import NEUTRAL, tile, tiles

#: Each probe's newest line, whole.
NEWEST = f"""\
(SELECT last("cooling") AS "cooling", "late", "left_minutes", "celsius", "target", "above",\
 "since", "deadline", "profile", "last_at" FROM "pull_down" WHERE {STORES}\
 GROUP BY "device", "channel", "kind", "county")"""
_QUERY = f"""\
SELECT sum("late") AS "late", sum("cooling") AS "cooling", min("left_minutes") AS "least_left",\
 count("last_at") AS "probes", max("last_at") AS "as_of" FROM {NEWEST}"""

_COLOURS = {
    "late": palette.BEYOND,
    "cooling": palette.INSIDE,
    "least_left": NEUTRAL,
    "probes": NEUTRAL,
    "as_of": NEUTRAL,
}


def panel(language: Language) -> stat.Panel:
    shown = tiles(dressed(stat.Panel(), "cooling-counts", language, 24, 4, Query(_QUERY)))
    for field, colour in _COLOURS.items():
        unit = MINUTES if field == "least_left" else None
        shown = shown.override_by_name(field, tile(field, colour, language, unit))
    return shown
