"""How far inside its limits the worst device of each kind is, through time."""
# ruff: noqa: S608 - a query is made of constants

from grafana_foundation_sdk.builders import timeseries
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from coldchain.reasons import Language
from dashboards import palette
from dashboards.columns import KINDS
from dashboards.influxql import CHOSEN, Query
from dashboards.words import words

from .parts import dressed, margin_lines

_QUERY = f"""\
SELECT min("worst_margin") AS "margin" FROM "fleet" WHERE {CHOSEN}\
 GROUP BY time($__interval), "kind" fill(null)"""


def panel(language: Language) -> timeseries.Panel:
    shown = dressed(
        margin_lines(),
        "worst-margin",
        language,
        12,
        9,
        Query(_QUERY, result_format="time_series", alias="$tag_kind"),
    ).interval("2m")
    for number, kind in enumerate(KINDS):
        colour = palette.LINES[number % len(palette.LINES)]
        shown = shown.override_by_name(
            kind,
            [
                DynamicConfigValue("displayName", words(kind, language)),
                DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour}),
            ],
        )
    return shown
