"""Gateways' batteries: emptied by rest and by each frame sent, the faster the colder it is.

    left -= (REST hours + FRAME frames) (1 + COLD max(0, WARM - T))

T is what is about the battery: a tag's own air, for others the day's. A gateway on the mains is
charged while they are there. The numbers are of no certain model [U]: a fleet that sends a frame
a minute loses a fifth of a percent an hour in the warm, half as much again at -25 °C.
An empty battery says 0 and its gateway goes on; one that dies is the fault `gateway-dead`.
"""

import numpy as np
from numpy.typing import NDArray

from coldchain.times import HOUR_MS

from .chance import generator
from .city import Stretch
from .climate import outside
from .fleet import Fleet
from .scenario import Scenario

REST_PER_HOUR, PER_FRAME = 0.0008, 0.00002
WARM_C, PER_DEGREE = 25.0, 0.01
CHARGED_PER_HOUR = 0.5


class Batteries:
    """The share left of each device's battery, 0 to 1, in the order of the fleet's devices."""

    def __init__(self, fleet: Fleet, scenario: Scenario) -> None:
        devices = fleet.devices
        self._warmer = scenario.warmer
        self._tags = np.array([one.kind == "tag" for one in devices], dtype=bool)
        self._first = np.array([one.first for one in devices], dtype=np.int64)
        self._on_mains = np.array([fleet.body_of[one.first].mains for one in devices], dtype=bool)
        self.left = generator(scenario.seed, "battery").uniform(0.75, 1.0, len(devices))

    def said(self) -> list[float]:
        """As frames say it."""
        said: list[float] = np.round(self.left, 2).tolist()
        return said

    def pass_by(self, stretch: Stretch, frames: NDArray[np.int64]) -> None:
        """A stretch goes by in which each device sent so many frames."""
        hours = (stretch.end - stretch.start) / HOUR_MS
        day = outside(stretch.end) + self._warmer
        about = np.where(self._tags, stretch.air[-1][self._first], day)
        cold = 1.0 + PER_DEGREE * np.maximum(WARM_C - about, 0.0)
        used = (REST_PER_HOUR * hours + PER_FRAME * frames) * cold
        charged = self._on_mains.copy()
        charged[stretch.mains.box] = False  # lost for a part of it, at least
        change = np.where(charged, CHARGED_PER_HOUR * hours, -used)
        self.left = np.clip(self.left + change, 0.0, 1.0)
