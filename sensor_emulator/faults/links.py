"""What becomes of frames on their way: kept back, never sent, overtaken, spoilt, doubled.

A frame meets them in the order of its way, whatever the scenario's: first the radio that holds
it back, then the gateway that dies with what it holds, then the network. What is lost or spoilt
on one meets none of those after it.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from coldchain.times import DAY_MS, SECOND_MS
from sensor_emulator.delivery import Delivery

from .base import Fault

#: A backlog is sent a frame each so many ms.
BACKLOG_MS = 40

RADIO, GATEWAY, OVERTAKEN, SPOILT, DOUBLED = range(5)


class LinkFault(Fault):
    """Acts on frames that are still to arrive as they were sent, one by one."""

    #: Where on its way a frame meets it: one of the above.
    stage: ClassVar[int]

    @property
    def rank(self) -> tuple[int, int, int]:
        # Of two holes in the coverage the earlier one comes first: its backlog may meet the other.
        return self.stage, self.start, self.end

    def carry(self, deliveries: list[Delivery]) -> list[Delivery]:
        out: list[Delivery] = []
        for one in deliveries:
            out += self.becomes(one) if one.fate == "sent" else (one,)
        return out

    def becomes(self, one: Delivery) -> Iterable[Delivery]:
        """What comes of a frame that has met with nothing but delay so far."""
        raise NotImplementedError

    def befalls(self, one: Delivery) -> bool:
        """By chance, while it acts: `amount` is the share of frames."""
        return self.acts(one.received) and self.chance.random() < self.amount


class OutOfCoverage(LinkFault):
    """No radio: the gateway stores its frames, and forwards them in order once it has one."""

    kind = "out-of-coverage"
    stage = RADIO

    def __post_init__(self) -> None:
        self._free = self.end

    def becomes(self, one: Delivery) -> Iterable[Delivery]:
        if self.start <= one.received < self._free:
            one = replace(one, received=self._free)
            self._free += BACKLOG_MS
        return (one,)


class BackfilledLater(LinkFault):
    """No radio; once there is one, what is new goes first, and what was stored comes after it,
    from the oldest on.
    """

    kind = "backfilled-later"
    stage = RADIO
    measure = "seconds from the radio's return to the backlog's first frame"
    usual = 120.0
    bounds = (0.0, DAY_MS / SECOND_MS)

    def __post_init__(self) -> None:
        self._free = self.end + round(self.amount * SECOND_MS)

    def becomes(self, one: Delivery) -> Iterable[Delivery]:
        if self.acts(one.received):
            one = replace(one, received=self._free)
            self._free += BACKLOG_MS
        return (one,)


class GatewayDead(LinkFault):
    """Nothing is sent, and nothing kept: what it had stored is lost as well."""

    kind = "gateway-dead"
    stage = GATEWAY

    def becomes(self, one: Delivery) -> Iterable[Delivery]:
        held_meanwhile = one.ready < self.end and one.received >= self.start
        return (replace(one, fate="dropped") if held_meanwhile else one,)


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
