"""A sensor drifting away from what there is, evenly."""

import numpy as np
from numpy.typing import NDArray

from coldchain.times import HOUR_MS

from .base import Floats, SensorFault


class SensorDrifting(SensorFault):
    kind = "sensor-drifting"
    measure = "°C an hour"
    usual = 0.5
    bounds = (-100.0, 100.0)

    def sense(self, times: NDArray[np.int64], values: Floats) -> None:
        since = np.clip(times, self.start, self.end) - self.start
        values += np.where(times < self.end, self.amount * since / HOUR_MS, 0.0)
