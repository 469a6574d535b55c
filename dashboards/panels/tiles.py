"""Tiles: one figure each, side by side, the last of them as of when."""

from grafana_foundation_sdk.builders import common, stat
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueGraphMode,
    BigValueTextMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from coldchain.reasons import Language
from dashboards.columns import TIME
from dashboards.words import words

#: A figure that is no state.
NEUTRAL = "#444444"


def tiles(panel: stat.Panel, reduced_by: str = "lastNotNull") -> stat.Panel:
    """A tile a field, in its colour; of several rows what `reduced_by` makes of them."""
    reduced = common.ReduceDataOptions().calcs([reduced_by]).fields("").values(False)
    return (
        panel.reduce_options(reduced)
        .orientation(VizOrientation.VERTICAL)
        .text_mode(BigValueTextMode.VALUE_AND_NAME)
        .color_mode(BigValueColorMode.BACKGROUND_SOLID)
        .graph_mode(BigValueGraphMode.NONE)
        .decimals(0)
    )


def tile(
    field: str, colour: str, language: Language, unit: str | None = None
) -> list[DynamicConfigValue]:
    """A field's overrides; `as_of` is a time."""
    unit = TIME if field == "as_of" else unit
    return [
        DynamicConfigValue("displayName", words(field.replace("_", "-"), language)),
        DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour}),
        *([DynamicConfigValue("unit", unit)] if unit is not None else []),
    ]
