"""What becomes of frames on their way: kept back, doubled, overtaken, spoilt, never sent."""

from dataclasses import replace

from coldchain.times import SECOND_MS
from sensor_emulator.delivery import Delivery

from .base import Fault

#: A backlog is sent a frame each so many ms.
BACKLOG_MS = 40


class OutOfCoverage(Fault):
    """No radio: the gateway stores its frames, and forwards them in order once it has one."""

    kind = "out-of-coverage"

    def __post_init__(self) -> None:
        self._free = self.end

    def carry(self, deliveries: list[Delivery]) -> list[Delivery]:
        kept = []
        for delivery in deliveries:
            if delivery.received < self.start:
                kept.append(delivery)
                continue
            at = max(delivery.received, self._free)
            self._free = at + BACKLOG_MS
            kept.append(replace(delivery, received=at))
        return kept


class BackfilledLater(Fault):
    """No radio; once there is one, what is new goes first, and what was stored comes after it,
    from the oldest on.
    """

    kind = "backfilled-later"
    measure = "seconds from the radio's return to the backlog's first frame"
    usual = 120.0

    def __post_init__(self) -> None:
        self._free = self.end + round(self.amount * SECOND_MS)

    def carry(self, deliveries: list[Delivery]) -> list[Delivery]:
        kept = []
        for delivery in deliveries:
            if self.acts(delivery.received):
                delivery = replace(delivery, received=self._free)
                self._free += BACKLOG_MS
            kept.append(delivery)
        return kept


class GatewayDead(Fault):
    """Nothing is sent, and nothing kept."""

    kind = "gateway-dead"

    def carry(self, deliveries: list[Delivery]) -> list[Delivery]:
        return [
            replace(one, fate="dropped") if self.acts(one.received) else one for one in deliveries
        ]


class FramesDuplicated(Fault):
    kind = "frames-duplicated"
    measure = "the share of frames that come twice"
    usual = 0.2

    def carry(self, deliveries: list[Delivery]) -> list[Delivery]:
        out = []
        for one in deliveries:
            out.append(one)
            if self.acts(one.received) and self.chance.random() < self.amount:
                later = one.received + int(self.chance.integers(200, 30 * SECOND_MS))
                out.append(replace(one, received=later, fate="duplicate"))
        return out


class FramesReordered(Fault):
    kind = "frames-reordered"
    measure = "the share of frames that later ones overtake"
    usual = 0.3

    def carry(self, deliveries: list[Delivery]) -> list[Delivery]:
        return [
            replace(one, received=one.received + int(self.chance.integers(5, 150)) * SECOND_MS)
            if self.acts(one.received) and self.chance.random() < self.amount
            else one
            for one in deliveries
        ]


class FramesCorrupted(Fault):
    """Cut short on the way: no longer a frame, whatever the place of the cut."""

    kind = "frames-corrupted"
    measure = "the share of frames that are cut short"
    usual = 0.1

    def carry(self, deliveries: list[Delivery]) -> list[Delivery]:
        out = []
        for one in deliveries:
            if self.acts(one.received) and self.chance.random() < self.amount:
                cut = int(self.chance.integers(1, len(one.payload)))
                out.append(replace(one, payload=one.payload[:cut], fate="corrupted"))
            else:
                out.append(one)
        return out
