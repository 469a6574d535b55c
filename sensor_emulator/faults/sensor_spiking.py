"""A sensor with a loose contact: some of its samples are far off, either way."""

import numpy as np
from numpy.typing import NDArray

from .base import Floats, SensorFault


class SensorSpiking(SensorFault):
    kind = "sensor-spiking"
    measure = "the share of samples that are spikes"
    usual = 0.05
    bounds = (0.0, 1.0)

    def sense(self, times: NDArray[np.int64], values: Floats) -> None:
        within = (times >= self.start) & (times < self.end)
        hit = (self.chance.random(values.shape) < self.amount) & within
        height = self.chance.choice([-1.0, 1.0], values.shape) * self.chance.uniform(
            8, 40, values.shape
        )
        values += np.where(hit, height, 0.0)
