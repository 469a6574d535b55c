"""One device as last judged."""
# ruff: noqa: S608 - a query is made of constants

from grafana_foundation_sdk.builders import table

from coldchain.reasons import Language
from dashboards import palette
from dashboards.columns import (
    CELSIUS,
    TIME,
    Column,
    device,
    hidden,
    kind,
    severity,
    with_columns,
)
from dashboards.influxql import Query

from .parts import dressed

DEVICE = '"device" =~ /^$device$/'

_QUERY = f"""\
SELECT last("severity") AS "severity", "margin", "worst", "worst_channel", "open", "confirmed",\
 "last_at" FROM "asset" WHERE $timeFilter AND {DEVICE} GROUP BY "device", "kind", "county\""""


def panel(language: Language) -> table.Panel:
    columns = [
        Column("last_at", "as-of", unit=TIME, width=170),
        device(language),
        severity(language),
        kind(language),
        Column("county", "county"),
        Column("margin", "margin", unit=CELSIUS, decimals=1, steps=palette.margins),
        Column("worst", "worst", unit=CELSIUS, decimals=1),
        Column("worst_channel", "channel"),
        Column("open", "open-excursions"),
        Column("confirmed", "confirmed"),
    ]
    shown = dressed(
        table.Panel().show_header(True), "standing", language, 24, 4, Query(_QUERY)
    ).time_from("7d")
    return hidden(with_columns(shown, columns, language), "Time")
