"""Sensors that lie: stuck, dead, spiking, drifting. The goods know nothing of it."""

import numpy as np
from numpy.typing import NDArray

from coldchain.times import HOUR_MS

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


class SensorDead(SensorFault):
    kind = "sensor-dead"

    def sense(self, times: NDArray[np.int64], values: Floats) -> None:
        values[:, (times >= self.start) & (times < self.end)] = np.nan


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


class SensorDrifting(SensorFault):
    kind = "sensor-drifting"
    measure = "°C an hour"
    usual = 0.5
    bounds = (-100.0, 100.0)

    def sense(self, times: NDArray[np.int64], values: Floats) -> None:
        since = np.clip(times, self.start, self.end) - self.start
        values += np.where(times < self.end, self.amount * since / HOUR_MS, 0.0)
