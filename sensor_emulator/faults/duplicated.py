"""Frames that come twice."""

from collections.abc import Iterable
from dataclasses import replace

from coldchain.times import SECOND_MS
from sensor_emulator.delivery import Delivery

from .link import DOUBLED, LinkFault


class FramesDuplicated(LinkFault):
    kind = "frames-duplicated"
    stage = DOUBLED
    measure = "the share of frames that come twice"
    usual = 0.2
    bounds = (0.0, 1.0)

    def becomes(self, one: Delivery) -> Iterable[Delivery]:
        if not self.befalls(one):
            return (one,)
        later = one.received + int(self.chance.integers(200, 30 * SECOND_MS))
        return (one, replace(one, received=later, fate="duplicate"))
