"""Which devices made most alerts, about what, and what came of them."""

from grafana_foundation_sdk.builders import table

from coldchain.reasons import Language
from dashboards import palette
from dashboards.columns import MINUTES, TIME, Column, by_greatest, device, hidden, with_columns
from dashboards.influxql import Query

from .open_alerts import SUBJECTS
from .parts import dressed

_QUERY = """\
SELECT top("alerts", 50) AS "alerts", "device", "subject", "messages", "flaps", "unheeded",\
 "open_minutes", "as_of" FROM (SELECT count("raised") AS "alerts", sum("messages") AS "messages",\
 sum("flaps") AS "flaps", sum("unheeded") AS "unheeded", median("open_minutes") AS "open_minutes",\
 max("as_of") AS "as_of" FROM "alert" WHERE $timeFilter GROUP BY "device", "subject")"""


def panel(language: Language) -> table.Panel:
    columns = [
        Column("alerts", "alerts"),
        device(language),
        Column("subject", "subject", mappings=tuple(palette.named(SUBJECTS, language))),
        Column("messages", "messages"),
        Column("flaps", "flaps"),
        Column("unheeded", "unheeded"),
        Column("open_minutes", "open-minutes", unit=MINUTES, decimals=0),
        Column("as_of", "as-of", unit=TIME, width=170),
    ]
    query = Query(_QUERY, may_be_empty=True)
    shown = dressed(table.Panel().show_header(True), "noise", language, 12, 10, query)
    return by_greatest(hidden(with_columns(shown, columns, language), "Time"), "alerts")
