"""Scenarios: a city, a day, and what goes wrong. As TOML: scenario_toml.py."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from coldchain.frames import Quantity
from coldchain.registry import Kind
from coldchain.times import MINUTE_MS, SECOND_MS, from_iso

Speed = float | Literal["max"]
Share = Annotated[float, Meta(ge=0, le=1)]
#: A run is 400 days at most: beyond that a plan takes longer than anyone waits.
Minutes = Annotated[float, Meta(gt=0, le=400 * 1440)]
#: The room of a store that takes in warm goods.
PRECOOL = "precool"


class ScenarioError(ValueError):
    """A scenario refused; the message names file and key, in one line."""


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many devices of one kind.

    `compartments` each, all of a device for one profile, or each for its own where `mixed`;
    `profiles` says in what proportion.
    The last `idle` of them stand unused (vans: parked, warm, empty). `precooling` adds a room
    that takes in warm goods. `quantities` are those measured; absent: the kind's usual ones.
    """

    count: Annotated[int, Meta(ge=0, le=1_000_000)]
    profiles: dict[str, Annotated[float, Meta(gt=0, le=1e6)]]
    compartments: Annotated[int, Meta(ge=1, le=1_000)] = 1
    idle: Annotated[int, Meta(ge=0)] = 0
    mixed: bool = False
    precooling: bool = False
    quantities: list[Quantity] | None = None

    def rooms(self) -> list[str]:
        """The names of each device's compartments."""
        several = [f"c{number:02d}" for number in range(1, self.compartments + 1)]
        return (several if self.compartments > 1 else ["main"]) + [PRECOOL] * self.precooling


class FaultSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fault at a place and time, or many at a rate.

    Either `device` (and `compartment`; absent: all of them) with `at_minutes` after the start,
    or `fleet` with `per_day`: how many such faults each device of that kind has a day.
    `for_minutes` absent: to the end. `amount` is the kind's own measure; absent: its default.
    """

    kind: str
    device: str | None = None
    compartment: str | None = None
    at_minutes: Annotated[float, Meta(ge=0, le=400 * 1440)] | None = None
    fleet: Kind | None = None
    per_day: Annotated[float, Meta(gt=0, le=1440)] | None = None
    for_minutes: Minutes | None = None
    amount: float | None = None


class ParcelSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The parcels. `per_trip`: how many a van takes for each of its compartments and rounds, and
    a pre-cooling room for each load, on average. Of them these shares are locked into lockers
    (else handed over at the door), refused there, held at the store, in the green channel; and
    of all scans these come late, or never.
    """

    per_trip: Annotated[float, Meta(ge=0, le=100)]
    to_lockers: Share = 0.6
    refused: Share = 0.03
    held: Share = 0.04
    green_channel: Share = 0.15
    late: Share = 0.05
    missing: Share = 0.02


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A city and its day. `start` is the world's own time: season, hour, and what follows.

    `warmer`: °C above the season; `shores`: whether vans serve the West Coast across the bay too.
    `clock_offset_seconds` and `clock_drift_ppm`: one sigma of the gateways' clocks (clocks.py).
    """

    title: dict[str, str]
    start: datetime
    duration_minutes: Minutes
    fleet: dict[Kind, Group]
    seed: Annotated[int, Meta(ge=0)] = 1
    speed: Speed = 60.0
    step_seconds: Annotated[int, Meta(gt=0, le=60)] = 10
    sample_seconds: Annotated[int, Meta(gt=0)] = 30
    frame_seconds: Annotated[int, Meta(gt=0, le=3600)] = 60
    warmer: float = 0.0
    clock_offset_seconds: Annotated[float, Meta(ge=0, le=3600)] = 0.0
    clock_drift_ppm: Annotated[float, Meta(ge=0, le=1000)] = 0.0
    shores: Literal["city", "both"] = "city"
    parcels: ParcelSpec | None = None
    faults: list[FaultSpec] = []

    @property
    def start_ms(self) -> int:
        return from_iso(self.start.isoformat())

    @property
    def duration_ms(self) -> int:
        return round(self.duration_minutes * MINUTE_MS)

    @property
    def step_ms(self) -> int:
        return self.step_seconds * SECOND_MS

    @property
    def sample_ms(self) -> int:
        return self.sample_seconds * SECOND_MS

    @property
    def frame_ms(self) -> int:
        return self.frame_seconds * SECOND_MS


def device_name(kind: str, number: int) -> str:
    """The devices of a kind are numbered from 1."""
    return f"{kind}-{number:04d}"
