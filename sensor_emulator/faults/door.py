"""A door left open: at a van's stop, or a locker's latch that did not catch."""

from .base import Fault, Spans


class DoorLeftOpen(Fault):
    kind = "door-left-open"
    quantity = "door"
    part = "door"

    def doors(self) -> Spans:
        return [(box, self.start, self.end) for box in self.place.boxes]
