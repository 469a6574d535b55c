"""Air exchanged through an open door: established flow by Gosney and Olama [S].

    V' = 0.221 A sqrt(1 - rho_o / rho_i) sqrt(g H) Fm,   Fm = [2 / (1 + (rho_i / rho_o)^(1/3))]^1.5

in m³/s, of cold air falling out and warm air taking its place; times rho_i and the difference
in enthalpy it is a power. The formula knows no size of box: a small one has given all its air
away in seconds, so at most one boxful each `TURNOVER_S` is exchanged. (One 15 s opening of a
cabinet moves about 0.94 kg of air [S]: about what such a cabinet holds.)
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

GRAVITY = 9.81
TURNOVER_S = 15.0
#: Dry air at one atmosphere: rho = 352.99 / T, kg/m³, T in kelvin.
DENSITY_KELVIN = 352.99
#: Relative humidity assumed outside and inside [U].
HUMIDITY_OUT = 0.70
HUMIDITY_IN = 0.85
#: Below this difference (°C) nothing drives the flow.
STILL_C = 0.05


def density(celsius: Floats) -> Floats:
    """Of dry air at one atmosphere, kg/m³."""
    return DENSITY_KELVIN / (celsius + 273.15)


def enthalpy(celsius: Floats, humidity: float) -> Floats:
    """Of moist air, J per kg of dry air; saturation by Magnus over water."""
    vapour = humidity * 611.2 * np.exp(17.62 * celsius / (243.12 + celsius))
    content = 0.622 * vapour / (101_325.0 - vapour)
    result: Floats = 1006.0 * celsius + content * (2_501_000.0 + 1860.0 * celsius)
    return result


def flow(inside: Floats, outside: Floats, area: Floats, height: Floats) -> Floats:
    """Air exchanged through an open door, m³/s: °C inside and outside, m², m."""
    one, other = density(inside), density(outside)
    heavy, light = np.maximum(one, other), np.minimum(one, other)
    shape = (2.0 / (1.0 + np.cbrt(heavy / light))) ** 1.5
    result: Floats = 0.221 * area * np.sqrt(1.0 - light / heavy) * np.sqrt(GRAVITY * height) * shape
    return result


def conductance(
    inside: Floats, outside: Floats, area: Floats, height: Floats, volume: Floats, passes: Floats
) -> Floats:
    """The heat an open door lets in, per °C between outside and inside, W/K.

    `volume` is the box's, m³; `passes` the share a curtain lets through (1: no curtain).
    """
    warmer = outside - inside
    still = np.abs(warmer) < STILL_C
    moved = np.minimum(flow(inside, outside, area, height), volume / TURNOVER_S) * passes
    gained = enthalpy(outside, HUMIDITY_OUT) - enthalpy(inside, HUMIDITY_IN)
    result: Floats = np.where(
        still, 0.0, moved * density(inside) * gained / np.where(still, 1.0, warmer)
    )
    # Dry air outside may carry less heat than moist air inside although it is warmer.
    return np.maximum(result, 0.0)
