"""Alerts that are open: those that nobody answered first, the oldest of them first."""

from functools import partial

from grafana_foundation_sdk.builders import table

from coldchain.reasons import Language
from dashboards import palette
from dashboards.columns import (
    AGO,
    TIME,
    Column,
    alert_link,
    by_greatest,
    device,
    hidden,
    with_columns,
)
from dashboards.influxql import Query

from .alert_counts import WEEK
from .open_excursions import SEVERITIES
from .parts import dressed
from .standing import DEVICE

STATUSES = ("new", "firing", "escalated", "acknowledged", "resolved", "closed")
_FIELDS = """\
"raised", "severity", "status", "asset", "device", "compartment", "subject", "messages",\
 "escalations", "flaps", "as_of", "id" FROM "alert" WHERE $timeFilter AND"""
#: `rank`: unanswered before answered (no time in ms is as great), then the oldest.
_OPEN = f"""\
SELECT "unanswered" * 100000000000000 - "raised" AS "rank", {_FIELDS} "open" = 1 LIMIT 200"""
_OF_ONE = f"""\
SELECT {_FIELDS} {DEVICE} ORDER BY time DESC LIMIT 100"""


def _columns(language: Language) -> list[Column]:
    return [
        Column("Time", "raised", unit=TIME, width=170),
        Column("raised", "age", unit=AGO),
        Column(
            "severity",
            "severity",
            mappings=tuple(palette.named(SEVERITIES, language)),
            is_coloured=True,
        ),
        Column("status", "state", mappings=tuple(palette.named(STATUSES, language))),
        Column("asset", "alert", link=alert_link(), leads_to="console"),
        device(language),
        Column("compartment", "compartment"),
        Column("subject", "subject", mappings=tuple(palette.named(SUBJECTS, language))),
        Column("messages", "messages"),
        Column("escalations", "escalations"),
        Column("flaps", "flaps"),
        Column("as_of", "as-of", unit=TIME, width=170),
    ]


#: A limit's side, or a fleet rule.
SUBJECTS = (
    "above",
    "below",
    "door-open",
    "mains-lost",
    "pull-down-late",
    "battery-low",
    "device-silent",
    "short-cycling",
    "fast-rise",
    "sensor-stuck",
    "sensor-noisy",
    "sensors-disagree",
    "sensor-drifts",
)


def _panel(language: Language, key: str, query: str, height: int) -> table.Panel:
    asked = Query(query, may_be_empty=True)
    shown = dressed(table.Panel().show_header(True), key, language, 24, height, asked)
    return hidden(with_columns(shown, _columns(language), language), "id")


def panel(language: Language) -> table.Panel:
    shown = _panel(language, "open-alerts", _OPEN, 11)
    return by_greatest(hidden(shown, "rank"), "rank").time_from(WEEK)


#: Those of one device, the newest first.
of_one = partial(_panel, key="alerts-of-one", query=_OF_ONE, height=8)
