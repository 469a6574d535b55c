"""A device's whole set of readings judged by the fleet rules in one batch.

What the stream must arrive at, for readings in order. Silence is not judged here: it is a matter
of receipts, which a set of readings does not have.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .columns import order
from .enrolment import PAUSING, Enrolled
from .exposure import SLOT_MS
from .frames import Frame
from .judge import ChannelState, advance
from .pauses import pauses_of, spans_of
from .records import ConditionRecord
from .rules.condition import condition
from .rules.findings import Finding, Rule
from .rules.following import cut, feed, mean_of
from .rules.given import SWITCHES, neighbours
from .rules.held import BatteryLow
from .rules.neighbours import SensorDrifts, SensorsDisagree
from .rules.table import RULES
from .segment import Interval
from .whole import Samples

#: The rules that a set of readings can be judged by.
JUDGED = frozenset(RULES) - {"device-silent"}
#: Times (rising, ms) and values (micro-units).
Readings = tuple[Sequence[int], Sequence[int]]


@dataclass(frozen=True, slots=True)
class FoundCondition:
    """A finding, and the channel it is about; empty: the device."""

    subject: str
    finding: Finding


def conditions_of(
    enrolled: Enrolled,
    samples: Mapping[str, Samples],
    batteries: Iterable[tuple[int, float]] = (),
    as_of: int = 0,
) -> list[ConditionRecord]:
    """The last record of each finding of a device. Raises Unregistered.

    `batteries`: what frames said of the battery's charge (0 to 1), and when they were sent (ms).
    """
    device = enrolled.registration.device
    found = list(_of_channels(enrolled, samples))
    found += [FoundCondition("", finding) for finding in _of_battery(batteries)]
    return [condition(device, one.subject, one.finding, as_of) for one in found]


def batteries_of(frames: Iterable[Frame]) -> list[tuple[int, float]]:
    """What the frames of a device say of its battery, and when (ms)."""
    return [(one.sent, one.battery) for one in frames if one.battery is not None]


def calibrated_apart(enrolled: Enrolled, pair: tuple[str, str], at: int) -> int:
    """What calibration adds to the difference of two channels at `at` (ms), micro-degrees."""
    first, second = (enrolled.post(enrolled.index(at), name).calibration for name in pair)
    return second - first


def _of_channels(enrolled: Enrolled, samples: Mapping[str, Samples]) -> Iterator[FoundCondition]:
    ordered: dict[str, Readings] = {}
    for name, raw in samples.items():
        t, v, *_ = order(raw.times, raw.values)
        if len(t):
            ordered[name] = t.tolist(), v.tolist()
    newest = max((times[-1] for times, _ in ordered.values()), default=0)
    spans = {name: spans_of(*ordered[name]) for name in ordered if name.split(".")[1] in PAUSING}
    for name, (times, values) in ordered.items():
        compartment, quantity = name.split(".")[:2]
        beside = [
            s for door, own in spans.items() if door.split(".")[0] == compartment for s in own
        ]
        now = newest if quantity in SWITCHES else times[-1]
        for finding in _of_channel(enrolled, name, times, values, beside, now):
            yield FoundCondition(name, finding)
    for pair in neighbours(ordered):
        for finding in _of_pair(enrolled, pair, ordered):
            yield FoundCondition(pair[1], finding)


@dataclass(slots=True)
class _Followed:
    """A rule followed over a channel, what it remembers, and its last reading and entry."""

    rule: Rule[Any]
    state: Any
    last: int = 0
    index: int = 0


def _of_channel(
    enrolled: Enrolled,
    channel: str,
    times: Sequence[int],
    values: Sequence[int],
    spans: Sequence[Interval],
    now: int,
) -> Iterator[Finding]:
    """Each rule followed over the readings for which the registry gives it to the channel.

    What a switch said holds until it says something else: the rule ends when the registry takes
    it away. What a thermometer said does not: the rule ends at its last reading.
    """
    followed: dict[str, _Followed] = {}

    def drop(until: int) -> Iterator[Finding]:
        for name, one in list(followed.items()):
            lost = _lost(enrolled, channel, one, until)
            if lost is not None:
                del followed[name]
                at = lost if channel.split(".")[1] in SWITCHES else one.last
                yield from _some(cut(one.rule, one.state, at))

    for index, start, stop in enrolled.by_entry(times):
        post = enrolled.post(index, channel)
        pauses = pauses_of(spans, post.grace)
        yield from drop(index)
        for rule in post.rules.all():
            one = followed.setdefault(rule.id, _Followed(rule, rule.fresh()))
            yield from feed(rule, one.state, times[start:stop], values[start:stop], pauses)
            one.last, one.index = times[stop - 1], index
    yield from drop(enrolled.index(now))
    for one in followed.values():
        yield from _some(one.rule.standing(one.state, now))


def _lost(enrolled: Enrolled, channel: str, one: _Followed, until: int) -> int | None:
    """When the registry took a rule from a channel, by its entry `until`; None: it did not."""
    is_switch = channel.split(".")[1] in SWITCHES
    for index in range(one.index + 1 if is_switch else until, until + 1):
        if one.rule not in enrolled.post(index, channel).rules.all():
            return enrolled.starts[index]
    return None


def _of_pair(
    enrolled: Enrolled, pair: tuple[str, str], ordered: Mapping[str, Readings]
) -> Iterator[Finding]:
    """Two neighbours compared, by the slots that both have left behind."""
    done = min(ordered[name][0][-1] for name in pair) - SLOT_MS
    first, second = (_means(enrolled, name, *ordered[name]) for name in pair)
    slots = sorted(slot for slot in first.keys() & second.keys() if slot <= done)
    rules: tuple[Rule[Any], Rule[Any]] = (SensorsDisagree(), SensorDrifts())
    states: list[Any] = [rule.fresh() for rule in rules]
    known: int | None = None
    for slot in slots:
        calibration = calibrated_apart(enrolled, pair, slot + SLOT_MS - 1)
        if known is not None and calibration != known:
            yield from _some(cut(rules[1], states[1], slot))
            states[1] = rules[1].fresh()
        known = calibration
        for rule, state in zip(rules, states, strict=True):
            yield from _some(rule.observe(state, slot, second[slot] - first[slot]))
    for rule, state in zip(rules, states, strict=True):
        yield from _some(rule.standing(state, slots[-1]) if slots else None)


def _means(
    enrolled: Enrolled, channel: str, times: Sequence[int], values: Sequence[int]
) -> dict[int, int]:
    """The means of a channel's 5-minute pieces (micro-degrees), by slot."""
    means: dict[int, int] = {}
    for post, start, stop in enrolled.stints(channel, times):
        if post.plan is None:
            continue
        fresh = ChannelState.fresh(post.plan)
        for piece in advance(post.plan, fresh, times[start:stop], values[start:stop]).pieces:
            mean = mean_of(piece.sums)
            if mean is not None:
                means[piece.slot] = mean
    return means


def _of_battery(batteries: Iterable[tuple[int, float]]) -> Iterator[Finding]:
    rule, state = BatteryLow(), BatteryLow().fresh()
    said = dict(batteries)
    yield from feed(rule, state, sorted(said), [said[at] for at in sorted(said)])
    yield from _some(rule.standing(state, max(said)) if said else None)


def _some(found: Finding | None) -> list[Finding]:
    return [] if found is None else [found]
