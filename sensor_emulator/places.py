"""Places in Qingdao that vans call at, the roads between them, and the time a drive takes.

Coordinates are of neighbourhood centres and harbours, to about 500 m, from memory of the map [U].
No table of road distances could be confirmed, so a street is taken as 1.4 times the great circle
[U], but never across the water: between the city and the West Coast lies Jiaozhou Bay, and the
road is by its tunnel (7.8 km [S: Shenzhen Daily, 5 July 2011]) or its bridge (26.7 km over the
water [S: encyclopaedic pages]), whichever is the quicker.
"""

import math
from dataclasses import dataclass

STREET_FACTOR = 1.4
CITY_KMH = 26.0
#: Through the tunnel or over the bridge [U].
CROSSING_KMH = 60.0
EARTH_KM = 6_371.0

Point = tuple[float, float]


@dataclass(frozen=True)
class Place:
    """A neighbourhood: its county (district), latitude and longitude in degrees (WGS 84)."""

    name: str
    county: str
    latitude: float
    longitude: float

    @property
    def point(self) -> Point:
        return self.latitude, self.longitude


@dataclass(frozen=True)
class Crossing:
    """A way over or under the bay: its ends on the city's side and on the other, km between."""

    name: str
    east: Point
    west: Point
    km: float


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

#: Across the bay.
WEST_COAST = (
    Place("Xuejiadao", "Huangdao", 35.985, 120.225),
    Place("Changjiang Middle Road", "Huangdao", 35.965, 120.180),
    Place("Xiangjiang Road", "Huangdao", 35.955, 120.195),
    Place("Xin'an", "Huangdao", 36.000, 120.130),
)

#: Where mobile pre-cooling units stand: fishing harbours and field markets.
ORIGINS = (
    Place("Shazikou harbour", "Laoshan", 36.108, 120.545),
    Place("Hongdao harbour", "Chengyang", 36.205, 120.255),
    Place("Wanggezhuang market", "Laoshan", 36.270, 120.625),
    Place("Jiaozhou market", "Jiaozhou", 36.265, 120.030),
    Place("Jimo market", "Jimo", 36.390, 120.450),
    Place("Aoshanwei harbour", "Jimo", 36.360, 120.690),
)

CROSSINGS = (
    Crossing("Jiaozhou Bay tunnel", (36.052, 120.300), (35.995, 120.245), 7.8),
    Crossing("Jiaozhou Bay bridge", (36.158, 120.345), (36.090, 120.130), 26.7),
)


def is_west(point: Point) -> bool:
    """Whether a point lies on the West Coast."""
    return point[0] < 36.1 and point[1] < 120.26


def kilometres(one: Point, other: Point) -> float:
    """The road between two points (latitude, longitude), km."""
    if is_west(one) == is_west(other):
        return _street(one, other)
    by = crossing(one, other)
    near, far = _ends(by, one)
    return _street(one, near) + by.km + _street(far, other)


def crossing(one: Point, other: Point) -> Crossing:
    """The crossing by which one is soonest on the other shore."""

    def hours(by: Crossing) -> float:
        near, far = _ends(by, one)
        return (_street(one, near) + _street(far, other)) / CITY_KMH + by.km / CROSSING_KMH

    return min(CROSSINGS, key=hours)


def way(one: Point, other: Point) -> list[tuple[Point, int]]:
    """The points that a drive passes, its end the last, and how long each stretch takes, ms."""
    if is_west(one) == is_west(other):
        return [(other, drive_ms(one, other))]
    by = crossing(one, other)
    near, far = _ends(by, one)
    over = round(by.km / CROSSING_KMH * 3_600_000)
    return [(near, drive_ms(one, near)), (far, over), (other, drive_ms(far, other))]


def drive_ms(one: Point, other: Point) -> int:
    """How long a drive on one shore takes, ms."""
    return round(_street(one, other) / CITY_KMH * 3_600_000)


def _ends(by: Crossing, start: Point) -> tuple[Point, Point]:
    return (by.west, by.east) if is_west(start) else (by.east, by.west)


def _street(one: Point, other: Point) -> float:
    north = math.radians(other[0] - one[0])
    east = math.radians(other[1] - one[1]) * math.cos(math.radians(one[0]))
    return EARTH_KM * math.hypot(north, east) * STREET_FACTOR
