"""How far behind the pipeline is, and how many messages wait."""

from grafana_foundation_sdk.builders import stat
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from coldchain.reasons import Language
from dashboards import palette
from dashboards.columns import MINUTES, SECONDS
from dashboards.influxql import Query

from .parts import dressed
from .tiles import NEUTRAL, tile, tiles

#: Each partition's newest line, whole.
NEWEST = """\
(SELECT last("frames") AS "frames", "lag", "late_seconds", "last_at" FROM "worker"\
 WHERE $timeFilter GROUP BY "partition")"""
_NOW = f"""\
SELECT max("late_seconds") AS "late_seconds", sum("lag") AS "lag",\
 count("last_at") AS "partitions" FROM {NEWEST}"""  # noqa: S608 - constants
_RANGE = """\
SELECT sum("frames") AS "frames", sum("rejected") AS "rejected", max("last_at") AS "as_of"\
 FROM "worker" WHERE $timeFilter"""
_OUTBOX = """\
SELECT last("waiting") AS "waiting", "overdue_minutes", "given_up" FROM "outbox"\
 WHERE $timeFilter"""

_TILES = ("lag", "partitions", "waiting", "frames", "as_of")


def panel(language: Language) -> stat.Panel:
    asks = (Query(_NOW), Query(_OUTBOX, "B"), Query(_RANGE, "C"))
    shown = tiles(dressed(stat.Panel(), "pipeline-counts", language, 24, 4, *asks))
    for field in _TILES:
        shown = shown.override_by_name(field, tile(field, NEUTRAL, language))
    judged = {
        "late_seconds": (palette.behind(), SECONDS),
        "overdue_minutes": (palette.overdue(), MINUTES),
        "given_up": (palette.none_wanted(), None),
        "rejected": (palette.none_wanted(), None),
    }
    for field, (steps, unit) in judged.items():
        said = [one for one in tile(field, "", language, unit) if one.id_val != "color"]
        by_steps = [
            DynamicConfigValue("color", {"mode": "thresholds"}),
            DynamicConfigValue("thresholds", steps.build()),
        ]
        shown = shown.override_by_name(field, [*said, *by_steps])
    return shown
