"""The mains lost: no cooling; the gateway says so and goes on from its battery."""

from .base import Fault, Spans


class MainsLost(Fault):
    kind = "mains-lost"
    part = "mains"

    def mains(self) -> Spans:
        return [(self.place.device, self.start, self.end)]

    def told(self) -> list[str]:
        return ["unit.mains"]
