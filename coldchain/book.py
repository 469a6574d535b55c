"""Parcels read by the registry and the profiles known: timeline, profile, verdict, berths.

The stream's parcels and a batch over a folder both come through here.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .custody import CustodyError, CustodyEvent, decode_event
from .enrolment import PAUSING, Enrolled, Find, Unregistered
from .journey import Journey, Read, Seen, counting, judge_journey
from .pauses import spans_of
from .profile import Profile
from .registry import CompartmentEntry, Entry
from .segment import Interval
from .timeline import Leg, Stay, Timeline, timeline


@dataclass(frozen=True, slots=True)
class Book:
    """How parcels are read: by the registry (`find`) and the profiles known here."""

    find: Find
    profiles: Callable[[str], Profile | None]

    def scan(self, raw: bytes) -> CustodyEvent:
        """The scan in these bytes. Raises CustodyError where it is none, or of unknown goods."""
        scan = decode_event(raw)
        if scan.profile and self.profiles(scan.profile) is None:
            raise CustodyError(f"profile {scan.profile!r} is not known here")
        return scan

    def way(self, events: Iterable[CustodyEvent]) -> Timeline:
        """One parcel's timeline. Raises ValueError where it was never scanned."""
        return timeline(events, _Tags(self.find))

    def profile(self, way: Timeline) -> Profile | None:
        """The goods' own profile, else that of the first compartment it was in; None: neither."""
        if way.profile:
            return self.profiles(way.profile)
        for leg in way.legs:
            placed = self._placed(leg)
            if placed is not None:
                return self.profiles(placed.profile)
        return None

    def is_pre_cooling(self, leg: Leg) -> bool:
        """Whether the leg began in a pre-cooling room."""
        placed = self._placed(leg)
        return placed is not None and placed.duty == "pre-cooling"

    def judge(self, way: Timeline, seen: Callable[[Stay], Seen]) -> Journey | None:
        """The parcel judged; None where no profile says by what. Raises what `seen` raises."""
        profile = self.profile(way)
        if profile is None:
            return None
        return judge_journey(profile, way, seen, self.is_pre_cooling, self.changes)

    def changes(self, stay: Stay) -> list[int]:
        """When, within a stay, the registry says that other channels of its place count, ms."""
        enrolled = self.find(stay.leg.device)
        if enrolled is None:
            return []
        start, end = stay.span
        history = [_said(entry, stay.leg.compartment) for entry in enrolled.registration.history]
        return [
            at
            for at, (before, after) in zip(enrolled.starts[1:], pairwise(history), strict=True)
            if start < at < end and before != after
        ]

    def seen(
        self,
        stay: Stay,
        stored: Mapping[str, tuple[Sequence[int], Sequence[int]]],
        conflicts: Callable[[str], int] = lambda channel: 0,
    ) -> Seen:
        """What counts of all that a stay's compartment read: by channel, ms and micro-units in
        order. A channel that the registry names, and of which nothing was read, was not heard.
        `conflicts`: how many times of a channel have different values.
        """
        enrolled = self.find(stay.leg.device)
        if enrolled is None:
            return Seen()
        channels = {name: Read((), ()) for name in _expected(enrolled, stay)}
        spans: list[Interval] = []
        for channel, (times, values) in stored.items():
            if channel.split(".")[1] in PAUSING:
                spans += spans_of(times, values)
            elif counting(enrolled, stay.leg.compartment, channel, stay.span[0]):
                channels[channel] = Read(times, values, conflicts(channel))
        return Seen(channels, spans)

    def _placed(self, leg: Leg) -> CompartmentEntry | None:
        enrolled = self.find(leg.device)
        if enrolled is None:
            return None
        try:
            entry = enrolled.entry(enrolled.index(leg.start))
        except Unregistered:
            return None
        return entry.compartments.get(leg.compartment)


def _said(entry: Entry, compartment: str) -> dict[str, bool]:
    """Of the channels that an entry names in a compartment: whether they count."""
    return {
        name: said.counts
        for name, said in entry.channels.items()
        if name.split(".", 1)[0] == compartment
    }


def _expected(enrolled: Enrolled, stay: Stay) -> list[str]:
    """The temperatures of a stay's compartment that the registry names as counting."""
    start = stay.span[0]
    try:
        named = enrolled.entry(enrolled.index(start)).channels
    except Unregistered:
        return []
    return [name for name in named if counting(enrolled, stay.leg.compartment, name, start)]


@dataclass(frozen=True, slots=True)
class _Tags(Container[str]):
    """The devices that are tags."""

    find: Find

    def __contains__(self, device: object) -> bool:
        enrolled = self.find(device) if isinstance(device, str) else None
        return enrolled is not None and enrolled.registration.history[-1].kind == "tag"
