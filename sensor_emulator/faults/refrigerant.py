"""Refrigerant leaking: the unit gives less by the hour, runs ever longer, then can't keep up."""

from coldchain.times import HOUR_MS
from sensor_emulator.thermal import Forcing

from .base import Fault


class RefrigerantLeaking(Fault):
    kind = "refrigerant-leaking"
    quantity = "compressor"
    measure = "the share of its capacity that is lost in an hour"
    usual = 0.3
    part = "unit"
    bounds = (0.0, 60.0)  # all of it in a minute

    def drive(self, forcing: Forcing, at: int) -> None:
        left = max(0.0, 1.0 - self.amount * (at - self.start) / HOUR_MS)
        forcing.available[list(self.place.boxes)] *= left
