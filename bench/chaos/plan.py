"""The schedule of harm: what, when, how long, to whom; the same for the same seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Harm:
    """One harm: its kind (harms.HARMS), when it begins and how long it lasts (seconds from the
    first), and a number that chooses among those it may hit."""

    kind: str
    at: float
    lasts: float
    choice: int


#: Kind of harm: how often, among the others; how long it lasts, seconds (least, most).
KINDS: dict[str, tuple[int, float, float]] = {
    "kill a worker": (8, 0.0, 0.0),
    "freeze a worker": (3, 8.0, 12.0),
    "stop a worker": (3, 0.0, 0.0),
    "a worker joins and leaves": (3, 8.0, 15.0),
    "kill the front door": (4, 0.0, 0.0),
    "kill the alert service": (4, 0.0, 0.0),
    "kill Kafka": (2, 0.0, 0.0),
    "Kafka away": (2, 5.0, 12.0),
    "kill InfluxDB": (3, 0.0, 0.0),
    "InfluxDB away": (3, 5.0, 20.0),
    "poison": (4, 0.0, 0.0),
    "frames again": (5, 0.0, 0.0),
    "dead zone": (5, 10.0, 30.0),
    "Kafka cut off": (2, 3.0, 12.0),
    "InfluxDB cut off": (2, 3.0, 15.0),
    "a hole in the network": (3, 4.0, 12.0),
    "a slow network": (2, 5.0, 12.0),
    "a clock ahead": (2, 0.0, 0.0),
    "a clock behind": (2, 0.0, 0.0),
}
#: Seconds between the beginnings of two harms: least, most.
APART = (2.0, 6.0)


def schedule(seed: int, harms: int, kinds: Sequence[str] = tuple(KINDS)) -> list[Harm]:
    """A schedule of so many harms; every kind is in it where there are enough."""
    chance = random.Random(seed)
    weights = [KINDS[kind][0] for kind in kinds]
    chosen = [*kinds, *chance.choices(kinds, weights, k=max(0, harms - len(kinds)))][:harms]
    chance.shuffle(chosen)
    at, made = 0.0, []
    for kind in chosen:
        at += chance.uniform(*APART)
        _, least, most = KINDS[kind]
        made.append(Harm(kind, at, chance.uniform(least, most), chance.randrange(1 << 30)))
    return made
