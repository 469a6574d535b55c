"""Which rules a channel is given: by what it measures, what is kept there, and its place's duty."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from itertools import groupby
from typing import Any

from coldchain.limits import Limit
from coldchain.profile import Profile

from .faults import SensorNoisy, SensorStuck
from .findings import Rule
from .held import PullDownLate
from .rise import FastRise
from .table import Feed, rules_for

#: The feeds of channels that are on or off, or count nothing: a channel's quantity is its feed.
SWITCHES: dict[str, Feed] = {"door": "door", "mains": "mains", "compressor": "compressor"}
#: Quantities whose sensors are held to be in the goods' air or in the goods.
SENSED = frozenset({"air", "product"})


@dataclass(frozen=True, slots=True)
class Given:
    """The rules of one channel: those of its switch, or those of its temperature."""

    switch: Rule[Any] | None = None
    stuck: SensorStuck | None = None
    noisy: SensorNoisy | None = None
    rise: FastRise | None = None
    pull_down: PullDownLate | None = None

    def all(self) -> list[Rule[Any]]:
        """Each of them."""
        own = (getattr(self, one.name) for one in fields(self))
        return [rule for rule in own if rule is not None]


NONE = Given()


def of_switch(quantity: str) -> Given:
    """The rules of a channel that measures no temperature."""
    feed = SWITCHES.get(quantity)
    return NONE if feed is None else Given(switch=rules_for(feed)[0])


def of_temperature(
    quantity: str, profile: Profile, limits: Iterable[Limit], is_pre_cooling: bool
) -> Given:
    """The rules of a temperature that is judged by these limits of a profile.

    A rise is told of the limit whose passing is gravest, of these of the nearest; warming only,
    since falling is what a cooler does after every stop. Whether goods are pre-cooled is for a
    probe in them to say.
    """
    if quantity not in SENSED:
        return NONE
    usual = {rule.id: rule for rule in rules_for("temperature", profile, risen_to(limits))}
    cooling = rules_for("pre-cooling", profile) if is_pre_cooling and quantity == "product" else []
    return Given(
        stuck=usual["sensor-stuck"],  # type: ignore[arg-type]
        noisy=usual["sensor-noisy"],  # type: ignore[arg-type]
        rise=usual.get("fast-rise"),  # type: ignore[arg-type]
        pull_down=cooling[0] if cooling else None,  # type: ignore[arg-type]
    )


def risen_to(limits: Iterable[Limit]) -> Limit | None:
    """The limit that a rise is told of; None where none is above."""
    above = [one for one in limits if one.side == "above" and one.mode == "consecutive"]
    return min(above, key=lambda one: (one.severity != "critical", one.threshold), default=None)


def neighbours(channels: Iterable[str]) -> list[tuple[str, str]]:
    """Which channels of a device are compared: of one place and quantity, each with the first.

    A finding is said of the second of a pair, since its name says where it is; it doubts both.
    """
    names = sorted(name for name in channels if name.split(".", 2)[1] in SENSED)
    pairs: list[tuple[str, str]] = []
    for _, group in groupby(names, key=lambda name: name.split(".", 2)[:2]):
        first, *others = group
        pairs += [(first, other) for other in others]
    return pairs
