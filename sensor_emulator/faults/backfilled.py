"""Out of coverage, and what was stored comes after what is new."""

from collections.abc import Iterable
from dataclasses import replace

from coldchain.times import DAY_MS, SECOND_MS
from sensor_emulator.delivery import Delivery

from .link import BACKLOG_MS, RADIO, LinkFault


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
