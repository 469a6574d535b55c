"""Is a line of samples flat: judged by Theil and Sen's slope, which a few odd samples don't move.

The first fifth is left out: caches fill, a process finds its size. Flat is what rises by at most a
twentieth of its middle over the rest, or by no more than `enough`. Times are in seconds.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

WARM_UP, MOST_RISE = 0.2, 0.05
#: How much faster the last half of what is to grow evenly may grow than the first.
MOST_FASTER = 1.25
#: Slopes are taken between so many samples at most, evenly chosen.
SAMPLES = 400


@dataclass(frozen=True)
class Judged:
    """Whether it is flat, and why in words."""

    is_flat: bool
    said: str


def slope(seconds: Sequence[float], values: Sequence[float]) -> float:
    """The median of all slopes between two samples, a second; 0 with fewer than two."""
    step = max(1, len(seconds) // SAMPLES)
    pairs = combinations(zip(seconds[::step], values[::step], strict=True), 2)
    slopes = [(v2 - v1) / (t2 - t1) for (t1, v1), (t2, v2) in pairs if t2 > t1]
    return statistics.median(slopes) if slopes else 0.0


def _warm(seconds: Sequence[float], values: Sequence[float]) -> tuple[list[float], list[float]]:
    first = seconds[0] + WARM_UP * (seconds[-1] - seconds[0])
    kept = [(at, value) for at, value in zip(seconds, values, strict=True) if at >= first]
    return [at for at, _ in kept], [value for _, value in kept]


def judged(seconds: Sequence[float], values: Sequence[float], enough: float = 0.0) -> Judged:
    """What is not to grow. `enough`: a rise that is none, in the values' unit."""
    at, warm = _warm(seconds, values)
    middle, rise = statistics.median(warm), slope(at, warm) * (at[-1] - at[0])
    is_flat = rise <= max(MOST_RISE * abs(middle), enough)
    said = f"middle {middle:,.0f}, most {max(warm):,.0f}, rises by {rise:,.1f} in {_minutes(at)}"
    return Judged(is_flat, f"{said}: {'flat' if is_flat else 'not flat'}")


def judged_growth(seconds: Sequence[float], values: Sequence[float]) -> Judged:
    """What is to grow evenly: its second half no faster than its first."""
    at, warm = _warm(seconds, values)
    half = len(at) // 2
    first, second = slope(at[:half], warm[:half]), slope(at[half:], warm[half:])
    is_even = second <= max(MOST_FASTER * first, 0.0)
    said = f"from {warm[0]:,.0f} to {warm[-1]:,.0f} in {_minutes(at)}, {first:.2f} a second,"
    said += f" then {second:.2f}"
    return Judged(is_even, f"{said}: {'even' if is_even else 'ever faster'}")


def _minutes(at: Sequence[float]) -> str:
    return f"{(at[-1] - at[0]) / 60:.1f} min"
