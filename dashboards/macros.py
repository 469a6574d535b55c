"""What Grafana fills in before it asks: `$timeFilter`, `$__interval`, the variables."""

import re
from collections.abc import Mapping

#: Grafana rounds an interval to one of these (seconds).
_STEPS_S = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 21_600,
            43_200, 86_400)  # fmt: skip
#: How many points a panel of ordinary width asks for.
POINTS = 1_000

_MACRO = re.compile(r"\$(?:\{(?P<braced>\w+)(?::\w+)?\}|(?P<bare>[A-Za-z_]\w*))")
_SPAN = re.compile(r"^(\d+)(ms|s|m|h|d)$")
_UNIT_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


class Unfilled(ValueError):  # noqa: N818 - what is wrong is the query
    """A query names a variable that its board does not have."""


def span_ms(text: str) -> int:
    """The ms in a span as Grafana writes it (`30s`, `7d`). Raises ValueError."""
    found = _SPAN.match(text)
    if found is None:
        raise ValueError(f"not a span of time: {text!r}")
    return int(found[1]) * _UNIT_MS[found[2]]


def interval_ms(start_ms: int, end_ms: int, least_ms: int = 0, points: float = POINTS) -> int:
    """`$__interval` for a time range."""
    wanted = max((end_ms - start_ms) / points, least_ms)
    steps = (step * 1_000 for step in _STEPS_S)
    return next((step for step in steps if step >= wanted), _STEPS_S[-1] * 1_000)


def fill(
    text: str,
    start_ms: int,
    end_ms: int,
    variables: Mapping[str, str],
    least_ms: int = 0,
    points: float = POINTS,
) -> str:
    """The query as InfluxDB gets it. `variables`: name -> regular expression. Raises Unfilled.

    `least_ms` and `points`: the least interval, and about how many of them, where the panel says.
    """
    interval = interval_ms(start_ms, end_ms, least_ms, points)
    values = {
        "timeFilter": f"time >= {start_ms}ms AND time <= {end_ms}ms",
        "__interval": f"{interval}ms",
        "__interval_ms": str(interval),
        **variables,
    }

    def value(found: re.Match[str]) -> str:
        name = found["braced"] or found["bare"]
        if name not in values:
            raise Unfilled(f"names ${name}, which its board does not have")
        return values[name]

    return _MACRO.sub(value, text)
