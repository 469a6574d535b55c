"""Goods in pre-cooling against their deadline: who has the least time left first."""
# ruff: noqa: S608 - a query is made of constants

from grafana_foundation_sdk.builders import table

from coldchain.reasons import Language
from dashboards import palette
from dashboards.columns import CELSIUS, MINUTES, TIME, Column, device, hidden, with_columns
from dashboards.influxql import Query

from .cooling_counts import NEWEST
from .parts import dressed

_QUERY = f"""\
SELECT bottom("left_minutes", 50) AS "left_minutes", "device", "channel", "celsius", "target",\
 "since", "deadline", "profile", "last_at" FROM {NEWEST}"""


def panel(language: Language) -> table.Panel:
    columns = [
        Column("last_at", "as-of", unit=TIME, width=170),
        Column("left_minutes", "left", unit=MINUTES, decimals=0, steps=palette.time_left),
        device(language, slug="first-mile"),
        Column("channel", "channel"),
        Column("celsius", "reading", unit=CELSIUS, decimals=1),
        Column("target", "target", unit=CELSIUS, decimals=1),
        Column("since", "since", unit=TIME, width=170),
        Column("deadline", "deadline", unit=TIME, width=170),
        Column("profile", "profile"),
    ]
    query = Query(_QUERY, may_be_empty=True)
    shown = dressed(table.Panel().show_header(True), "pull-downs", language, 16, 10, query)
    return hidden(with_columns(shown, columns, language), "Time")
