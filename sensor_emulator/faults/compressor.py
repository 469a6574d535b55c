"""The cooling fails at once: a compressor, a belt, a control board."""

from sensor_emulator.thermal import Forcing

from .base import Fault


class CompressorFailed(Fault):
    kind = "compressor-failed"
    quantity = "compressor"
    part = "unit"

    def drive(self, forcing: Forcing, at: int) -> None:
        forcing.available[list(self.place.boxes)] = 0.0
