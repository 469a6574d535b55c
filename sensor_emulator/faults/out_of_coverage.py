"""Out of coverage: the gateway stores its frames, and forwards them in order later."""

from collections.abc import Iterable
from dataclasses import replace

from sensor_emulator.delivery import Delivery

from .link import BACKLOG_MS, RADIO, LinkFault


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
