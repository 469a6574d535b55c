"""Doors, defrost, compressor and mains of one device."""
# ruff: noqa: S608 - a query is made of constants

from grafana_foundation_sdk.builders import statetimeline
from grafana_foundation_sdk.models.common import VisibilityMode
from grafana_foundation_sdk.models.dashboard import (
    DataTransformerConfig,
    ValueMap,
    ValueMappingResult,
)

from coldchain.reasons import Language
from dashboards import palette
from dashboards.influxql import Query
from dashboards.words import words

from .parts import dressed
from .standing import DEVICE
from .temperatures import POINTS

_QUERY = f"""\
SELECT max(/^(door|defrost|compressor|mains)/) FROM "reading" WHERE $timeFilter AND {DEVICE}\
 GROUP BY time($__interval), "compartment" fill(null)"""


_CHANNEL = DataTransformerConfig(
    id_val="renameByRegex", options={"regex": "^(.*) max_(.*)$", "renamePattern": "$1.$2"}
)


def panel(language: Language) -> statetimeline.Panel:
    mapping = ValueMap(
        {
            "0": ValueMappingResult(text=words("off", language), color="#444444", index=0),
            "1": ValueMappingResult(text=words("on", language), color=palette.LINES[0], index=1),
        }
    )
    query = Query(
        _QUERY, result_format="time_series", alias="$tag_compartment $col", may_be_empty=True
    )
    return (
        dressed(statetimeline.Panel(), "switches", language, 12, 9, query)
        .max_data_points(POINTS)
        .interval("1m")  # an interval without a sample would read as unknown
        .with_transformation(_CHANNEL)
        .mappings([mapping])
        .show_value(VisibilityMode.NEVER)
        .fill_opacity(90)
    )
