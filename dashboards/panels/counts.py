"""Devices by state, with the time of their newest reading."""
# ruff: noqa: S608 - a query is made of constants

from grafana_foundation_sdk.builders import stat

from coldchain.reasons import Language
from dashboards import palette
from dashboards.influxql import CHOSEN, Query

from .parts import dressed
from .tiles import NEUTRAL, tile, tiles

STATES = ("critical", "warning", "warm", "silent", "ok")


def _query(where: str, more: tuple[str, ...]) -> str:
    """Each group's newest line, whole; the tiles sum them.

    Summed in the store it would be asked once for each sum, and each time in full (0123).
    """
    fields = ", ".join(f'"{one}"' for one in (*STATES, *more))
    return (
        f'SELECT last("devices") AS "devices", {fields} FROM "fleet" WHERE {where}'
        ' GROUP BY "county", "kind", "partition"'
    )


def panel(
    language: Language, key: str = "counts", where: str = CHOSEN, more: tuple[str, ...] = ()
) -> stat.Panel:
    """The counts of the chosen; `more`: further fields of `fleet`."""
    as_of = f'SELECT max("last_at") AS "as_of" FROM "fleet" WHERE {where}'
    asks = Query(_query(where, more)), Query(as_of, "B")
    shown = tiles(dressed(stat.Panel(), key, language, 24, 4, *asks), "sum")
    neutral = dict.fromkeys((*more, "devices", "as_of"), NEUTRAL)
    for field, colour in {**palette.STATES, **neutral}.items():
        shown = shown.override_by_name(field, tile(field, colour, language))
    return shown
