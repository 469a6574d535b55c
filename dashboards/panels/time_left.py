"""How long goods in pre-cooling have until they must be cold: the least first, as bars."""
# ruff: noqa: S608 - a query is made of constants

from grafana_foundation_sdk.builders import bargauge, common
from grafana_foundation_sdk.models.common import BarGaugeDisplayMode, VizOrientation

from coldchain.reasons import Language
from dashboards import palette
from dashboards.columns import MINUTES
from dashboards.influxql import Query

from .cooling_counts import NEWEST
from .parts import dressed

_QUERY = f"""\
SELECT bottom("left_minutes", 20) AS "left_minutes", "device", "channel" FROM {NEWEST}"""


def panel(language: Language) -> bargauge.Panel:
    query = Query(_QUERY, may_be_empty=True)
    each_row = common.ReduceDataOptions().calcs([]).fields("/^left_minutes$/").values(True)
    return (
        dressed(bargauge.Panel(), "time-left", language, 8, 10, query)
        .reduce_options(each_row.limit(20))
        .orientation(VizOrientation.HORIZONTAL)
        .display_mode(BarGaugeDisplayMode.BASIC)
        .show_unfilled(True)
        .unit(MINUTES)
        .decimals(0)
        .thresholds(palette.time_left())
    )
