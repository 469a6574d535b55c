"""The thermostat set wrong: a courier's glove, a load of another kind before this one."""

from sensor_emulator.thermal import Forcing

from .base import Fault


class SetPointWrong(Fault):
    kind = "set-point-wrong"
    quantity = "air"
    measure = "°C too high (below 0: too low)"
    usual = 6.0
    part = "unit"
    bounds = (-40.0, 40.0)

    def drive(self, forcing: Forcing, at: int) -> None:
        forcing.shift[list(self.place.boxes)] += self.amount
