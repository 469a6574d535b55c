"""One frame judged: what it changes in its device's memory, and what follows from it.

a reading is                             it is
---------------------------------------  ------------------------------------------------
null                                     nothing
impossible, or ahead of its receipt      flagged, kept out of the rules
newer than its channel's last            stored, judged at once
not newer, or its device is just now     put off: merged into the store and judged from
being judged again                       there (rejudge.py)
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from coldchain.celsius import MICRO
from coldchain.enrolment import PAUSING, Enrolled, Post
from coldchain.frames import Channel, Frame
from series.lines import columns, head
from series.schema import READING

from . import points
from .channel import judge_channel
from .doors import forget_old_spans, switch
from .effects import Effects, Late
from .memory import ChannelMemory, DeviceMemory

Values = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Arrival:
    """When and where a frame came in: receipt (ms), its offset, the time no sample may pass."""

    received: int
    offset: int
    latest: int


@dataclass(frozen=True, slots=True)
class _Stint:
    """Samples of one channel under one post."""

    post: Post
    times: Sequence[int]
    values: Values
    is_rising: bool


@lru_cache(maxsize=1 << 20)
def reading_head(device: str, compartment: str) -> str:
    """How a compartment's lines of readings begin."""
    return head(READING.name, {"compartment": compartment, "device": device})


def judge_frame(
    enrolled: Enrolled,
    memory: DeviceMemory,
    frame: Frame,
    arrival: Arrival,
    effects: Effects,
    put_all_off: bool = False,
) -> None:
    """Judge a frame. `put_all_off`: its device is being judged again, its readings have to wait.

    Raises Unregistered, before anything is changed, where the registry has no place for it.
    """
    stints = [stint for channel in frame.channels for stint in _stints(enrolled, channel)]
    # Doors and defrosts first: they say which of the frame's temperatures are paused.
    stints.sort(key=lambda stint: stint.post.quantity not in PAUSING)
    lines: dict[tuple[str, tuple[int, ...]], list[tuple[str, list[float]]]] = {}
    for stint in stints:
        post = stint.post
        sifted = post.sift(stint.times, stint.values, arrival.latest)
        effects.readings += len(sifted.times) + len(sifted.flagged)
        for at, value, why in sifted.flagged:
            effects.lines.append(points.flagged(frame.device, post.channel, why, at, value))
        channel = memory.channels.get(post.channel)
        if channel is None:
            channel = memory.channels[post.channel] = ChannelMemory()
        last = NEVER_YET if put_all_off else channel.last_at
        times, values, late = _part(last, sifted.times, sifted.values, stint.is_rising)
        if late:
            since = min(at for at, _ in late)
            effects.put_off(frame.device, post.channel, Late(since, late))
        if not times:
            continue
        row = post.field, [value / MICRO for value in values]
        lines.setdefault((post.compartment, tuple(times)), []).append(row)
        if post.pauses:
            switch(frame.device, memory, post, channel, times, values, effects)
        else:
            judge_channel(enrolled, memory, post, times, values, arrival.offset, effects)
        channel.last_at, channel.last_value = times[-1], values[-1]
    for (compartment, together), rows in lines.items():
        names, series = [name for name, _ in rows], [values for _, values in rows]
        effects.lines += columns(reading_head(frame.device, compartment), names, together, series)
    forget_old_spans(memory)
    memory.count(frame.boot, frame.seq)
    memory.as_of = max(memory.as_of, arrival.offset)
    memory.heard_at = max(memory.heard_at, arrival.received)
    memory.position = frame.position or memory.position
    effects.lines.append(points.device(frame, memory))


#: As a channel's last, it makes every reading a late one.
NEVER_YET = 1 << 62


def _stints(enrolled: Enrolled, channel: Channel) -> Iterator[_Stint]:
    """A channel's samples, parted where the registry says something else of them."""
    times = channel.times()
    if not times:
        return
    is_even = channel.at is None
    index = enrolled.index(times[0] if is_even else min(times))
    if index == enrolled.index(times[-1] if is_even else max(times)):  # nearly always
        yield _Stint(enrolled.post(index, channel.name), times, channel.values, is_even)
        return
    pairs = sorted(zip(times, channel.values, strict=True), key=lambda pair: pair[0])
    rising = [at for at, _ in pairs]
    for post, start, stop in enrolled.stints(channel.name, rising):
        values = [value for _, value in pairs[start:stop]]
        yield _Stint(post, rising[start:stop], values, is_even)


def _part(
    last: int, times: list[int], values: list[int], is_rising: bool
) -> tuple[list[int], list[int], list[tuple[int, int]]]:
    """Readings parted: times and values of those newer than all before them; the late ones."""
    if not times:
        return times, values, []
    if times[0] > last and (is_rising or all(a < b for a, b in pairwise(times))):
        return times, values, []
    kept_times: list[int] = []
    kept_values: list[int] = []
    late: list[tuple[int, int]] = []
    for at, value in zip(times, values, strict=True):
        if at > last:
            kept_times.append(at)
            kept_values.append(value)
            last = at
        else:
            late.append((at, value))
    return kept_times, kept_values, late
