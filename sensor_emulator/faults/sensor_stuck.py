"""A sensor stuck: it says again and again what it said when it stuck."""

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
        if self._held is None:
            self._held = values[:, int(np.argmax(stuck))].copy()
        values[:, stuck] = self._held[:, None]
