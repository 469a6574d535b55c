"""One frame judged: what it changes in its device's memory, and what follows from it.

a reading is                             it is
---------------------------------------  ------------------------------------------------
null                                     nothing
impossible, or ahead of its receipt      flagged, kept out of the rules
newer than its channel's last            stored, judged at once
not newer, or its device is just now     put off: merged into the store and judged from
being judged again                       there (rejudge.py)
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, zip_longest
from typing import TypeVar

from coldchain.celsius import MICRO
from coldchain.enrolment import PAUSING, Enrolled, Post
from coldchain.frames import Channel, Frame
from series.lines import columns, head
from series.schema import READING

from . import points
from .channel import judge_channel
from .conditions import follow, hear_battery, look, tell
from .doors import forget_old_spans, recent_spans, spans_of_compartment, switch
from .effects import Effects, Late
from .memory import ChannelMemory, DeviceMemory, newest_reading
from .quick import Candidate, Quick
from .silence import hear

Values = Sequence[float | None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Arrival:
    """When and where a frame came in: receipt (ms), its offset, the time no sample may pass."""

    received: int
    offset: int
    latest: int


@dataclass(frozen=True, slots=True)
class Stint:
    """Samples of one channel under one post; `step` (ms) where they are evenly spaced, else 0."""

    post: Post
    times: Sequence[int]
    values: Values
    step: int


@lru_cache(maxsize=1 << 20)
def reading_head(device: str, compartment: str) -> str:
    """How a compartment's lines of readings begin."""
    return head(READING.name, {"compartment": compartment, "device": device})


@dataclass(frozen=True, slots=True)
class Job:
    """A frame to judge. `put_all_off`: its device is being judged again, its readings wait."""

    enrolled: Enrolled
    memory: DeviceMemory
    frame: Frame
    arrival: Arrival
    stints: "list[Stint]"
    put_all_off: bool = False


def judge_frames(jobs: Sequence[Job], effects: Effects) -> list[Exception | None]:
    """Judge frames of different devices: what is ordinary all at once, the rest one by one.

    Per job, what our own code could not cope with, or None.
    """
    quick = Quick()
    offered = [[] if job.put_all_off else _offer(quick, job) for job in jobs]
    quick.judge(effects)
    failed: list[Exception | None] = []
    for job, candidates in zip(jobs, offered, strict=True):
        try:
            _judge_rest(job, candidates, effects)
        except Exception as error:  # noqa: BLE001 - one frame must not stop a city
            failed.append(error)
        else:
            failed.append(None)
    return failed


def rounds(items: Sequence[T], device: Callable[[T], str]) -> Iterator[list[T]]:
    """The items in rounds of at most one a device, each device's in their order."""
    while items:
        one_each: dict[str, T] = {}
        rest: list[T] = []
        for item in items:
            name = device(item)
            if name in one_each:
                rest.append(item)
            else:
                one_each[name] = item
        yield list(one_each.values())
        items = rest


def _offer(quick: Quick, job: Job) -> list[Candidate | None]:
    """The frame's channels offered to the short cut; none where a door says what is paused."""
    if any(stint.post.pauses for stint in job.stints):
        return []
    channels, device, latest = job.memory.channels, job.frame.device, job.arrival.latest
    offset, spans = job.arrival.offset, recent_spans(job.memory)
    return [
        quick.offer(
            device,
            stint.post,
            channels.get(stint.post.channel),
            stint.times[0],
            stint.step,
            stint.values,
            offset,
            spans.get(stint.post.compartment, ()),
        )
        if stint.step and stint.times[-1] <= latest
        else None
        for stint in job.stints
    ]


def _judge_rest(job: Job, candidates: Sequence[Candidate | None], effects: Effects) -> None:
    frame, memory, arrival = job.frame, job.memory, job.arrival
    lines: dict[tuple[str, tuple[int, ...]], list[tuple[str, list[float]]]] = {}
    rest: list[Stint] = []
    for stint, candidate in zip_longest(job.stints, candidates):
        if candidate is None or candidate.stored is None:
            rest.append(stint)
            continue
        row = stint.post.field, candidate.stored
        lines.setdefault((stint.post.compartment, tuple(stint.times)), []).append(row)
    # Doors and defrosts first: they say which of the frame's temperatures are paused.
    rest.sort(key=lambda stint: stint.post.quantity not in PAUSING)
    for stint in rest:
        _judge_stint(job, stint, lines, effects)
    for (compartment, together), rows in lines.items():
        names, series = [name for name, _ in rows], [values for _, values in rows]
        effects.lines += columns(reading_head(frame.device, compartment), names, together, series)
    forget_old_spans(memory)
    if frame.battery is not None and frame.sent > memory.battery_at:
        hear_battery(frame.device, memory, frame.sent, frame.battery, arrival.offset, effects)
    if not job.put_all_off:
        look(job.enrolled, memory, arrival.offset, effects)
    if memory.said:
        hear(frame.device, memory, arrival.received, arrival.offset, effects)
    memory.count(frame.boot, frame.seq)
    if not job.put_all_off:  # else it is judged with its round: until then nothing is as of it
        memory.as_of = max(memory.as_of, arrival.offset)
    memory.heard_at = max(memory.heard_at, arrival.received)
    memory.position = frame.position or memory.position
    effects.lines.append(points.device(frame, memory))


def _judge_stint(
    job: Job,
    stint: "Stint",
    lines: dict[tuple[str, tuple[int, ...]], list[tuple[str, list[float]]]],
    effects: Effects,
) -> None:
    device, memory, post, arrival = job.frame.device, job.memory, stint.post, job.arrival
    sifted = post.sift(stint.times, stint.values, arrival.latest)
    for at, value, why in sifted.flagged:
        effects.lines.append(points.flagged(device, post.channel, why, at, value))
    channel = memory.channels.get(post.channel)
    if channel is None:
        channel = memory.channels[post.channel] = ChannelMemory()
    last = NEVER_YET if job.put_all_off else channel.last_at
    times, values, late = _part(last, sifted.times, sifted.values, stint.step > 0)
    if late:
        effects.put_off(device, post.channel, Late(min(at for at, _ in late), late))
    if not times:
        return
    row = post.field, [value / MICRO for value in values]
    lines.setdefault((post.compartment, tuple(times)), []).append(row)
    spans = spans_of_compartment(memory, post.compartment) if post.plan else []
    standing, ended = follow(
        job.enrolled, post, channel, times, values, spans, newest_reading(memory)
    )
    if standing or ended or channel.said:
        said = channel.said
        tell(device, post.channel, said, standing, ended, arrival.offset, effects)
    if post.pauses:
        switch(device, memory, post, channel, times, values, effects)
    else:
        judge_channel(job.enrolled, memory, post, times, values, spans, arrival.offset, effects)
    channel.last_at, channel.last_value = times[-1], values[-1]


#: As a channel's last, it makes every reading a late one.
NEVER_YET = 1 << 62


def stints_of(enrolled: Enrolled, frame: Frame) -> list[Stint]:
    """A frame's samples by channel and post.

    Raises Unregistered where the registry has no place for one of them.
    """
    return [stint for channel in frame.channels for stint in _stints(enrolled, channel)]


def _stints(enrolled: Enrolled, channel: Channel) -> Iterator[Stint]:
    """A channel's samples, parted where the registry says something else of them."""
    times = channel.times()
    if not times:
        return
    step = 0 if channel.step is None else channel.step
    index = enrolled.index(times[0] if step else min(times))
    if index == enrolled.index(times[-1] if step else max(times)):  # nearly always
        yield Stint(enrolled.post(index, channel.name), times, channel.values, step)
        return
    pairs = sorted(zip(times, channel.values, strict=True), key=lambda pair: pair[0])
    rising = [at for at, _ in pairs]
    for index, start, stop in enrolled.by_entry(rising):
        values = [value for _, value in pairs[start:stop]]
        yield Stint(enrolled.post(index, channel.name), rising[start:stop], values, step)


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
