"""Temperatures as fixed point: integer micro-degrees Celsius.

Sums over them are integers too, so parts add up exactly to the whole, and a value read as
Fahrenheit that means 8 °C is 8 °C and not a hair above it.
"""

import math

MICRO = 1_000_000

#: What a cold-chain sensor can report at all, °C: dry ice is -78.5, a van in the sun below 80.
#: Outside (a loose DS18B20 reads -127, absolute zero is -273.15) it is a fault, not a temperature.
POSSIBLE_MIN_C = -100.0
POSSIBLE_MAX_C = 100.0


def to_micro(celsius: float) -> int:
    """Degrees Celsius as micro-degrees, rounded to nearest (halves to even).

    Raises ValueError when not finite.
    """
    if not math.isfinite(celsius):
        raise ValueError(f"not a temperature: {celsius}")
    return round(celsius * MICRO)


def from_micro(micro: int) -> float:
    """Micro-degrees as degrees Celsius."""
    return micro / MICRO


def from_fahrenheit(fahrenheit: float) -> float:
    """Degrees Fahrenheit as degrees Celsius."""
    return (fahrenheit - 32.0) / 1.8


def is_possible(celsius: float) -> bool:
    """Whether a sensor of the cold chain can have measured this (NaN and infinities: no)."""
    return POSSIBLE_MIN_C <= celsius <= POSSIBLE_MAX_C
