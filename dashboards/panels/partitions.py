"""Every partition of frames as last told of: the furthest behind first."""

from grafana_foundation_sdk.builders import table

from coldchain.reasons import Language
from dashboards import palette
from dashboards.columns import SECONDS, TIME, Column, by_greatest, hidden, with_columns
from dashboards.influxql import Query

from .parts import dressed

_QUERY = """\
SELECT last("frames") AS "frames", "lag", "late_seconds", "rejected", "last_at" FROM "worker"\
 WHERE $timeFilter GROUP BY "partition\""""


def panel(language: Language) -> table.Panel:
    columns = [
        Column("last_at", "as-of", unit=TIME, width=170),
        Column("partition", "partition"),
        Column("late_seconds", "late-seconds", unit=SECONDS, decimals=1, steps=palette.behind),
        Column("lag", "lag"),
        Column("frames", "frames-last"),
        Column("rejected", "rejected"),
    ]
    query = Query(_QUERY)
    shown = dressed(table.Panel().show_header(True), "partitions", language, 12, 10, query)
    return by_greatest(hidden(with_columns(shown, columns, language), "Time"), "late_seconds")
