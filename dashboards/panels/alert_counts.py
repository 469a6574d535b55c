"""Alerts of the last week: open, unanswered, how long people took."""

from grafana_foundation_sdk.builders import stat

from coldchain.reasons import Language
from dashboards import palette
from dashboards.columns import AGO, MINUTES
from dashboards.influxql import Query

from .parts import dressed
from .tiles import NEUTRAL, tile, tiles

WEEK = "7d"
_ALL = """\
SELECT sum("open") AS "open", sum("unanswered") AS "unanswered", count("raised") AS "alerts",\
 sum("messages") AS "messages", sum("unheeded") AS "unheeded", max("as_of") AS "as_of"\
 FROM "alert" WHERE $timeFilter"""
_OLDEST = """\
SELECT min("raised") AS "oldest" FROM "alert" WHERE $timeFilter AND "unanswered" = 1"""
_TOOK = """\
SELECT median("ack_minutes") AS "ack_median", percentile("ack_minutes", 90) AS "ack_90"\
 FROM "alert" WHERE $timeFilter"""

_TILES: dict[str, tuple[str, str | None]] = {
    "open": (palette.STATES["warning"], None),
    "unanswered": (palette.BEYOND, None),
    "oldest": (palette.BEYOND, AGO),
    "ack_median": (NEUTRAL, MINUTES),
    "ack_90": (NEUTRAL, MINUTES),
    "alerts": (NEUTRAL, None),
    "messages": (NEUTRAL, None),
    "unheeded": (NEUTRAL, None),
    "as_of": (NEUTRAL, None),
}


def panel(language: Language) -> stat.Panel:
    asks = (
        Query(_OLDEST, may_be_empty=True),
        Query(_TOOK, "B", may_be_empty=True),
        Query(_ALL, "C", may_be_empty=True),
    )
    shown = tiles(dressed(stat.Panel(), "alert-counts", language, 24, 4, *asks))
    for field, (colour, unit) in _TILES.items():
        shown = shown.override_by_name(field, tile(field, colour, language, unit))
    return shown.time_from(WEEK)
