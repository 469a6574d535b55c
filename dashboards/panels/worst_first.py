"""The devices beyond a limit, worst first."""
# ruff: noqa: S608 - a query is made of constants

from collections.abc import Callable

from grafana_foundation_sdk.builders import table

from coldchain.reasons import Language
from dashboards import palette
from dashboards.columns import (
    CELSIUS,
    TIME,
    Column,
    by_greatest,
    device,
    hidden,
    kind,
    severity,
    with_columns,
)
from dashboards.influxql import CHOSEN, Query, listed

from .parts import dressed


def _query(where: str) -> str:
    """`rank` puts a graver state before any margin (°C), and within it the lesser margin first."""
    fields = '"last_at", "severity", "device", "margin", "worst", "worst_channel"'
    return (
        'SELECT top("rank", 50) AS "rank", "last_at", "severity", "device", "kind", "county",'
        ' "margin", "worst", "worst_channel" FROM ('
        f'SELECT "severity" * 1000 - "margin" AS "rank", {fields} FROM ('
        f"{listed('worst', where, fields)})"
        ' WHERE "severity" >= 1 GROUP BY "kind", "county", "partition" ORDER BY time DESC)'
        " ORDER BY time DESC"
    )


def panel(
    language: Language,
    key: str = "worst-first",
    where: str = CHOSEN,
    named: Callable[[Language], Column] = device,
    width: int = 14,
) -> table.Panel:
    """The worst of the chosen; `named`: the device's column, by where it leads."""
    columns = [
        Column("last_at", "as-of", unit=TIME, width=170),
        severity(language),
        named(language),
        kind(language),
        Column("county", "county"),
        Column("margin", "margin", unit=CELSIUS, decimals=1, steps=palette.margins),
        Column("worst", "worst", unit=CELSIUS, decimals=1),
        Column("worst_channel", "channel"),
    ]
    query = Query(_query(where), may_be_empty=True)
    shown = dressed(table.Panel().show_header(True), key, language, width, 10, query)
    return by_greatest(hidden(with_columns(shown, columns, language), "Time", "rank"), "rank")
