"""What the fleet rules found: doors, mains, batteries, compressors, sensors."""

from functools import partial

from grafana_foundation_sdk.builders import table

from coldchain.reasons import Language
from dashboards import palette
from dashboards.columns import MINUTES, TIME, Column, device, with_columns
from dashboards.influxql import Query
from dashboards.words import words

from .alert_counts import WEEK
from .open_alerts import SUBJECTS
from .open_excursions import SEVERITIES
from .parts import dressed
from .standing import DEVICE

_FIELDS = '"device", "channel", "rule", "severity", "until", "minutes" FROM "condition"'
_STANDING = f"""\
SELECT {_FIELDS} WHERE $timeFilter AND "until" = -1 AND "state" = 'raised'\
 ORDER BY time DESC LIMIT 200"""
_OF_ONE = f"""\
SELECT {_FIELDS} WHERE $timeFilter AND {DEVICE} AND "state" <> 'withdrawn'\
 ORDER BY time DESC LIMIT 200"""


def _panel(language: Language, key: str, query: str, width: int, height: int) -> table.Panel:
    named = tuple(palette.named(SEVERITIES, language))
    columns = [
        Column("Time", "since", unit=TIME, width=170),
        device(language),
        Column("channel", "channel"),
        Column("rule", "rule", mappings=tuple(palette.named(SUBJECTS, language))),
        Column("severity", "severity", mappings=named, is_coloured=True),
        Column("until", "until", unit=TIME, width=170, none=words("going-on", language)),
        Column("minutes", "lasted", unit=MINUTES, decimals=0),
    ]
    asked = Query(query, may_be_empty=True)
    shown = dressed(table.Panel().show_header(True), key, language, width, height, asked)
    return with_columns(shown, columns, language)


def standing(language: Language) -> table.Panel:
    """Those that go on."""
    return _panel(language, "conditions", _STANDING, 12, 10).time_from(WEEK)


#: Those of one device in the time range.
of_one = partial(_panel, key="conditions-of-one", query=_OF_ONE, width=24, height=8)
