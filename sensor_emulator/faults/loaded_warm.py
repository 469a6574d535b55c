"""Loaded warm: goods that should have been cold come aboard as warm as they are."""

from .base import Fault, Rows


class LoadedWarm(Fault):
    kind = "loaded-warm"
    quantity = "product"
    measure = "°C of what is loaded"
    usual = 14.0
    part = "goods"
    bounds = (-40.0, 60.0)

    #: The share of a compartment's goods that it is.
    SHARE = 0.8

    def loads(self) -> Rows:
        return [(box, self.start, self.SHARE, self.amount) for box in self.place.boxes]
