"""The devices that are silent, longest first."""
# ruff: noqa: S608 - a query is made of constants

from grafana_foundation_sdk.builders import table

from coldchain.reasons import Language
from dashboards.columns import TIME, Column, by_least, device, hidden, kind, with_columns
from dashboards.influxql import CHOSEN, Query, listed

from .parts import dressed

_NEWEST = listed("silent", CHOSEN, '"severity", "device", "last_at"')
_QUERY = f"""\
SELECT bottom("last_at", 50) AS "last_at", "device", "kind", "county" FROM ({_NEWEST})\
 WHERE "severity" = 4 ORDER BY time DESC"""


def panel(language: Language) -> table.Panel:
    columns = [
        Column("last_at", "last-heard", unit=TIME, width=170),
        device(language),
        kind(language),
        Column("county", "county"),
    ]
    shown = dressed(
        table.Panel().show_header(True),
        "silent-devices",
        language,
        10,
        10,
        Query(_QUERY, may_be_empty=True),
    )
    return by_least(hidden(with_columns(shown, columns, language), "Time"), "last_at")
