"""What a fault may do, and where. Each kind overrides the one hook it works through.

    doors, mains      spans added to those of ordinary life, before anything runs
    loads             goods that come in, likewise
    drive             what acts on the compartments, in every step
    sense             what sensors say, in every frame's time
    reset_at          when the gateway restarts
    shift             what the gateway's clock is wrong by
    carry             what becomes of a frame on its way; `rank` orders a device's faults in it

Times are ms of the world's own calendar.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from sensor_emulator.delivery import Delivery
from sensor_emulator.thermal import Forcing

Floats = NDArray[np.float64]
Spans = list[tuple[int, int, int]]
#: Goods: compartment, when (ms), the share they replace, how warm (°C).
Rows = list[tuple[int, int, float, float]]
Part = Literal["gateway", "unit", "door", "goods", "mains", "sensors"]


@dataclass(frozen=True)
class Place:
    """Where: a device, some of its compartments by number and name, their rows."""

    device: int
    name: str
    boxes: tuple[int, ...]
    compartments: tuple[str, ...]
    rows: tuple[int, ...]
    channels: tuple[str, ...]


@dataclass
class Fault:
    """A fault of one kind in [start, end) at a place; does nothing yet."""

    place: Place
    start: int
    end: int
    amount: float
    chance: np.random.Generator

    kind: ClassVar[str]
    #: What `amount` means, and what it is where a scenario gives none.
    measure: ClassVar[str] = "nothing"
    usual: ClassVar[float] = 0.0
    #: What `amount` may be, both ends included.
    bounds: ClassVar[tuple[float, float]] = (0.0, 0.0)
    #: The part that a device must have for it.
    part: ClassVar[Part] = "gateway"
    #: The quantity whose channel shows it; "" for the device as a whole.
    quantity: ClassVar[str] = ""

    def __post_init__(self) -> None:
        """Where a kind sets up what it remembers."""

    @property
    def rank(self) -> tuple[int, int, int]:
        """Where it comes among the faults of its device."""
        return 0, self.start, self.end

    def acts(self, at: int) -> bool:
        return self.start <= at < self.end

    def told(self) -> list[str]:
        """The channels that truth names for it."""
        if not self.quantity:
            return [""]
        return [f"{compartment}.{self.quantity}" for compartment in self.place.compartments]

    def doors(self) -> Spans:
        return []

    def mains(self) -> Spans:
        return []

    def loads(self) -> Rows:
        return []

    def drive(self, forcing: Forcing, at: int) -> None:
        pass

    def sense(self, times: NDArray[np.int64], values: Floats) -> None:
        """`values` of the place's rows, [rows, times], NaN where a sample failed; in place."""

    def reset_at(self) -> int | None:
        return None

    def shift(self, at: int) -> int:
        """What is added to the times of a frame made at `at`, ms."""
        return 0

    def carry(self, deliveries: list[Delivery]) -> list[Delivery]:
        return deliveries


class SensorFault(Fault):
    """A fault of the sensors alone: the goods are as they were."""

    part = "sensors"

    def told(self) -> list[str]:
        return list(self.place.channels)
