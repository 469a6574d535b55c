"""Lockers by county: how many compartments are beyond, near, unheard."""

# ruff: noqa: S608 - a query is made of constants

from grafana_foundation_sdk.builders import table

from coldchain.reasons import Language
from dashboards import palette
from dashboards.columns import CELSIUS, TIME, Column, grouped, with_columns
from dashboards.influxql import LOCKERS, Query
from series.reader import name
from series.schema import MARGIN_BANDS

from .parts import dressed

#: Beyond, and near as the palette colours it.
_BANDS = tuple(band for band, least in MARGIN_BANDS.items() if least < palette.NEAR_C)
_SUMMED = ("devices", "compartments", *_BANDS, "silent")
#: Each group's newest line, whole; the table sums them by county (0123).
_QUERY = (
    f'SELECT last("devices") AS "devices", "compartments", {", ".join(map(name, _BANDS))},'
    f' "silent", "worst_margin", "last_at" FROM "fleet" WHERE {LOCKERS}'
    ' GROUP BY "county", "kind", "partition"'
)


def panel(language: Language) -> table.Panel:
    columns = [
        Column("county", "county"),
        *(Column(f"{field} (sum)", field.replace("_", "-")) for field in _SUMMED),
        Column("worst_margin (min)", "margin", unit=CELSIUS, decimals=1, steps=palette.margins),
        Column("last_at (max)", "as-of", unit=TIME, width=170),
    ]
    shown = dressed(
        table.Panel().show_header(True), "locker-counties", language, 24, 8, Query(_QUERY)
    )
    how = {**dict.fromkeys(_SUMMED, "sum"), "worst_margin": "min", "last_at": "max"}
    return grouped(with_columns(shown, columns, language), "county", how)
