"""Every compartment's temperatures of one device, no peak averaged away, in their band.

From the readings as they were sampled, and from the 5-minute pieces, which a year of is little.
"""
# ruff: noqa: S608 - a query is made of constants

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import timeseries
from grafana_foundation_sdk.models.dashboard import (
    DataTransformerConfig,
    DynamicConfigValue,
    FieldColorModeId,
)

from coldchain.reasons import Language
from coldchain.times import MINUTE_MS
from dashboards import palette
from dashboards.columns import CELSIUS
from dashboards.influxql import Query
from dashboards.words import words

from .parts import GAP_MS, dressed, lines
from .standing import DEVICE

#: Of the chosen compartments; a channel's name begins with its compartment's.
_READING = f'$timeFilter AND {DEVICE} AND "compartment" =~ /^$compartment$/'
_PIECE = f'$timeFilter AND {DEVICE} AND "channel" =~ /^$compartment\\.(air|product)/'
#: The greatest and the least of a channel have one name, hence one colour, and one legend.
_ONE_NAME = DataTransformerConfig(
    id_val="renameByRegex",
    options={"regex": "^(.*) (?:max|min)_(.*)$", "renamePattern": "$1.$2"},
)
_THIN = [
    DynamicConfigValue("custom.lineWidth", 1),
    DynamicConfigValue("custom.hideFrom", {"legend": True, "tooltip": False, "viz": False}),
]
#: Of each line: a locker's hundred are as slow to ask as they have points (0136).
POINTS = 240
#: The band is said every 10 minutes; where there is none for longer it ends.
_BAND = DynamicConfigValue("custom.spanNulls", 30 * MINUTE_MS)
_EDGE = {"mode": "fixed", "fixedColor": palette.INSIDE}


def _readings(function: str, ref_id: str) -> Query:
    query = (
        f'SELECT {function}(/^(air|product)/) FROM "reading" WHERE {_READING}'
        ' GROUP BY time($__interval), "compartment" fill(null)'
    )
    return Query(query, ref_id, "time_series", "$tag_compartment $col")


def _pieces(field: str, ref_id: str) -> Query:
    query = (
        f'SELECT {field}("{field}") FROM "piece" WHERE {_PIECE}'
        ' GROUP BY time($__interval), "channel" fill(null)'
    )
    return Query(query, ref_id, "time_series", "$tag_channel")


def _band(side: str, ref_id: str) -> Query:
    """The strictest edge of the channels that are shown."""
    function = "max" if side == "low" else "min"
    query = (
        f'SELECT {function}("{side}") AS "{side}" FROM "piece" WHERE {_PIECE}'
        " GROUP BY time($__interval) fill(null)"
    )
    # Goods need not have a limit on both sides.
    return Query(query, ref_id, "time_series", "$col", may_be_empty=True)


def panel(language: Language) -> timeseries.Panel:
    """As sampled."""
    asks = (_readings("max", "A"), _readings("min", "B"))
    shown = _panel(language, "temperatures", 11, *asks).with_transformation(_ONE_NAME)
    return shown.interval("10s").max_data_points(POINTS)


def long_range(language: Language) -> timeseries.Panel:
    """By 5-minute pieces, least and greatest kept."""
    asks = (_pieces("max", "A"), _pieces("min", "B"))
    return _panel(language, "temperatures-long", 10, *asks).interval("5m")


def _panel(language: Language, key: str, height: int, *asks: Query) -> timeseries.Panel:
    edges = (_band("low", "C"), _band("high", "D"))
    shown = (
        dressed(lines(GAP_MS), key, language, 24, height, *asks, *edges)
        .color_scheme(build.FieldColor().mode(FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
        .override_by_query("B", _THIN)
        .unit(CELSIUS)
        .decimals(1)
    )
    for side in ("low", "high"):
        said = [
            DynamicConfigValue("displayName", words(f"band-{side}", language)),
            DynamicConfigValue("color", _EDGE),
            DynamicConfigValue("custom.lineWidth", 1),
            _BAND,
        ]
        if side == "high":  # an area needs both; one edge alone stays a line
            said += [
                DynamicConfigValue("custom.fillBelowTo", words("band-low", language)),
                DynamicConfigValue("custom.fillOpacity", 12),
            ]
        shown = shown.override_by_name(side, said)
    return shown
