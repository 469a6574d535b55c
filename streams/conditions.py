"""The fleet rules in the stream: newer readings to a channel's rules, their findings to records.

A finding is said once when it stands by the device's own time, and once when it has ended. Late
readings change none of it (decision 0076).
"""

from collections.abc import Iterable, Sequence

import msgspec

from coldchain.enrolment import Enrolled, Post, Unregistered
from coldchain.pauses import pauses_of
from coldchain.registry import Duty
from coldchain.rules.condition import condition
from coldchain.rules.findings import Finding, Spell
from coldchain.rules.following import cut, feed
from coldchain.rules.given import NONE, SENSED, Given, neighbours, of_switch
from coldchain.rules.held import BatteryLow
from coldchain.segment import Interval

from .effects import Effects
from .memory import ChannelMemory, DeviceMemory, newest_reading
from .neighbours import RULES as OF_NEIGHBOURS
from .neighbours import Pair, compare
from .trace import PUT, TAKE

BATTERY = BatteryLow()
_PAIRED = frozenset(rule.id for rule in OF_NEIGHBOURS)


def follow(
    enrolled: Enrolled,
    post: Post,
    channel: ChannelMemory,
    times: Sequence[int],
    values: Sequence[int],
    spans: Sequence[Interval],
    now: int,
) -> tuple[list[Finding], list[Finding]]:
    """Give a channel's rules its newer readings (ms; micro-units), before they are its last.

    `spans`: when a door of its compartment was open or a defrost ran; `now`: the device's newest
    reading (ms), by which what a switch says is judged. The findings that stand, and that end.
    """
    ended = _change(enrolled, post, channel, times[0])
    rules = post.rules.all()
    states = [TAKE[rule.id](channel) for rule in rules]
    pauses = pauses_of(spans, post.grace) if spans else ()
    by = times[-1] if post.quantity in SENSED else max(now, times[-1])
    standing: list[Finding] = []
    for rule, state in zip(rules, states, strict=True):
        ended += feed(rule, state, times, values, pauses)
        PUT[rule.id](channel, state)
        standing += _some(rule.standing(state, by))
    return standing, ended


def look(enrolled: Enrolled, memory: DeviceMemory, offset: int, effects: Effects) -> None:
    """What the device's own time, and its neighbours' pieces, make of what is remembered."""
    now = -1
    for name, channel in memory.kept.items():  # what is on or off, or cools down, is in no row
        if channel.spell is None and channel.cycles is None:
            continue
        quantity = name.split(".", 2)[1]
        if quantity not in SENSED:
            now = newest_reading(memory) if now < 0 else now
            _look_at_switch(enrolled, name, quantity, channel, now, offset, effects)
    pairs = _pairs(enrolled.registration.device, memory)
    channels = memory.known if pairs else {}
    for names in pairs:
        pair = memory.pairs.get(names[1])
        if pair is None:
            pair = memory.pairs[names[1]] = Pair()
        first, second = (channels[name] for name in names)
        ended = compare(enrolled, names, (first.last_at, second.last_at), pair, effects)
        device = enrolled.registration.device
        standing = list(pair.standing())
        tell(device, names[1], second.said, standing, ended, offset, effects, _PAIRED)


def hear_battery(
    device: str, memory: DeviceMemory, sent: int, battery: float, offset: int, effects: Effects
) -> None:
    """A frame's word on its device's battery (0 to 1), newer than the last one (ms)."""
    memory.battery_at = sent
    if memory.battery is None and battery > BATTERY.low:
        return
    state = memory.battery or Spell()
    ended = BATTERY.observe(state, sent, battery)
    memory.battery = None if state.since is None else state
    standing = _some(BATTERY.standing(state, sent))
    tell(device, "", memory.said, standing, _some(ended), offset, effects, (BATTERY.id,))


def tell(
    device: str,
    subject: str,
    said: list[Finding],
    standing: Sequence[Finding],
    ended: Iterable[Finding],
    offset: int,
    effects: Effects,
    rules: Iterable[str] = tuple(TAKE),
) -> None:
    """Say what was not said yet of these rules' findings. `said` are those raised and not ended."""
    for finding in ended:
        effects.conditions.append(condition(device, subject, finding, offset))
        _forget(said, finding)
    known = {(one.rule, one.since) for one in said}
    stand = {(one.rule, one.since) for one in standing}
    for finding in [one for one in said if one.rule in rules]:
        if (finding.rule, finding.since) not in stand:
            # Raised by the time of other channels; its own, come since, say it never was.
            gone = msgspec.structs.replace(
                condition(device, subject, finding, offset), state="withdrawn"
            )
            effects.conditions.append(gone)
            _forget(said, finding)
    for finding in standing:
        if (finding.rule, finding.since) not in known:
            effects.conditions.append(condition(device, subject, finding, offset))
            said.append(finding)


def _look_at_switch(
    enrolled: Enrolled,
    name: str,
    quantity: str,
    channel: ChannelMemory,
    now: int,
    offset: int,
    effects: Effects,
) -> None:
    index = enrolled.index(now)
    rule = enrolled.post(index, name).rules.switch
    standing: list[Finding] = []
    ended: list[Finding] = []
    if rule is None:
        ended = _drop_switch(quantity, channel, enrolled.starts[index])
    else:
        standing = _some(rule.standing(TAKE[rule.id](channel), now))
    if ended or standing != channel.said:
        tell(enrolled.registration.device, name, channel.said, standing, ended, offset, effects)


def _change(enrolled: Enrolled, post: Post, channel: ChannelMemory, first: int) -> list[Finding]:
    """The rules that the registry no longer gives the channel end, with what they found."""
    if post.quantity not in SENSED:
        if post.rules.switch is not None or (channel.spell is None and channel.cycles is None):
            return []
        return _drop_switch(post.quantity, channel, enrolled.starts[enrolled.index(first)])
    if channel.trace is None and channel.spell is None:
        return []
    before = _before(enrolled, post, channel)
    if before is post.rules:
        return []
    after = {rule.id: rule for rule in post.rules.all()}
    ended: list[Finding] = []
    for rule in before.all():
        if after.get(rule.id) != rule:
            ended += _some(cut(rule, TAKE[rule.id](channel), channel.last_at))
            PUT[rule.id](channel, rule.fresh())
    if before is NONE:
        ended += [msgspec.structs.replace(one, until=channel.last_at) for one in channel.said]
    if not after or before is NONE:
        channel.trace, channel.spell = None, None
    return ended


def _before(enrolled: Enrolled, post: Post, channel: ChannelMemory) -> Given:
    """The rules that a temperature was given so far; none where its profile is gone."""
    if not channel.profile:  # never judged: what it was given it had from the registry alone
        try:
            return enrolled.post(enrolled.index(channel.last_at), post.channel).rules
        except Unregistered:
            return NONE
    duty: Duty = "in-service" if channel.spell is None else "pre-cooling"
    try:
        return enrolled.plans.rules(channel.profile, post.quantity, duty)
    except Unregistered:
        return NONE


def _drop_switch(quantity: str, channel: ChannelMemory, at: int) -> list[Finding]:
    rule = of_switch(quantity).switch
    ended = [] if rule is None else _some(cut(rule, TAKE[rule.id](channel), at))
    channel.spell, channel.cycles = None, None
    return ended


#: Which channels of a device are compared, and of how many channels that was made: they only
#: grow more.
_known_pairs: dict[str, tuple[int, list[tuple[str, str]]]] = {}


def _pairs(device: str, memory: DeviceMemory) -> list[tuple[str, str]]:
    known = _known_pairs.get(device)
    if known is None or known[0] != len(memory.kept):
        known = _known_pairs[device] = len(memory.kept), neighbours(memory.kept)
    return known[1]


def _forget(said: list[Finding], finding: Finding) -> None:
    said[:] = [one for one in said if (one.rule, one.since) != (finding.rule, finding.since)]


def _some(found: Finding | None) -> list[Finding]:
    return [] if found is None else [found]
