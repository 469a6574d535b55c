"""States as colours and words, and the thresholds of margins: said once, here.

The colours are Okabe and Ito's, which people of every colour vision tell apart; a state's word
is shown beside its colour all the same.
"""

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import dashboard

from coldchain.reasons import Language

from .words import words

#: State -> colour, by rising severity: the position is the `severity` of measurement `asset`.
STATES = {
    "ok": "#0072B2",
    "warm": "#F0E442",
    "warning": "#E69F00",
    "critical": "#D55E00",
    "silent": "#999999",
}
BEYOND = STATES["critical"]
NEAR = STATES["warm"]
INSIDE = STATES["ok"]
#: A margin (°C to the nearest limit) is near below this.
NEAR_C = 0.5
#: A board is fresh while no partition is further behind (s), and of no use beyond the other.
FRESH_S, STALE_S = 90.0, 600.0
#: A message that is due for longer (min) is late.
DUE_MINUTES = 2.0
#: So many minutes before a deadline are few.
NEAR_MINUTES = 30.0
#: Lines that are no state (kinds, channels).
LINES = ("#56B4E9", "#009E73", "#CC79A7", "#E69F00", "#0072B2", "#F0E442")


def severities(language: Language) -> list[dashboard.ValueMapping]:
    """`severity` as its state's word and colour."""
    return [
        dashboard.ValueMap(
            {
                str(number): dashboard.ValueMappingResult(
                    text=words(state, language), color=colour, index=number
                )
                for number, (state, colour) in enumerate(STATES.items())
            }
        )
    ]


def named(keys: tuple[str, ...], language: Language) -> list[dashboard.ValueMapping]:
    """Stored names (kinds, states) as words; those that are states with their colour."""
    return [
        dashboard.ValueMap(
            {
                key: dashboard.ValueMappingResult(
                    text=words(key, language), color=STATES.get(key), index=number
                )
                for number, key in enumerate(keys)
            }
        )
    ]


def margins() -> build.ThresholdsConfig:
    """Beyond below 0, near below NEAR_C, else inside."""
    return _steps(NEAR_C)


def time_left() -> build.ThresholdsConfig:
    """Late below 0, little below NEAR_MINUTES, else enough."""
    return _steps(NEAR_MINUTES)


def behind() -> build.ThresholdsConfig:
    """Seconds behind: fresh, no longer, stale."""
    return _colours((None, INSIDE), (FRESH_S, NEAR), (STALE_S, BEYOND))


def overdue() -> build.ThresholdsConfig:
    """Minutes that a message is overdue."""
    return _colours((None, INSIDE), (DUE_MINUTES, NEAR), (5 * DUE_MINUTES, BEYOND))


def none_wanted() -> build.ThresholdsConfig:
    """Of what there should be none."""
    return _colours((None, INSIDE), (1.0, NEAR))


def _steps(near: float) -> build.ThresholdsConfig:
    return _colours((None, BEYOND), (0.0, NEAR), (near, INSIDE))


def _colours(*steps: tuple[float | None, str]) -> build.ThresholdsConfig:
    """From each value on its colour; None: from below all."""
    return (
        build.ThresholdsConfig()
        .mode(dashboard.ThresholdsMode.ABSOLUTE)
        .steps([dashboard.Threshold(value=value, color=colour) for value, colour in steps])
    )
