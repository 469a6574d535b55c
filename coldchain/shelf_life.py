"""Shelf life: relative rates of spoilage, whose effects add up [S: DTU SSSP/FSSP].

`RRS(T) = shelf life at T_ref / shelf life at T`; `used = sum RRS(T_i) dt_i / SL0`; what remains
at a storage temperature is `(1 - used) SL0 / RRS(T_s)`. Not for frozen or live goods.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .mkt import KELVIN

Model = Literal["square-root", "arrhenius", "exponential"]

#: The gas constant, kJ/(mol K), as DOMAIN.md's MKT has it.
GAS = 8.3144e-3


@dataclass(frozen=True, slots=True)
class ShelfLife:
    """A model with its parameter, and the shelf life it is relative to.

    `parameter`: T_min in °C (square-root), Ea in kJ/mol (arrhenius), a in 1/°C (exponential).
    `reference` is T_ref in °C, `hours` the shelf life SL0 there, `at` the temperature (°C) at
    which the remaining hours are given.
    """

    model: Model
    parameter: float
    reference: float
    hours: float
    at: float

    def rate(self, celsius: float) -> float:
        """RRS at °C: dimensionless, 1 at the reference, never negative."""
        return _RATES[self.model](celsius, self.parameter, self.reference)

    def used(self, hours_at_reference: float) -> float:
        """The share of shelf life used by what did the harm of so many hours at T_ref."""
        return hours_at_reference / self.hours

    def remaining_hours(self, used: float) -> float | None:
        """Hours left at `at`, 0 when all is used; None where nothing spoils at `at`."""
        rate = self.rate(self.at)
        return max(0.0, 1.0 - used) * self.hours / rate if rate > 0 else None


def _square_root(celsius: float, t_min: float, reference: float) -> float:
    """((T - T_min) / (T_ref - T_min))²; 0 at or below T_min."""
    return ((celsius - t_min) / (reference - t_min)) ** 2 if celsius > t_min else 0.0


def _arrhenius(celsius: float, ea: float, reference: float) -> float:
    """exp(Ea/R (1/T_ref - 1/T)), kelvin."""
    kelvin = celsius + KELVIN
    return math.exp(ea / GAS * (1 / (reference + KELVIN) - 1 / kelvin)) if kelvin > 0 else 0.0


def _exponential(celsius: float, a: float, reference: float) -> float:
    """exp(a (T - T_ref))."""
    return math.exp(a * (celsius - reference))


_RATES: dict[Model, Callable[[float, float, float], float]] = {
    "square-root": _square_root,
    "arrhenius": _arrhenius,
    "exponential": _exponential,
}
