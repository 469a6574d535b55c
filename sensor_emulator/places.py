"""Places in Qingdao that vans call at, and the time it takes to drive between them.

Neighbourhood centres to about 500 m [U]; streets are 1.4 times as long as the straight line.
"""

import math
from dataclasses import dataclass

STREET_FACTOR = 1.4
CITY_KMH = 26.0
EARTH_KM = 6_371.0


@dataclass(frozen=True)
class Place:
    """A neighbourhood: its county (district), latitude and longitude in degrees (WGS 84)."""

    name: str
    county: str
    latitude: float
    longitude: float


HARBOUR = Place("Xiaogang harbour", "Shibei", 36.079, 120.318)

PLACES = (
    Place("Zhongshan Road", "Shinan", 36.067, 120.319),
    Place("Taiping Road", "Shinan", 36.064, 120.330),
    Place("Hong Kong Middle Road", "Shinan", 36.067, 120.385),
    Place("Fushansuo", "Shinan", 36.069, 120.402),
    Place("Taidong", "Shibei", 36.086, 120.354),
    Place("Liaoyang Road", "Shibei", 36.096, 120.386),
    Place("Hefei Road", "Shibei", 36.107, 120.405),
    Place("Siliu South Road", "Shibei", 36.118, 120.366),
    Place("Zhenhua Road", "Licang", 36.160, 120.398),
    Place("Licun", "Licang", 36.161, 120.428),
    Place("Qingdao North", "Licang", 36.169, 120.376),
    Place("Jinshuilu", "Licang", 36.163, 120.466),
    Place("Stone Old Man", "Laoshan", 36.097, 120.466),
    Place("Zhonghan", "Laoshan", 36.113, 120.449),
    Place("Chengyang", "Chengyang", 36.305, 120.394),
    Place("Liuting", "Chengyang", 36.256, 120.390),
)


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The street between two points (latitude, longitude), km; near each other."""
    north = math.radians(other[0] - one[0])
    east = math.radians(other[1] - one[1]) * math.cos(math.radians(one[0]))
    return EARTH_KM * math.hypot(north, east) * STREET_FACTOR


def drive_ms(one: tuple[float, float], other: tuple[float, float]) -> int:
    """How long the drive takes, ms."""
    return round(kilometres(one, other) / CITY_KMH * 3_600_000)
