"""The gateway dead: nothing of that time is ever sent."""

from collections.abc import Iterable
from dataclasses import replace

from sensor_emulator.delivery import Delivery

from .link import GATEWAY, LinkFault


class GatewayDead(LinkFault):
    """Nothing is sent, and nothing kept: what it had stored is lost as well."""

    kind = "gateway-dead"
    stage = GATEWAY

    def becomes(self, one: Delivery) -> Iterable[Delivery]:
        held_meanwhile = one.ready < self.end and one.received >= self.start
        return (replace(one, fate="dropped") if held_meanwhile else one,)
