"""Sensors of one place held against each other, slot by slot, as both have left it behind."""

from collections.abc import Iterator
from typing import Any

import msgspec

from coldchain.enrolment import Enrolled
from coldchain.exposure import SLOT_MS
from coldchain.fleet import calibrated_apart
from coldchain.rules.findings import Finding, Rule, Spell
from coldchain.rules.following import cut, mean_of
from coldchain.rules.neighbours import Days, SensorDrifts, SensorsDisagree

from .effects import Effects

#: Slots of one of a pair that wait for the other at most.
WAITING = 24
#: A gap longer than this is stepped over, not through, ms.
STRIDE = 288 * SLOT_MS

RULES: tuple[Rule[Any], Rule[Any]] = (SensorsDisagree(), SensorDrifts())


class Pair(msgspec.Struct, array_like=True):
    """What is remembered of two neighbours.

    `upto`: the first slot (ms) not yet taken of each; `means`: those taken and not compared, by
    slot, micro-degrees. `compared` is the last slot compared, `calibration` what calibration
    added to the difference then.
    """

    upto: list[int] = msgspec.field(default_factory=lambda: [-1, -1])
    means: list[dict[int, int]] = msgspec.field(default_factory=lambda: [{}, {}])
    apart: Spell = msgspec.field(default_factory=Spell)
    days: Days = msgspec.field(default_factory=Days)
    compared: int = -1
    calibration: int = 0

    def standing(self) -> Iterator[Finding]:
        """The findings that stand."""
        for rule, state in zip(RULES, (self.apart, self.days), strict=True):
            found = rule.standing(state, self.compared)
            if found is not None:
                yield found


def compare(
    enrolled: Enrolled,
    names: tuple[str, str],
    last_at: tuple[int, int],
    pair: Pair,
    effects: Effects,
) -> list[Finding]:
    """Take what the two channels' pieces say by now; the findings that end."""
    device = enrolled.registration.device
    for index, (name, newest) in enumerate(zip(names, last_at, strict=True)):
        _take(pair, index, device, name, newest, effects)
    first, second = pair.means
    ended: list[Finding] = []
    for slot in sorted(first.keys() & second.keys()):
        ended += _weigh(enrolled, names, pair, slot, second.pop(slot) - first.pop(slot))
    for waiting in pair.means:
        while len(waiting) > WAITING:
            del waiting[min(waiting)]
    return ended


def _take(pair: Pair, index: int, device: str, name: str, newest: int, effects: Effects) -> None:
    """The means of the slots that a channel has left behind since."""
    pieces, under_way = effects.pieces, newest - newest % SLOT_MS
    begin = pair.upto[index]
    slots = [begin]
    if begin < 0 or under_way - begin > STRIDE:
        back = under_way - SLOT_MS
        while (device, name, back) in pieces and back > begin:
            slots.append(back)
            back -= SLOT_MS
    else:
        slots = list(range(begin, under_way, SLOT_MS))
    for slot in sorted(slots):
        found = pieces.get((device, name, slot))
        mean = None if found is None or slot == under_way else mean_of(found[1])
        if mean is not None:
            pair.means[index][slot] = mean
    pair.upto[index] = under_way


def _weigh(
    enrolled: Enrolled, names: tuple[str, str], pair: Pair, slot: int, difference: int
) -> Iterator[Finding]:
    calibration = calibrated_apart(enrolled, names, slot + SLOT_MS - 1)
    apart, drifts = RULES
    ended = [apart.observe(pair.apart, slot, difference)]
    if pair.compared >= 0 and calibration != pair.calibration:
        ended.append(cut(drifts, pair.days, slot))
        pair.days = Days()
    ended.append(drifts.observe(pair.days, slot, difference))
    pair.compared, pair.calibration = slot, calibration
    return (one for one in ended if one is not None)
