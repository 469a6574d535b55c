"""The gateway's clock wrong: samples and sending times alike are off by as much."""

from coldchain.times import SECOND_MS

from .base import Fault


class ClockWrong(Fault):
    kind = "clock-wrong"
    measure = "seconds ahead (below 0: behind)"
    usual = -900.0
    bounds = (-31_536_000.0, 31_536_000.0)  # a year

    def shift(self, at: int) -> int:
        return round(self.amount * SECOND_MS) if self.acts(at) else 0
