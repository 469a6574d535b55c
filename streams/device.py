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
from itertools import pairwise, zip_longest
from typing import TypeVar

from coldchain.celsius import MICRO
from coldchain.enrolment import PAUSING
from coldchain.exposure import SLOT_MS
from coldchain.rules.given import SENSED
from series.lines import columns

from . import points
from .abreast import Share, judge_abreast
from .channel import judge_channel
from .conditions import follow, hear_battery, look, tell
from .doors import forget_old_spans, recent_spans, spans_of_compartment, switch
from .effects import Effects, Late
from .job import Arrival as Arrival
from .job import Job as Job
from .layout import Stint, reading_head
from .layout import stints_of as stints_of
from .memory import ChannelMemory, newest_reading
from .quick import Candidate, Quick
from .silence import hear

T = TypeVar("T")
#: Fields and their values, by compartment and times.
Lines = dict[tuple[str, tuple[int, ...]], list[tuple[str, list[float]]]]


def judge_frames(jobs: Sequence[Job], effects: Effects) -> list[Exception | None]:
    """Judge frames of different devices: what is ordinary all at once, the rest one by one.

    Per job, what our own code could not cope with, or None.
    """
    shares = judge_abreast(jobs, effects)
    quick = Quick()
    lefts = [_left(job, share) for job, share in zip(jobs, shares, strict=True)]
    offered = [
        [] if job.put_all_off else _offer(quick, job, left)
        for job, left in zip(jobs, lefts, strict=True)
    ]
    quick.judge(effects)
    failed: list[Exception | None] = []
    for job, share, left, candidates in zip(jobs, shares, lefts, offered, strict=True):
        try:
            if left:
                _judge_left(job, share, left, candidates, effects)
            _close(job, bool(left), effects)
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


def _left(job: Job, share: Share) -> list[Stint]:
    """What was not judged in columns; its channels are taken out of their rows."""
    left = job.stints.all() if share.left is None else job.stints.some(share.left)
    for stint in left:
        job.memory.take(stint.post.channel)
    return left


def _offer(quick: Quick, job: Job, left: Sequence[Stint]) -> list[Candidate | None]:
    """Channels offered to the short cut; none where a door says what is paused."""
    if any(stint.post.pauses for stint in left):
        return []
    channels, device, latest = job.memory.kept, job.frame.device, job.arrival.latest
    offset, spans = job.arrival.offset, recent_spans(job.memory) if left else {}
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
        for stint in left
    ]


def _judge_left(
    job: Job,
    share: Share,
    left: Sequence[Stint],
    candidates: Sequence[Candidate | None],
    effects: Effects,
) -> None:
    """Judge what is left of a frame, and write the lines of what was judged in columns of it."""
    lines: Lines = {}
    stored = job.stints.some(list(share.stored)), share.stored.values()
    for stint, values in zip(*stored, strict=True):
        row = stint.post.field, values
        lines.setdefault((stint.post.compartment, tuple(stint.times)), []).append(row)
    rest: list[Stint] = []
    for stint, candidate in zip_longest(left, candidates):
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
        begin = reading_head(job.frame.device, compartment)
        effects.lines += columns(begin, names, together, series)


def _close(job: Job, was_left: bool, effects: Effects) -> None:
    """What follows from the frame as a whole. `was_left`: not all of it was judged in columns."""
    frame, memory, arrival = job.frame, job.memory, job.arrival
    block = memory.block
    if block is None or was_left or block.has_spans:
        forget_old_spans(memory)
        if block is not None:
            block.look_around(memory.kept)
    if frame.battery is not None and frame.sent > memory.battery_at:
        hear_battery(frame.device, memory, frame.sent, frame.battery, arrival.offset, effects)
    is_slot_new = job.stints.ends_slot(SLOT_MS)
    if not job.put_all_off and (block is None or was_left or block.switches or is_slot_new):
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
    stint: Stint,
    lines: Lines,
    effects: Effects,
) -> None:
    device, memory, post, arrival = job.frame.device, job.memory, stint.post, job.arrival
    sifted = post.sift(stint.times, stint.values, arrival.latest)
    for at, value, why in sifted.flagged:
        effects.lines.append(points.flagged(device, post.channel, why, at, value))
    channel = memory.kept.get(post.channel)
    if channel is None:
        channel = memory.kept[post.channel] = ChannelMemory()
    last = NEVER_YET if job.put_all_off else channel.last_at
    times, values, late = _part(last, sifted.times, sifted.values, stint.step > 0)
    if late:
        effects.put_off(device, post.channel, Late(min(at for at, _ in late), late))
    if not times:
        return
    row = post.field, [value / MICRO for value in values]
    lines.setdefault((post.compartment, tuple(times)), []).append(row)
    spans = spans_of_compartment(memory, post.compartment) if post.plan else []
    now = 0 if post.quantity in SENSED else newest_reading(memory)
    standing, ended = follow(job.enrolled, post, channel, times, values, spans, now)
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
