"""Excursions under way, confirmed or not."""

from grafana_foundation_sdk.builders import table

from coldchain.reasons import Language
from dashboards import palette
from dashboards.columns import CELSIUS, MINUTES, TIME, Column, device, with_columns
from dashboards.influxql import Query

from .parts import dressed

STATES = ("opened", "confirmed", "presumed", "revised", "closed")
SEVERITIES = ("warning", "critical")
#: Measurement `excursion` knows the device, not its kind nor county: the choice does not apply.
_QUERY = """\
SELECT "device", "channel", "limit", "severity", "state", "minutes", "unknown_minutes", "peak",\
 "profile" FROM "excursion" WHERE $timeFilter AND "end" = -1 AND "state" <> 'withdrawn'\
 ORDER BY time DESC LIMIT 200"""


def columns(language: Language) -> list[Column]:
    """The columns of an excursion, but for its device's."""
    return [
        Column("Time", "since", unit=TIME, width=170),
        Column("channel", "channel"),
        Column("limit", "limit"),
        Column(
            "severity",
            "severity",
            mappings=tuple(palette.named(SEVERITIES, language)),
            is_coloured=True,
        ),
        Column("state", "state", mappings=tuple(palette.named(STATES, language))),
        Column("minutes", "minutes", unit=MINUTES, decimals=1),
        Column("unknown_minutes", "unknown-minutes", unit=MINUTES, decimals=1),
        Column("peak", "peak", unit=CELSIUS, decimals=1),
        Column("profile", "profile"),
    ]


def panel(language: Language) -> table.Panel:
    shown = dressed(
        table.Panel().show_header(True),
        "open-excursions",
        language,
        14,
        12,
        Query(_QUERY, may_be_empty=True),
    ).time_from("7d")
    return with_columns(shown, [*columns(language), device(language)], language)
