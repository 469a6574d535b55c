"""Mean kinetic temperature: the one temperature that would have done the same harm.

`MKT = (dH/R) / -ln(mean(exp(-dH/(R T))))`, kelvin [S: USP <1160>, <1079.2>], with
dH = 83.144 kJ/mol and R = 8.3144e-3 kJ/(mol K), so that dH/R = 10,000 K.
"""

import math
from collections.abc import Iterable

KELVIN = 273.15
#: dH/R, kelvin [S: USP <1160>].
ACTIVATION = 10_000.0


def mkt_factor(celsius: float) -> float:
    """The kinetic term exp(-dH/(R T)) at °C, relative to that at 0 °C (so 1 at 0 °C).

    0 at or below absolute zero.
    """
    kelvin = celsius + KELVIN
    return math.exp(ACTIVATION / KELVIN - ACTIVATION / kelvin) if kelvin > 0 else 0.0


def mkt_from_mean(factor: float) -> float:
    """The temperature, °C, whose kinetic term is this mean of `mkt_factor`.

    Raises ValueError where it is not positive.
    """
    if factor <= 0:
        raise ValueError(f"not a mean of kinetic terms: {factor}")
    return ACTIVATION / (ACTIVATION / KELVIN - math.log(factor)) - KELVIN


def mkt_of_samples(celsius: Iterable[float]) -> float:
    """The sample form: readings (°C) weighted alike, whatever the time between them.

    Raises ValueError without any.
    """
    factors = [mkt_factor(value) for value in celsius]
    if not factors:
        raise ValueError("no samples")
    return mkt_from_mean(math.fsum(factors) / len(factors))
