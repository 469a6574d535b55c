"""A device's whole set of readings judged in one batch: what the stream must arrive at.

Any order and any repeats; the registry's dated history, doors and defrosts included.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from .columns import order, sweep
from .enrolment import PAUSING, Enrolled
from .excursion_columns import Excursions
from .excursions import Excursion
from .frames import Channel, Frame
from .judge import ChannelState, Plan, left_open
from .parcel_records import ParcelRecord
from .pauses import pauses_of, spans_of
from .records import ConditionRecord, ExcursionRecord
from .saying import of_compartment, record, standing
from .segment import Interval

#: No sample is ahead of it.
NEVER = 1 << 60


@dataclass(slots=True)
class Samples:
    """A channel's readings fit to be judged: ms, and calibrated micro-units, in any order."""

    times: list[int] = field(default_factory=list)
    values: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Found:
    """An excursion of a channel, and the plan it was found by."""

    channel: str
    plan: Plan
    excursion: Excursion


def samples_of(
    enrolled: Enrolled, frames: Iterable[Frame], latest: int = NEVER
) -> dict[str, Samples]:
    """The readings of a device's frames, by channel. Raises Unregistered."""
    found: dict[str, Samples] = {}
    for frame in frames:
        for channel in frame.channels:
            kept = found.setdefault(channel.name, Samples())
            for times, values in _by_entry(enrolled, channel):
                post = enrolled.post(enrolled.index(times[0]), channel.name)
                sifted = post.sift(times, values, latest)
                kept.times += sifted.times
                kept.values += sifted.values
    return found


def _by_entry(
    enrolled: Enrolled, channel: Channel
) -> Iterator[tuple[Sequence[int], Sequence[float | None]]]:
    """A channel's samples in parts of one registry entry each: nearly always one part."""
    times = channel.times()
    if times and enrolled.index(min(times)) == enrolled.index(max(times)):
        yield times, channel.values
        return
    for at, value in zip(times, channel.values, strict=True):
        yield (at,), (value,)


def judge_device(
    enrolled: Enrolled, samples: Mapping[str, Samples], now: int | None = None
) -> list[Found]:
    """The excursions that a device's compartments answer for, by start. Raises Unregistered.

    `now` (ms) is how far the record reaches: a channel silent since while beyond is presumed to
    have stayed so. None: no further than its readings.
    """
    spans = {
        channel: _spans(readings)
        for channel, readings in samples.items()
        if channel.split(".")[1] in PAUSING
    }
    found: list[Found] = []
    for channel, readings in samples.items():
        if channel in spans:
            continue
        compartment = channel.split(".", 1)[0]
        doors = [s for name, own in spans.items() if name.split(".")[0] == compartment for s in own]
        found += _judge_channel(enrolled, channel, readings, doors, now)
    return sorted(found, key=lambda one: (one.excursion.start, one.channel, one.excursion.limit))


def records_of(
    enrolled: Enrolled, samples: Mapping[str, Samples], as_of: int = 0, now: int | None = None
) -> list[ExcursionRecord]:
    """The last record of each excursion of a device, as `judge_device`. Raises Unregistered."""
    device = enrolled.registration.device
    return [
        record(standing(f.excursion), device, f.channel, f.plan, f.excursion, as_of)
        for f in judge_device(enrolled, samples, now)
    ]


def cut_short(plan: Plan, state: ChannelState) -> list[Excursion]:
    """The open excursions, ended where they were last known: nobody judges the channel further."""
    return [
        tracker.excursion(limit, tracker.last_beyond)
        for limit, tracker in zip(plan.limits, state.trackers, strict=True)
        if tracker.is_open
    ]


def _judge_channel(
    enrolled: Enrolled,
    channel: str,
    readings: Samples,
    spans: list[Interval],
    now: int | None,
) -> list[Found]:
    t, v, _, _ = order(readings.times, readings.values)
    times = t.tolist()
    found: list[Found] = []
    for post, start, stop in enrolled.stints(channel, times):
        if post.plan is None:
            continue
        plan, pauses = post.plan, pauses_of(spans, post.grace)
        swept = sweep(plan, t[start:stop], v[start:stop], pauses)
        if stop == len(times):
            rest = left_open(plan, swept.state, times[-1] if now is None else now)
        else:
            rest = cut_short(plan, swept.state)
        excursions = Excursions.of(plan.limits, swept.closed, rest)
        found += [Found(channel, plan, e) for e in of_compartment(plan, excursions)]
    return found


def _spans(readings: Samples) -> list[Interval]:
    t, v, _, _ = order(readings.times, readings.values)
    return spans_of(t.tolist(), v.tolist())


class Judged(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `coldchain evaluate DIR --json` prints, the form in which a batch and the stream are
    compared. `rules` are those of the fleet that were judged by, whatever they found.
    """

    excursions: list[ExcursionRecord]
    conditions: list[ConditionRecord] = []
    rules: list[str] = []
    parcels: list[ParcelRecord] = []
