"""Scales of a drawing: values to pixels, and where its ticks are."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_TIME_STEPS_MIN = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080)


@dataclass(frozen=True)
class Scale:
    """A straight line from [low, high] to [start, end] in pixels."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return round(self.start + share * (self.end - self.start), 1)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round values that span [low, high]."""
    wanted = ((high - low) or 1.0) / about
    power = 10 ** math.floor(math.log10(wanted))
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= wanted)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(n * step, 10) for n in range(first, last + 1)]


def time_ticks(start_ms: int, end_ms: int, zone: ZoneInfo) -> list[tuple[int, str]]:
    """Round local times in a range, and how they read."""
    minutes = (end_ms - start_ms) / 60_000
    step = next((s for s in _TIME_STEPS_MIN if minutes / s <= 7), _TIME_STEPS_MIN[-1]) * 60_000
    local = datetime.fromtimestamp(start_ms / 1_000, UTC).astimezone(zone)
    offset = local.utcoffset()
    shift = int(offset.total_seconds() * 1_000) if offset is not None else 0
    first = -(-(start_ms + shift) // step) * step - shift
    form = "%m-%d %H:%M" if minutes > 1_440 else "%H:%M"
    return [
        (at, datetime.fromtimestamp(at / 1_000, UTC).astimezone(zone).strftime(form))
        for at in range(first, end_ms + 1, step)
    ]
