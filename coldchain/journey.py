"""A parcel's whole way judged: its scans, and what was read wherever it was, to its record.

The stream's parcels and a batch over a folder both come through here, so they can't disagree.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from .enrolment import Enrolled, Unregistered
from .frames import TEMPERATURES
from .judge import Plan
from .leg import Measured, measure
from .parcel import ParcelJudged, Stretch, judge_parcel
from .parcel_records import ParcelRecord, parcel_record
from .pauses import pauses_of
from .profile import Profile
from .rules.doubts import doubts
from .segment import Interval
from .timeline import Leg, Stay, Timeline, stays

#: A sensor's fault shows over hours: readings from so long before a stay are looked at, ms.
LOOK_BACK = 6 * 3_600_000


@dataclass(frozen=True, slots=True)
class Read:
    """One channel's readings in order: ms, micro-degrees; how many of its times conflict."""

    times: Sequence[int]
    values: Sequence[int]
    conflicts: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read about a stay: its compartment's channels that count, by name, and the spans
    of its open doors and defrosts. They should reach `window(stay, …)`; more does no harm."""

    channels: Mapping[str, Read] = field(default_factory=dict)
    spans: Sequence[Interval] = ()


@dataclass(frozen=True, slots=True)
class Journey:
    """A parcel judged: every stay with what was measured there, and what comes of it."""

    profile: Profile
    way: Timeline
    stretches: tuple[Stretch, ...]
    judged: ParcelJudged
    until: int

    def record(self) -> ParcelRecord:
        """As its record."""
        return parcel_record(self.profile, self.way, self.stretches, self.judged, self.until)


def judge_journey(
    profile: Profile,
    way: Timeline,
    seen: Callable[[Stay], Seen],
    is_pre_cooling: Callable[[Leg], bool] = lambda leg: False,
    changes: Callable[[Stay], Sequence[int]] = lambda stay: (),
) -> Journey:
    """Judge a parcel by its profile, up to its last scan, or to where a leg began that goes on.

    Goods come warm into a pre-cooling room: what counts begins when they have left the last one.
    `changes`: the times (ms, rising) within a stay at which other channels begin to count; it is
    judged in parts.
    Raises what `seen` raises.
    """
    going_on = [leg.start for leg in way.legs if leg.end is None]
    end = min([way.events[-1].moment, *going_on])
    cold = [leg.span(end)[1] for leg in way.legs if is_pre_cooling(leg)]
    since = max(cold, default=None)
    counted = stays(way, end) if since is None else _from(stays(way, end), since)
    parts = [part for stay in counted for part in _parted(stay, changes(stay))]
    stretches = tuple(_stretch(profile, stay, seen(stay)) for stay in parts)
    judged = judge_parcel(profile, way, stretches, end, since)
    return Journey(profile, way, stretches, judged, end)


def window(profile: Profile, stay: Stay) -> Interval:
    """Which readings [from, to) are needed to measure a stay, ms."""
    start, end = stay.span
    return start - max(profile.max_gap, LOOK_BACK), end + profile.max_gap + 1


def counting(enrolled: Enrolled, compartment: str, channel: str, at: int) -> bool:
    """Whether the registry has a channel, at `at` (ms), as one that stands for its compartment."""
    own, quantity = channel.split(".")[:2]
    if own != compartment or quantity not in TEMPERATURES:
        return False
    try:
        entry = enrolled.entry(enrolled.index(at))
    except Unregistered:
        return False
    said = entry.channels.get(channel)
    return said is None or said.counts


def _parted(stay: Stay, at: Sequence[int]) -> list[Stay]:
    """A stay in parts, cut at these times within it."""
    marks = [stay.span[0], *at, stay.span[1]]
    return [Stay(stay.leg, part, stay.counts) for part in pairwise(marks)]


def _from(parts: Sequence[Stay], since: int) -> list[Stay]:
    """The stays, cut at `since`; what is before it does not count."""
    cut: list[Stay] = []
    for stay in parts:
        start, end = stay.span
        if start < since:
            cut.append(Stay(stay.leg, (start, min(end, since)), False))
        if end > since:
            cut.append(Stay(stay.leg, (max(start, since), end), stay.counts))
    return cut


def _stretch(profile: Profile, stay: Stay, seen: Seen) -> Stretch:
    pauses = pauses_of(seen.spans, profile.door_grace)
    return Stretch(
        stay,
        tuple(
            _measured(profile, stay, name, seen.channels[name], pauses)
            for name in sorted(seen.channels)
        ),
    )


def _measured(
    profile: Profile, stay: Stay, channel: str, read: Read, pauses: Sequence[Interval]
) -> Measured:
    return measure(
        Plan.of(profile, channel.split(".")[1]),
        channel,
        read.times,
        read.values,
        stay.span,
        pauses,
        read.conflicts,
        doubts(read.times, read.values, stay.span, profile.max_gap),
    )
