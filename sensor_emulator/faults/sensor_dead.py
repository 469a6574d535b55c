"""A sensor dead: its samples fail."""

import numpy as np
from numpy.typing import NDArray

from .base import Floats, SensorFault


class SensorDead(SensorFault):
    kind = "sensor-dead"

    def sense(self, times: NDArray[np.int64], values: Floats) -> None:
        values[:, (times >= self.start) & (times < self.end)] = np.nan
