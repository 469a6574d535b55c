"""Frames spoilt on their way."""

from collections.abc import Iterable
from dataclasses import replace

from sensor_emulator.delivery import Delivery

from .link import SPOILT, LinkFault


class FramesCorrupted(LinkFault):
    """Cut short on the way: no longer a frame, whatever the place of the cut."""

    kind = "frames-corrupted"
    stage = SPOILT
    measure = "the share of frames that are cut short"
    usual = 0.1
    bounds = (0.0, 1.0)

    def becomes(self, one: Delivery) -> Iterable[Delivery]:
        if self.befalls(one):
            cut = int(self.chance.integers(1, len(one.payload)))
            one = replace(one, payload=one.payload[:cut], fate="corrupted")
        return (one,)
