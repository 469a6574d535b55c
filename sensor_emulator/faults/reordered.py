"""Frames that later ones overtake."""

from collections.abc import Iterable
from dataclasses import replace

from coldchain.times import SECOND_MS
from sensor_emulator.delivery import Delivery

from .link import OVERTAKEN, LinkFault


class FramesReordered(LinkFault):
    kind = "frames-reordered"
    stage = OVERTAKEN
    measure = "the share of frames that later ones overtake"
    usual = 0.3
    bounds = (0.0, 1.0)

    def becomes(self, one: Delivery) -> Iterable[Delivery]:
        if self.befalls(one):
            late = int(self.chance.integers(5, 150)) * SECOND_MS
            one = replace(one, received=one.received + late)
        return (one,)
