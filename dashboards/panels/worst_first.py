"""The devices beyond a limit, worst first."""
# ruff: noqa: S608 - a query is made of constants

from grafana_foundation_sdk.builders import table

from coldchain.reasons import Language
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
from dashboards.influxql import CHOSEN, Query

from .parts import dressed

#: `rank` puts a graver state before any margin (°C), and within a state the lesser margin first.
_QUERY = f"""\
SELECT top("rank", 50) AS "rank", "severity", "device", "kind", "county", "margin", "worst",\
 "worst_channel" FROM (SELECT "severity" * 1000 - "margin" AS "rank", "severity", "margin",\
 "worst", "worst_channel" FROM (SELECT last("severity") AS "severity", "margin", "worst",\
 "worst_channel" FROM "asset" WHERE {CHOSEN} GROUP BY "device", "kind", "county")\
 WHERE "severity" >= 1 AND "severity" <= 3 GROUP BY "device", "kind", "county")"""


def panel(language: Language) -> table.Panel:
    columns = [
        Column("Time", "as-of", unit=TIME, width=170),
        severity(language),
        device(language),
        kind(language),
        Column("county", "county"),
        Column("margin", "margin", unit=CELSIUS, decimals=1, is_margin=True),
        Column("worst", "worst", unit=CELSIUS, decimals=1),
        Column("worst_channel", "channel"),
    ]
    shown = dressed(
        table.Panel().show_header(True),
        "worst-first",
        language,
        14,
        10,
        Query(_QUERY, may_be_empty=True),
    )
    return by_greatest(hidden(with_columns(shown, columns, language), "rank"), "rank")
