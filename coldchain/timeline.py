"""A parcel's timeline: from scans, in any order and with any repeats, the legs it travelled.

    act          what it does to the timeline
    -----------  ----------------------------------------------------------------------------
    loaded       a leg begins; one under way elsewhere ends there (its unloading was not scanned)
    unloaded     the leg there ends
    delivered    every leg ends: a locker's door is its own unloading
    held         the parcel is held, until it is released
    released     it is not
    handed-over, refused, inspected: told, with what was measured by hand; no leg changes

A tag is a device like any other, but its legs run beside those of compartments, and where one is
bound its readings outrank the compartment's: `stays` parts each leg accordingly.
"""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field, replace

from .custody import Act, CustodyEvent, encode_event
from .segment import Interval, merged, without


@dataclass(frozen=True, slots=True)
class Leg:
    """A parcel in one compartment (or with one tag) from `start` to `end` (ms; None: still)."""

    device: str
    compartment: str
    start: int
    end: int | None
    is_tag: bool = False

    def span(self, until: int) -> Interval:
        """[start, end), cut short at `until`."""
        return self.start, max(self.start, min(until, until if self.end is None else self.end))


@dataclass(frozen=True, slots=True)
class Problem:
    """What the scans do not say, or say twice: a code and the event that shows it."""

    code: str
    event: CustodyEvent


@dataclass(frozen=True, slots=True)
class Timeline:
    """One parcel's way: legs by start, every event once by its time, and what is amiss."""

    parcel: str
    profile: str
    legs: tuple[Leg, ...]
    events: tuple[CustodyEvent, ...]
    problems: tuple[Problem, ...]
    delivered: int | None
    is_held: bool

    @property
    def start(self) -> int | None:
        """When it was first loaded, ms."""
        return min((leg.start for leg in self.legs), default=None)

    @property
    def end(self) -> int | None:
        """When its last leg ended, ms; None while one goes on, or before the first."""
        ends = [leg.end for leg in self.legs]
        return None if None in ends else max((end for end in ends if end is not None), default=None)


@dataclass(frozen=True, slots=True)
class Stay:
    """A stretch of a leg. `counts`: its readings are the parcel's; else a tag's outrank them."""

    leg: Leg
    span: Interval
    counts: bool


#: What comes first of scans at one instant: out of one compartment, then into the next.
_ORDER: dict[Act, int] = {
    "unloaded": 0,
    "handed-over": 1,
    "refused": 2,
    "inspected": 3,
    "held": 4,
    "released": 5,
    "loaded": 6,
    "delivered": 7,
}


@dataclass(slots=True)
class _Walk:
    """The timeline so far. `under_way`: the open leg's place in `legs`, by tag or not."""

    tags: Container[str]
    profile: str = ""
    legs: list[Leg] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    under_way: dict[bool, int] = field(default_factory=dict)
    delivered: int | None = None
    is_held: bool = False

    def loaded(self, event: CustodyEvent) -> None:
        is_tag = event.device in self.tags
        now = self._leg(is_tag)
        if now is not None and (now.device, now.compartment) == (event.device, event.compartment):
            self._amiss("loaded-twice", event)
            return
        if now is not None:
            self._amiss("unloading-missing", event)
            self._end(is_tag, event.moment)
        if self.delivered is not None:
            self._amiss("loaded-after-delivery", event)
            self.delivered = None
        if event.profile and self.profile and event.profile != self.profile:
            self._amiss("profile-changed", event)
        self.profile = self.profile or event.profile
        self.under_way[is_tag] = len(self.legs)
        self.legs.append(Leg(event.device, event.compartment, event.moment, None, is_tag))

    def unloaded(self, event: CustodyEvent) -> None:
        is_tag = event.device in self.tags
        now = self._leg(is_tag)
        if now is None or (now.device, now.compartment) != (event.device, event.compartment):
            self._amiss("loading-missing", event)
            return
        self._end(is_tag, event.moment)

    def deliver(self, event: CustodyEvent) -> None:
        if self.delivered is not None:
            self._amiss("delivered-twice", event)
            return
        for is_tag in list(self.under_way):
            self._end(is_tag, event.moment)
        self.delivered = event.moment

    def hold(self, event: CustodyEvent) -> None:
        self.is_held = True

    def release(self, event: CustodyEvent) -> None:
        if not self.is_held:
            self._amiss("released-unheld", event)
        self.is_held = False

    def tell(self, event: CustodyEvent) -> None:
        """Nothing changes; the event is told."""

    def _leg(self, is_tag: bool) -> Leg | None:
        index = self.under_way.get(is_tag)
        return None if index is None else self.legs[index]

    def _end(self, is_tag: bool, at: int) -> None:
        index = self.under_way.pop(is_tag)
        self.legs[index] = replace(self.legs[index], end=at)

    def _amiss(self, code: str, event: CustodyEvent) -> None:
        self.problems.append(Problem(code, event))


_APPLY: dict[Act, Callable[[_Walk, CustodyEvent], None]] = {
    "loaded": _Walk.loaded,
    "unloaded": _Walk.unloaded,
    "delivered": _Walk.deliver,
    "held": _Walk.hold,
    "released": _Walk.release,
    "handed-over": _Walk.tell,
    "refused": _Walk.tell,
    "inspected": _Walk.tell,
}


def timeline(events: Iterable[CustodyEvent], tags: Container[str] = frozenset()) -> Timeline:
    """One parcel's timeline from the set of its events; `tags`: the devices that are tags.

    Events of one id that differ are all told, as a problem; the least of them, as bytes, counts,
    so that the outcome hangs on nothing else. Raises ValueError where there is no event, or of
    more than one parcel.
    """
    once: dict[str, CustodyEvent] = {}
    differing: list[CustodyEvent] = []
    for event in sorted(set(events), key=encode_event):
        if event.id in once:
            differing.append(event)
        else:
            once[event.id] = event
    parcels = {event.parcel for event in [*once.values(), *differing]}
    if len(parcels) != 1:
        raise ValueError(f"events of {len(parcels)} parcels, not of one")
    walk = _Walk(tags)
    walk.problems += [Problem("one-id-two-events", event) for event in differing]
    ordered = sorted(once.values(), key=lambda e: (e.moment, _ORDER[e.act], e.id))
    for event in ordered:
        _APPLY[event.act](walk, event)
    return Timeline(
        parcels.pop(),
        walk.profile,
        tuple(sorted(walk.legs, key=lambda leg: (leg.start, leg.is_tag))),
        tuple(ordered),
        tuple(walk.problems),
        walk.delivered,
        walk.is_held,
    )


def stays(way: Timeline, until: int) -> list[Stay]:
    """Every leg parted by what counts for the parcel, in order; legs still open end at `until`."""
    bound = merged([leg.span(until) for leg in way.legs if leg.is_tag])
    found: list[Stay] = []
    for leg in way.legs:
        span = leg.span(until)
        own = [span] if leg.is_tag else without(*span, bound)
        outranked = [] if leg.is_tag else without(*span, own)
        found += [Stay(leg, part, True) for part in own if part[0] < part[1]]
        found += [Stay(leg, part, False) for part in outranked if part[0] < part[1]]
    return sorted(found, key=lambda stay: (stay.span, stay.leg.is_tag))


def between(way: Timeline, until: int) -> list[Interval]:
    """The stretches from first loading to last unloading when it was in no compartment."""
    if way.start is None:
        return []
    end = until if way.end is None else min(until, way.end)
    return [
        gap
        for gap in without(way.start, end, merged([leg.span(until) for leg in way.legs]))
        if gap[0] < gap[1]
    ]
