"""A sensor stuck: it says again and again what it said when it stuck, or first after that."""

import numpy as np
from numpy.typing import NDArray

from .base import Floats, SensorFault


class SensorStuck(SensorFault):
    kind = "sensor-stuck"

    def __post_init__(self) -> None:
        self._held: Floats | None = None

    def sense(self, times: NDArray[np.int64], values: Floats) -> None:
        stuck = (times >= self.start) & (times < self.end)
        if not stuck.any():
            return
        said = values[:, stuck]
        if self._held is None:
            self._held = np.full(len(values), np.nan)
        # A sensor that was dead just then sticks at what it says when it is not.
        first = np.argmax(~np.isnan(said), axis=1)
        now = said[np.arange(len(said)), first]
        self._held = np.where(np.isnan(self._held), now, self._held)
        values[:, stuck] = np.where(np.isnan(said), np.nan, self._held[:, None])
