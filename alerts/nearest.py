"""The nearest cold space that works, for goods that have to be moved. Pure.

One works if it stands still and is in service for the same kind of goods, and nothing is known
against it: no open alert about it (so it is neither warm, silent nor without mains).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from coldchain.registry import Entry

#: Mean radius of the earth, km (IUGG).
EARTH_KM = 6371.0088
_STANDING = frozenset({"precooler", "warehouse", "hub", "locker", "cabinet"})
#: Further away than this is no help.
MOST_KM = 60.0

Position = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Space:
    """A cold space as people name it, and how far it is as the crow flies."""

    device: str
    asset: str
    km: float


def nearest(
    here: Position | None,
    device: str,
    profile: str,
    entries: Iterable[tuple[str, Entry]],
    troubled: Collection[str],
) -> Space | None:
    """The nearest space for goods of `profile`, other than `device` itself; None: none known."""
    if here is None:
        return None
    found = [
        Space(name, entry.asset, distance_km(here, entry.position))
        for name, entry in entries
        if name != device
        and name not in troubled
        and entry.kind in _STANDING
        and entry.position is not None
        and any(
            one.duty == "in-service" and one.profile == profile
            for one in entry.compartments.values()
        )
    ]
    best = min(found, key=lambda space: (space.km, space.device), default=None)
    return None if best is None or best.km > MOST_KM else best


def distance_km(one: Position, other: Position) -> float:
    """Along a great circle (haversine), km; positions are degrees north and east."""
    north, to_north = radians(one[0]), radians(other[0])
    half_north, half_east = (to_north - north) / 2, radians(other[1] - one[1]) / 2
    root = sin(half_north) ** 2 + cos(north) * cos(to_north) * sin(half_east) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(root)))
