"""What a fault on a frame's way may do; each of them is a file of its own.

A frame meets them in the order of its way, whatever the scenario's: first the radio that holds
it back, then the gateway that dies with what it holds, then the network. What is lost or spoilt
on one meets none of those after it.
"""

from collections.abc import Iterable
from typing import ClassVar

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
