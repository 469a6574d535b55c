"""Goods that were not pre-cooled in time, as the rule told of them."""

from grafana_foundation_sdk.builders import table

from coldchain.reasons import Language
from dashboards.columns import MINUTES, TIME, Column, device, with_columns
from dashboards.influxql import Query
from dashboards.words import words

from .parts import dressed

_QUERY = """\
SELECT "device", "channel", "due", "until", "minutes" FROM "condition" WHERE $timeFilter\
 AND "rule" = 'pull-down-late' AND "state" <> 'withdrawn' ORDER BY time DESC LIMIT 200"""


def panel(language: Language) -> table.Panel:
    columns = [
        Column("Time", "since", unit=TIME, width=170),
        device(language, slug="first-mile"),
        Column("channel", "channel"),
        Column("due", "deadline", unit=TIME, width=170),
        Column("until", "cold-at", unit=TIME, width=170, none=words("not-yet", language)),
        Column("minutes", "took", unit=MINUTES, decimals=0),
    ]
    query = Query(_QUERY, may_be_empty=True)
    shown = dressed(table.Panel().show_header(True), "late-batches", language, 10, 10, query)
    return with_columns(shown.time_from("7d"), columns, language)
