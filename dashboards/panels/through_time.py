"""How many devices were beyond or silent, through time."""

from string import ascii_uppercase

from grafana_foundation_sdk.builders import common, timeseries
from grafana_foundation_sdk.models.common import LineInterpolation, StackingMode
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from coldchain.reasons import Language
from dashboards import palette
from dashboards.influxql import CHOSEN, Query, summed
from dashboards.words import words

from .parts import dressed, lines

_SHOWN = ("critical", "warning", "warm", "silent")


def panel(language: Language) -> timeseries.Panel:
    shown = dressed(
        lines(),
        "through-time",
        language,
        12,
        9,
        *(
            Query(summed(state, CHOSEN), letter, "time_series", state)
            for state, letter in zip(_SHOWN, ascii_uppercase, strict=False)
        ),
    )
    shown = (
        shown.interval("5m")
        .stacking(common.StackingConfig().mode(StackingMode.NORMAL).group("states"))
        .line_interpolation(LineInterpolation.STEP_AFTER)
        .fill_opacity(60)
        .decimals(0)
        .min(0)
    )
    for state in _SHOWN:
        shown = shown.override_by_name(
            state,
            [
                DynamicConfigValue("displayName", words(state, language)),
                DynamicConfigValue("color", {"mode": "fixed", "fixedColor": palette.STATES[state]}),
            ],
        )
    return shown
