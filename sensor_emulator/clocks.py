"""Gateways' own clocks: each a little off from when it was last set, and a little fast or slow.

An offset (s) and a drift (ppm, parts of a million) of each device, normal about nothing with the
scenario's sigmas; a fault `clock-wrong` comes on top. Only what a gateway says is shifted: when
its frames are made and received, and the truth, are in true time.
"""

from collections.abc import Sequence

from coldchain.times import SECOND_MS

from .chance import generator
from .fleet import Device
from .scenario import Scenario


class Clocks:
    """The clocks of a fleet, in the order of its devices; they tick from the scenario's start."""

    def __init__(self, devices: Sequence[Device], scenario: Scenario) -> None:
        self._start = scenario.start_ms
        sigma_ms = scenario.clock_offset_seconds * SECOND_MS
        self._exact = not (sigma_ms or scenario.clock_drift_ppm)
        self._offset, self._rate = list[float](), list[float]()
        for device in [] if self._exact else devices:
            by_chance = generator(scenario.seed, device.name, "clock").standard_normal(2).tolist()
            self._offset.append(sigma_ms * by_chance[0])
            self._rate.append(scenario.clock_drift_ppm * 1e-6 * by_chance[1])

    def ahead(self, device: int, at: int) -> int:
        """By how much a device's clock is ahead (below 0: behind) at a true time; both ms."""
        if self._exact:
            return 0
        return round(self._offset[device] + self._rate[device] * (at - self._start))
