"""One device's excursions in the time range."""
# ruff: noqa: S608 - a query is made of constants

from grafana_foundation_sdk.builders import table
from grafana_foundation_sdk.models import dashboard

from coldchain.reasons import Language
from dashboards import palette
from dashboards.columns import with_columns
from dashboards.influxql import DATASOURCE, Query
from dashboards.words import words

from .open_excursions import columns
from .parts import dressed
from .standing import DEVICE

_QUERY = f"""\
SELECT "channel", "limit", "severity", "state", "minutes", "unknown_minutes", "peak", "profile"\
 FROM "excursion" WHERE $timeFilter AND {DEVICE} AND "state" <> 'withdrawn'\
 ORDER BY time DESC LIMIT 200"""


def panel(language: Language) -> table.Panel:
    query = Query(_QUERY, may_be_empty=True)
    shown = dressed(table.Panel().show_header(True), "excursions", language, 24, 8, query)
    return with_columns(shown, columns(language), language)


class _Marks(dashboard.AnnotationQuery):
    """An annotation that asks InfluxDB: the SDK knows only those of Prometheus and Grafana."""

    def to_json(self) -> dict[str, object]:
        asked = {"query": _QUERY, "textColumn": "channel", "tagsColumn": "limit,severity"}
        return {**super().to_json(), **asked, "fromAnnotations": True}


def marks(language: Language) -> dashboard.AnnotationQuery:
    """Where excursions began, as marks on every panel that has a time axis."""
    name = words("excursions", language)
    return _Marks(name=name, datasource=DATASOURCE, icon_color=palette.BEYOND)
