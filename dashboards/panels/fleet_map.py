"""Where the worst, the nearest to their limits and the silent last were, by their state."""
# ruff: noqa: S608 - a query is made of constants

from grafana_foundation_sdk.builders import common, geomap
from grafana_foundation_sdk.models.common import FrameGeometrySourceMode
from grafana_foundation_sdk.models.dashboard import DataTransformerConfig

from coldchain.reasons import Language
from dashboards.columns import CELSIUS, TIME, Column, device, kind, severity, sort_step
from dashboards.influxql import CHOSEN, Query, listed

from .parts import dressed

_FIELDS = '"severity", "device", "latitude", "longitude", "margin", "last_at"'


def _query(name: str) -> str:
    """A list's devices, gravest first. Who is nobody has no position."""
    return (
        f'SELECT top("severity", 500) AS "severity", "kind", "device", "latitude", "longitude",'
        f' "margin", "last_at" FROM ({listed(name, CHOSEN, _FIELDS)}) WHERE "latitude" >= -90'
        " ORDER BY time DESC"
    )


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
    asks = Query(_query("worst")), Query(_query("silent"), "B", may_be_empty=True)
    shown = dressed(geomap.Panel(), "map", language, 10, 12, *asks).layers([layer])
    # A layer draws one frame, what comes later over what came before.
    one_frame = DataTransformerConfig(id_val="merge", options={})
    gravest_on_top = sort_step("severity", is_descending=False)
    shown = shown.with_transformation(one_frame).with_transformation(gravest_on_top)
    columns = [
        severity(language),
        device(language),
        kind(language),
        Column("margin", "margin", unit=CELSIUS, decimals=1),
        Column("last_at", "as-of", unit=TIME),
    ]
    for column in columns:
        properties = [p for p in column.properties(language) if not p.id_val.startswith("custom.")]
        shown = shown.override_by_name(column.field, properties)
    return shown.view(view)
