"""The weather outside, by season and hour.

Two cosines fitted by eye to Qingdao's monthly means (about 0 °C in January, 26 °C about the
end of July; a maritime day swings by some 6 °C) [U: for emulation only].
"""

import math

from coldchain.times import DAY_MS, HOUR_MS

#: China keeps one zone without daylight saving.
LOCAL_OFFSET_MS = 8 * HOUR_MS
YEAR_DAYS = 365.2425

YEAR_MEAN_C = 12.9
YEAR_SWING_C = 12.9
WARMEST_DAY = 210.0
DAY_SWING_C = 3.2
WARMEST_HOUR = 14.5
#: The hour at which walls in the sun are hottest.
SUN_HOUR = 13.0


def local_hour(ms: int) -> float:
    """The hour of day in Qingdao, 0 to 24."""
    return (ms + LOCAL_OFFSET_MS) % DAY_MS / HOUR_MS


def outside(ms: int) -> float:
    """The air outside, °C."""
    day = (ms + LOCAL_OFFSET_MS) / DAY_MS % YEAR_DAYS
    season = math.cos(2 * math.pi * (day - WARMEST_DAY) / YEAR_DAYS)
    hour = math.cos(2 * math.pi * (local_hour(ms) - WARMEST_HOUR) / 24)
    return YEAR_MEAN_C + YEAR_SWING_C * season + DAY_SWING_C * hour


def sunshine(ms: int) -> float:
    """How strongly the sun heats a wall: 0 at night, 1 at its best."""
    return max(0.0, math.cos(2 * math.pi * (local_hour(ms) - SUN_HOUR) / 24))
