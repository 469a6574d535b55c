"""What the sensors say: the true temperature with each one's lag, offset, noise and steps.

The product probe's lag is the cargo node's own; an air sensor follows within a minute (its lag
is kept up in every step, by the city).
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .chance import generator
from .city import Stretch
from .faults import Fault
from .fleet import Fleet
from .thermal import Floats

AIR_NOISE_C, PRODUCT_NOISE_C = 0.05, 0.02
#: What calibration has left, °C (one sigma).
OFFSET_C = 0.06
#: Values are sent in steps of 0.01 °C.
STEPS = 100.0
#: Within so many sigmas of noise and calibration a sound sensor reads right (GUM: k = 2).
COVERAGE = 2.0


def uncertainty(is_product: bool) -> float:
    """By how much a sound sensor may read wrong, °C either way."""
    return COVERAGE * math.hypot(PRODUCT_NOISE_C if is_product else AIR_NOISE_C, OFFSET_C)


class Sensors:
    """The rows of a fleet: its evenly sampled temperatures."""

    def __init__(self, fleet: Fleet, seed: int, faults: Sequence[Fault]) -> None:
        self._fleet = fleet
        self._box = np.array(fleet.row_box, dtype=np.int64)
        product = np.array(fleet.row_is_product, dtype=bool)
        self._product = product
        sigma = np.where(product, PRODUCT_NOISE_C, AIR_NOISE_C)
        self._sigma = sigma.astype(np.float32)[:, None]
        offset = OFFSET_C * generator(seed, "offsets").standard_normal(len(product))
        self._offset = offset[:, None]
        self._noise = generator(seed, "noise")
        self._faults = [fault for fault in faults if fault.place.rows]

    def sample(self, stretch: Stretch, taken: NDArray[np.intp]) -> Floats:
        """The values sampled at the ends of the steps `taken`: [rows, samples], NaN where the
        sensor failed.
        """
        felt, cargo = stretch.felt[taken], stretch.cargo[taken]
        values = np.where(self._product, cargo[:, self._box], felt[:, self._box]).T
        noise = self._noise.standard_normal(values.shape[::-1], dtype=np.float32).T
        values = values + self._offset + noise * self._sigma
        for fault in self._faults:
            times = stretch.ends[taken] + self._fleet.devices[fault.place.device].phase
            rows = list(fault.place.rows)
            said = values[rows]
            fault.sense(times, said)
            values[rows] = said
        result: Floats = np.rint(values * STEPS) / STEPS + 0.0  # no minus zero
        return result
