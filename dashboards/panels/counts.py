"""Devices by state, with the time of their newest reading."""
# ruff: noqa: S608 - a query is made of constants

from grafana_foundation_sdk.builders import stat

from coldchain.reasons import Language
from dashboards import palette
from dashboards.influxql import CHOSEN, Query

from .parts import dressed
from .tiles import NEUTRAL, tile, tiles


def _query(where: str, more: str = "") -> str:
    """One `last` with the other fields beside it: all of one line, and one pass over the series.

    `more`: further fields to sum.
    """
    fields = ("critical", "warning", "warm", "silent", "ok", *more.split(), "devices")
    sums = ", ".join(f'sum("{one}") AS "{one}"' for one in fields)
    beside = ", ".join(f'"{one}"' for one in fields[:-1])
    return (
        f'SELECT {sums}, max("last_at") AS "as_of" FROM (SELECT last("devices") AS "devices",'
        f' {beside}, "last_at" FROM "fleet" WHERE {where} GROUP BY "county", "kind", "partition")'
    )


def panel(
    language: Language, key: str = "counts", where: str = CHOSEN, more: str = ""
) -> stat.Panel:
    """The counts of the chosen; `more`: further fields of `fleet`, parted by blanks."""
    shown = tiles(dressed(stat.Panel(), key, language, 24, 4, Query(_query(where, more))))
    neutral = dict.fromkeys((*more.split(), "devices", "as_of"), NEUTRAL)
    for field, colour in {**palette.STATES, **neutral}.items():
        shown = shown.override_by_name(field, tile(field, colour, language))
    return shown
