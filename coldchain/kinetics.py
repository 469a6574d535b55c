"""Reaction rates as fixed point: a rate read off a table, integrated exactly.

A rate f(T) (the kinetic term of MKT, a relative rate of spoilage) is tabulated once at every
0.01 °C as an integer in units of 1e-9. Between two readings it is a straight line, as the
temperature is. Integers from a table are the same on every machine, so anyone who recomputes a
record gets the same sums to the last digit.
"""

import math
from collections.abc import Callable, Sequence
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from .celsius import MICRO, POSSIBLE_MAX_C, POSSIBLE_MIN_C
from .mkt import mkt_factor

#: One unit of a tabulated rate.
RATE_UNIT = 1e-9
_STEP = MICRO // 100
_LOWEST = round(POSSIBLE_MIN_C * 100)
_HIGHEST = round(POSSIBLE_MAX_C * 100)
#: Beyond this a rate says nothing more (a shelf life of minutes), and sums must stay in 64 bits.
_CAP = 1 << 46


class RateTable:
    """A rate at every 0.01 °C from -100 to +100 °C, in units of 1e-9.

    `rate` takes °C and returns a dimensionless rate >= 0. Readings outside the table's range
    take its end values.
    """

    def __init__(self, rate: Callable[[float], float]) -> None:
        self.units: list[int] = [
            min(_CAP, round(rate(centi / 100) / RATE_UNIT))
            for centi in range(_LOWEST, _HIGHEST + 1)
        ]

    @cached_property
    def array(self) -> NDArray[np.float64]:
        """The table as floating point, which holds its integers exactly."""
        return np.array(self.units, dtype=np.float64)

    @cached_property
    def whole(self) -> NDArray[np.int64]:
        """The table as integers."""
        return np.array(self.units, dtype=np.int64)

    def at(self, micro: int) -> int:
        """The rate at a temperature in micro-degrees."""
        index = (micro + _STEP // 2) // _STEP - _LOWEST
        return self.units[min(max(index, 0), _HIGHEST - _LOWEST)]

    def many(self, micro: Sequence[int]) -> list[int]:
        """The rates at these temperatures (micro-degrees)."""
        rows = [(one + _STEP // 2) // _STEP - _LOWEST for one in micro]
        if min(rows) < 0 or max(rows) > _HIGHEST - _LOWEST:
            return [self.at(one) for one in micro]
        units = self.units
        return [units[row] for row in rows]

    @staticmethod
    def rows(micro: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows of the table that hold these temperatures (micro-degrees)."""
        index = (micro + _STEP // 2) // _STEP - _LOWEST
        return np.clip(index, 0, _HIGHEST - _LOWEST)


@cache
def mkt_table() -> RateTable:
    """The kinetic term of MKT, 1 at 0 °C."""
    return RateTable(mkt_factor)


def integral(rate0: int, rate1: int, length: int) -> int:
    """The integral of a rate that goes straight from `rate0` to `rate1` in `length` ms.

    In units of 1e-9 s, rounded down. The steps are floating point in a fixed order, the same as
    in the form over arrays (columns.py), so both give the same integer.
    """
    return math.floor((float(rate0) + float(rate1)) * float(length) / 2000.0)


def integral_to(rate0: int, rate1: int, length: int, upto: int) -> int:
    """The part of `integral` over the first `upto` ms; all of it at `length`, 0 at 0.

    Differences of it add up to the whole wherever a stretch is cut.
    """
    whole = integral(rate0, rate1, length)
    if upto >= length:
        return whole
    x, q = float(upto), float(rate0)
    part = (q * x + (float(rate1) - q) * x * x / (2.0 * float(length))) / 1000.0
    return min(whole, math.floor(part))
