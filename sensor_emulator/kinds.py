"""The kinds of cold spaces: one row each, what such a box is made of and how it is used.

Sizes are those of common models [U]; insulation at most 0.40 W/(m² K) is class C of ATP [S].
The cargo node is the part of the goods that follows the air within an hour or two (the outer
layer, where a probe lies), not all that is aboard.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from coldchain.profile import Profile
from coldchain.registry import Duty, Kind

from .thermal import Boxes

Usage = Literal["round", "dispatch", "intake", "visits", "rides"]

FOOD_HEAT = 3_500.0  # J/(kg K), fresh fish and meat
#: Units are sized for this day outside, °C.
DESIGN_OUTSIDE_C = 35.0
#: What the unit of the table keeps at that day, °C; colder ones are sized up by what a door lets
#: in, which grows with the difference to the power of 1.5 (its flow with the root of it).
DESIGN_INSIDE_C = 2.0
#: Where goods have a lower limit the unit heats too, with this share of the table's W [U].
HEATING = 0.6
#: No two boxes are quite alike: each property is spread by this share (one sigma).
SPREAD = 0.06


@dataclass(frozen=True)
class Body:
    """A compartment of this kind: m³, m², W/(m² K), kJ/K of lining, kg of goods in reach, W/K
    between air and goods, the door's m² and m, the share its curtain lets through, W of
    cooling, °C of hysteresis, defrosts in minutes and W, °C of sun, whether it needs mains.
    """

    volume: float
    surface: float
    insulation: float
    lining: float
    goods: float
    exchange: float
    door_area: float
    door_height: float
    passes: float
    capacity: float
    band: float
    defrost_every: float
    defrost_for: float
    defrost_heat: float
    sun: float
    mains: bool
    usage: Usage
    duty: Duty
    quantities: tuple[str, ...]


_ROOM = ("air", "product", "door", "compressor", "defrost")

BODIES: Mapping[Kind, Body] = {
    "van": Body(
        12, 32, 0.40, 55, 60, 45, 2.4, 1.7, 0.18, 3_400, 1.6, 240, 5, 500, 6, False,
        "round", "in-service", _ROOM,
    ),
    "warehouse": Body(
        120, 165, 0.30, 900, 500, 450, 5.0, 2.4, 0.10, 14_000, 1.6, 360, 10, 2_000, 3, True,
        "dispatch", "in-service", (*_ROOM, "mains"),
    ),
    "hub": Body(
        600, 480, 0.28, 3_000, 1_800, 1_500, 7.5, 3.0, 0.08, 42_000, 1.6, 360, 12, 6_000, 3, True,
        "dispatch", "in-service", (*_ROOM, "mains"),
    ),
    "precooler": Body(
        40, 78, 0.35, 250, 400, 900, 3.5, 2.2, 0.10, 16_000, 1.4, 300, 8, 1_500, 5, True,
        "intake", "pre-cooling", (*_ROOM, "mains"),
    ),
    "locker": Body(
        0.06, 0.95, 0.50, 3.0, 3.0, 2.6, 0.12, 0.35, 1.0, 90, 1.2, 480, 4, 25, 2, True,
        "visits", "in-service", ("air", "product", "door", "defrost", "mains"),
    ),
    "cabinet": Body(
        0.45, 4.2, 0.50, 14, 25, 14, 0.75, 1.5, 1.0, 420, 1.2, 480, 6, 120, 1, True,
        "visits", "in-service", (*_ROOM, "mains"),
    ),
    # A tag has no space of its own: what it measures is its parcel's and what surrounds it.
    "tag": Body(
        0.02, 0.5, 1.0, 0.5, 5, 2, 0.01, 0.1, 1.0, 0, 1.0, 480, 0, 0, 0, False,
        "rides", "empty", ("air", "product"),
    ),
}  # fmt: skip


def set_point(profile: Profile) -> float:
    """Where a sensible operator sets the thermostat for these goods, °C.

    A little below the middle of the band; 3 °C inside where only one side is limited.
    """
    limits = [limit for limit in profile.limits if limit.mode == "consecutive"]
    above = [limit.threshold / 1e6 for limit in limits if limit.side == "above"]
    below = [limit.threshold / 1e6 for limit in limits if limit.side == "below"]
    if above and below:
        return max(below) + 0.45 * (min(above) - max(below))
    return min(above) - 3.0 if above else max(below, default=1.0) + 3.0


def needs_heat(profile: Profile) -> bool:
    """Whether these goods may get too cold, so that their unit is one that heats."""
    return any(limit.side == "below" for limit in profile.limits)


def parted(body: Body, count: int) -> Body:
    """One of `count` compartments that a body is parted into by walls as thick as its own."""
    if count == 1:
        return body
    return replace(
        body,
        volume=body.volume / count,
        surface=body.surface / count * 1.25,
        lining=body.lining / count,
        goods=body.goods / count,
        exchange=body.exchange / count,
        door_area=body.door_area / min(count, 2),
        capacity=body.capacity / count,
        defrost_heat=body.defrost_heat / count,
    )


def boxes(
    bodies: list[Body],
    set_points: np.ndarray,
    load: np.ndarray,
    heats: np.ndarray,
    chance: np.random.Generator,
) -> Boxes:
    """The compartments as the model wants them, each spread a little about its kind.

    `load` is the share of the usual goods that is aboard (an empty box: little); `heats` whether
    its unit does.
    """

    def column(name: str) -> np.ndarray:
        return np.array([getattr(body, name) for body in bodies], dtype=np.float64)

    def spread(values: np.ndarray) -> np.ndarray:
        return np.asarray(values * np.exp(SPREAD * chance.standard_normal(len(bodies))))

    wall = column("surface") * column("insulation")
    colder = (DESIGN_OUTSIDE_C - set_points) / (DESIGN_OUTSIDE_C - DESIGN_INSIDE_C)
    colder = np.where(colder > 1.0, np.maximum(colder, 1.0) ** 1.5, np.maximum(colder, 0.3))
    return Boxes(
        air_heat=spread(column("volume") * 1_290.0 + column("lining") * 1_000.0),
        cargo_heat=spread(column("goods") * FOOD_HEAT * np.maximum(load, 0.05)),
        wall=spread(wall),
        exchange=spread(column("exchange") * np.maximum(load, 0.05)),
        volume=column("volume"),
        door_area=column("door_area"),
        door_height=column("door_height"),
        passes=spread(column("passes")),
        capacity=spread(column("capacity") * colder),
        setpoint=set_points.astype(np.float64),
        band=column("band"),
        defrost_every=column("defrost_every") * 60.0,
        defrost_for=column("defrost_for") * 60.0,
        defrost_first=chance.random(len(bodies)) * column("defrost_every") * 60.0,
        defrost_heat=column("defrost_heat"),
        sun=spread(column("sun")),
        heater=column("capacity") * HEATING * heats,
    )
