"""Lockers by county: how many compartments are beyond, near, unheard."""

# ruff: noqa: S608 - a query is made of constants

from grafana_foundation_sdk.builders import table

from coldchain.reasons import Language
from dashboards import palette
from dashboards.columns import CELSIUS, TIME, Column, hidden, with_columns
from dashboards.influxql import LOCKERS, Query
from series.schema import MARGIN_BANDS

from .parts import dressed

_BEYOND = [band for band in MARGIN_BANDS if band.startswith("beyond")]
#: Near is what the palette's thresholds colour so.
_NEAR = [band for band, least in MARGIN_BANDS.items() if 0 <= least < palette.NEAR_C]


_FIELDS = ", ".join(f'"{band}"' for band in (*_BEYOND, *_NEAR))


def _sum(bands: list[str]) -> str:
    return " + ".join(f'sum("{band}")' for band in bands)


_QUERY = (
    'SELECT max("last_at") AS "last_at", sum("devices") AS "devices",'
    ' sum("compartments") AS "compartments",'
    f' {_sum(_BEYOND)} AS "beyond", {_sum(_NEAR)} AS "near", sum("silent") AS "silent",'
    ' min("worst_margin") AS "worst_margin" FROM (SELECT last("devices") AS "devices",'
    f' "compartments", {_FIELDS}, "silent", "worst_margin", "last_at" FROM "fleet" WHERE {LOCKERS}'
    ' GROUP BY "county", "kind", "partition") GROUP BY "county"'
)


def panel(language: Language) -> table.Panel:
    columns = [
        Column("last_at", "as-of", unit=TIME, width=170),
        Column("county", "county"),
        Column("devices", "devices"),
        Column("compartments", "compartments"),
        Column("beyond", "beyond"),
        Column("near", "near"),
        Column("silent", "silent"),
        Column("worst_margin", "margin", unit=CELSIUS, decimals=1, steps=palette.margins),
    ]
    shown = dressed(
        table.Panel().show_header(True), "locker-counties", language, 10, 10, Query(_QUERY)
    )
    return hidden(with_columns(shown, columns, language), "Time")
