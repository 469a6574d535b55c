"""Where each device last was, by its state."""
# ruff: noqa: S608 - a query is made of constants

from grafana_foundation_sdk.builders import common, geomap
from grafana_foundation_sdk.models.common import FrameGeometrySourceMode

from coldchain.reasons import Language
from dashboards.columns import CELSIUS, TIME, Column, device, kind, severity
from dashboards.influxql import CHOSEN, Query

from .parts import dressed

_QUERY = f"""\
SELECT top("severity", 1000) AS "severity", "device", "kind", "latitude", "longitude", "margin"\
 FROM (SELECT last("severity") AS "severity", "latitude", "longitude", "margin" FROM "asset"\
 WHERE {CHOSEN} GROUP BY "device", "kind", "county") WHERE "latitude" >= -90"""


def panel(language: Language) -> geomap.Panel:
    place = (
        common.FrameGeometrySource()
        .mode(FrameGeometrySourceMode.COORDS)
        .latitude("latitude")
        .longitude("longitude")
    )
    style = {
        "color": {"field": "severity", "fixed": "#999999"},
        "opacity": 0.9,
        "size": {"fixed": 7, "min": 4, "max": 12},
        "symbol": {"fixed": "img/icons/marker/circle.svg", "mode": "fixed"},
    }
    layer = (
        common.MapLayerOptions()
        .type("markers")
        .name("devices")
        .location(place)
        .config({"showLegend": True, "style": style})
    )
    view = geomap.MapViewConfig().id("fit").all_layers(True).padding(10)
    shown = dressed(geomap.Panel(), "map", language, 10, 12, Query(_QUERY)).layers([layer])
    columns = [
        severity(language),
        device(language),
        kind(language),
        Column("margin", "margin", unit=CELSIUS, decimals=1),
        Column("Time", "as-of", unit=TIME),
    ]
    for column in columns:
        properties = [p for p in column.properties(language) if not p.id_val.startswith("custom.")]
        shown = shown.override_by_name(column.field, properties)
    return shown.view(view)
