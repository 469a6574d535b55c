"""A device judged again where late readings touched it: merged into the store, then from there."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from coldchain.enrolment import PAUSING, Enrolled
from coldchain.exposure import SLOT_MS
from coldchain.limits import Limit
from coldchain.pauses import spans_of
from coldchain.segment import Interval

from .conditions import follow, tell
from .doors import GRACE_AT_MOST
from .effects import Effects, Late
from .memory import ChannelMemory, copied
from .merge import lines_of
from .past import Asking, Reading, Stored, excursions, latest_before, readings
from .revise import History, restart_before, revise

Channels = Mapping[str, ChannelMemory]


@dataclass(slots=True)
class Rejudged:
    """What came of it: each channel's new memory, and the effects still to be done."""

    channels: dict[str, ChannelMemory] = field(default_factory=dict)
    effects: Effects = field(default_factory=Effects)


def merged_lines(device: str, late: Mapping[str, Late]) -> Asking[list[str]]:
    """The lines that merge a device's late readings into the store. To be written first."""
    lines: list[str] = []
    for channel, one in late.items():
        if one.readings:
            lines += yield from lines_of(device, channel, one.readings)
    return lines


def rejudge(
    enrolled: Enrolled, channels: Channels, late: Mapping[str, Late], offset: int
) -> Asking[Rejudged]:
    """Judge a device again over the store, its late readings merged into it already.

    Raises Unregistered.
    """
    done = Rejudged()
    device = enrolled.registration.device
    for channel, since in _touched(channels, late).items():
        quantity = channel.split(".")[1]
        known = channels[channel]
        if quantity in PAUSING:
            memory, times, values = yield from _switch(device, channel, known, since)
            done.channels[channel] = memory
            _follow(enrolled, channel, known, channels, memory, (times, values), (), offset, done)
            continue
        times, values, history = yield from _history(enrolled, channel, channels, since)
        history = replace(history, aboard_since=aboard_since(late, channel))
        if not times:
            continue
        memory = done.channels[channel] = ChannelMemory(times[-1], values[-1])
        revised = revise(enrolled, channel, history, offset)
        memory.state, memory.profile = revised.state, revised.profile
        memory.presumed = known.presumed
        spans = history.spans
        _follow(enrolled, channel, known, channels, memory, (times, values), spans, offset, done)
        done.effects.pieces |= revised.effects.pieces
        done.effects.records += revised.effects.records
        done.effects.standing |= revised.effects.standing
    return done


def _follow(
    enrolled: Enrolled,
    name: str,
    known: ChannelMemory,
    channels: Channels,
    memory: ChannelMemory,
    readings: tuple[Sequence[int], Sequence[int]],
    spans: Sequence[Interval],
    offset: int,
    done: Rejudged,
) -> None:
    """The fleet rules over what is newer than what they have seen: it only had to wait."""
    one = copied(known)  # what is known is in use elsewhere
    times, values = (column[bisect_right(readings[0], known.last_at) :] for column in readings)
    now = max(own.last_at for own in channels.values())
    for index, start, stop in enrolled.by_entry(times):
        post = enrolled.post(index, name)
        own = times[start:stop], values[start:stop]
        standing, ended = follow(enrolled, post, one, *own, spans, now)
        device = enrolled.registration.device
        tell(device, name, one.said, standing, ended, offset, done.effects)
        one.last_at, one.last_value = own[0][-1], own[1][-1]
        one.profile = "" if post.plan is None else post.plan.profile
    memory.trace, memory.spell, memory.cycles = one.trace, one.spell, one.cycles
    memory.said = one.said


def aboard_since(late: Mapping[str, Late], channel: str) -> int | None:
    """From when (ms) a channel's excursions name others aboard than was said."""
    return late[channel].aboard_since if channel in late else None


def _touched(channels: Channels, late: Mapping[str, Late]) -> dict[str, int]:
    """The channels to judge again, each from when (ms): a door's concern those beside it too."""
    touched = {channel: one.since for channel, one in late.items()}
    for channel, one in late.items():
        compartment, quantity = channel.split(".")[:2]
        if quantity not in PAUSING:
            continue
        for beside, memory in channels.items():
            if memory.state is not None and beside.split(".")[0] == compartment:
                touched[beside] = min(one.since, touched.get(beside, one.since))
    return touched


def _history(
    enrolled: Enrolled, channel: str, channels: Channels, since: int
) -> Asking[tuple[list[int], list[int], History]]:
    device = enrolled.registration.device
    stored = yield from excursions(device, channel)
    restart = yield from _restart(enrolled, channel, since, stored)
    start: int | None = None
    if restart is not None:
        slot = restart[0] - restart[0] % SLOT_MS
        before = yield from latest_before(device, channel, slot)
        start = slot if before is None else before[0]
    times, values = yield from readings(device, channel, start)
    if restart is not None:
        stored = [one for one in stored if one.excursion.start > restart[0]]
    index = times.index(restart[0]) if restart is not None else -1
    since_when = restart[0] if restart is not None else None
    spans = yield from _spans(device, channel.split(".", 1)[0], channels, since_when)
    return times, values, History(times, values, index, spans, stored)


def _restart(
    enrolled: Enrolled, channel: str, since: int, stored: list[Stored]
) -> Asking[Reading | None]:
    """The newest reading before `since` that is outside every excursion."""

    def limit_of(one: Stored) -> Limit | None:
        plan = enrolled.plans.plan(one.profile, channel.split(".")[1])
        return next((limit for limit in plan.limits if limit.id == one.excursion.limit), None)

    while True:
        previous = yield from latest_before(enrolled.registration.device, channel, since)
        earlier = restart_before(previous, stored, limit_of)
        if earlier is None:
            return previous
        since = earlier


def _spans(
    device: str, compartment: str, channels: Channels, since: int | None
) -> Asking[list[Interval]]:
    """When the compartment's doors and defrosts were on, from before `since` on."""
    spans: list[Interval] = []
    for channel in channels:
        own, quantity = channel.split(".")[:2]
        if own != compartment or quantity not in PAUSING:
            continue
        start = None
        if since is not None:
            before = yield from latest_before(device, channel, since - GRACE_AT_MOST)
            start = None if before is None else before[0]
        times, values = yield from readings(device, channel, start)
        spans += spans_of(times, values)
    return spans


def _switch(
    device: str, channel: str, known: ChannelMemory, since: int
) -> Asking[tuple[ChannelMemory, list[int], list[int]]]:
    """A door's memory, read again from before what came late; and what was read."""
    before = yield from latest_before(device, channel, since)
    start = since if before is None else before[0]
    times, values = yield from readings(device, channel, start)
    fresh = spans_of(times, values)
    first = times[0] if times else since
    kept = [span for span in known.spans if span[0] < first]
    if kept and kept[-1][1] > first:  # on, as of the first reading: the same span goes on
        began = kept.pop()[0]
        if fresh and fresh[0][0] == first:
            fresh[0] = (began, fresh[0][1])
    memory = ChannelMemory(
        last_at=times[-1] if times else known.last_at,
        last_value=values[-1] if times else known.last_value,
        spans=[*kept, *fresh],
    )
    return memory, times, values
