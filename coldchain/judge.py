"""The judge of one channel: excursions and exposure, from its readings in order.

Two forms of one truth: `advance`, here, takes the next readings and a small state (the stream's
path); `judge`, in columns.py, takes a whole set of readings in any order, with repeats, as
arrays. They agree exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import msgspec

from .excursions import Excursion, Tracker, observe
from .exposure import SLOT_MS, Gauge, Piece, Sums
from .kinetics import RateTable
from .limits import Limit
from .profile import Profile
from .quiet import quiet_sums
from .segment import Interval
from .shelf_life import ShelfLife

#: Past any temperature, micro-degrees.
ANY = 1 << 60


@cache
def _shelf_table(model: ShelfLife) -> RateTable:
    """Made once a model: 20,000 rates take longer than judging a day."""
    return RateTable(model.rate)


@dataclass(frozen=True)
class Plan:
    """What one channel is judged by: the limits of a profile for its quantity.

    `mkt_window` (ms): the length of the windows whose worst MKT is looked for; 0: none.
    """

    profile: str
    limits: tuple[Limit, ...]
    max_gap: int
    shelf: RateTable | None = None
    mkt_window: int = 0

    @classmethod
    def of(cls, profile: Profile, quantity: str | None = None) -> "Plan":
        """The plan of a channel of this quantity; None: a logger's column that names none."""
        model = profile.shelf_life
        return cls(
            profile.id,
            tuple(limit for limit in profile.limits if limit.judges(quantity)),
            profile.max_gap,
            None if model is None else _shelf_table(model),
            profile.mkt_window,
        )

    @cached_property
    def limit_ids(self) -> tuple[str, ...]:
        """The limits by name, in order."""
        return tuple(limit.id for limit in self.limits)

    @cached_property
    def band(self) -> Interval:
        """The least and the greatest value (micro-degrees) that no limit is passed by."""
        above = [one.threshold - one.inclusive for one in self.limits if one.sign > 0]
        below = [one.threshold + one.inclusive for one in self.limits if one.sign < 0]
        return max(below, default=-ANY), min(above, default=ANY)

    @cached_property
    def gauge(self) -> Gauge:
        return Gauge(self.limits, self.max_gap, self.shelf)


class ChannelState(msgspec.Struct, array_like=True, gc=False):
    """What the judge remembers of a channel between two readings. Small, and packable.

    `sums` are those of the slot that the last reading lies in, so far.
    """

    last_at: int | None = None
    last_value: int = 0
    count: int = 0
    trackers: list[Tracker] = []
    sums: Sums = msgspec.field(default_factory=Sums)

    @classmethod
    def fresh(cls, plan: Plan, lead: int = 0) -> "ChannelState":
        """Before the first reading; of the `lead` ms before it nothing is known."""
        trackers = [Tracker(touching_ms=lead) for _ in plan.limits]
        return cls(trackers=trackers, sums=plan.gauge.fresh())

    def copy(self) -> "ChannelState":
        """A state of its own."""
        trackers = [Tracker(*(getattr(t, f) for f in t.__struct_fields__)) for t in self.trackers]
        return ChannelState(self.last_at, self.last_value, self.count, trackers, self.sums.copy())

    def is_quiet(self) -> bool:
        """Whether no excursion is open, and no unknown time waits for one to open."""
        for tracker in self.trackers:  # noqa: SIM110 - asked of every channel of every frame
            if tracker.is_open or tracker.touching_ms:
                return False
        return True


@dataclass(frozen=True, slots=True)
class Step:
    """What came of some readings: the state after, excursions ended, every slot touched."""

    state: ChannelState
    closed: list[Excursion]
    pieces: list[Piece]


def advance(
    plan: Plan,
    state: ChannelState,
    times: Sequence[int],
    values: Sequence[int],
    pauses: Sequence[Interval] = (),
) -> Step:
    """Judge the next readings (ms and micro-degrees, strictly rising, all after the state's last).

    `pauses` are the times during which a warning's minutes do not count (door open or defrost,
    and the grace after), sorted and apart. Each piece holds its slot's sums as of now: the
    newest is the one that holds. Raises ValueError where the times do not rise.
    """
    if state.last_at is not None and state.is_quiet():
        before = state.last_at, state.last_value
        grown = quiet_sums(plan.gauge, plan.band, before, state.sums.copy(), times, values)
        if grown is not None:
            return _quiet_step(state, grown, times[-1], values[-1], len(times))
    new = state.copy()
    gauge, max_gap = plan.gauge, plan.max_gap
    rules = [
        (limit, tracker, pauses if limit.severity == "warning" else ())
        for limit, tracker in zip(plan.limits, new.trackers, strict=True)
    ]
    closed: list[Excursion] = []
    slots: dict[int, Sums] = {}
    last: tuple[int, int] | None = None
    if new.last_at is not None:
        last = (new.last_at, new.last_value)
        slots[new.last_at - new.last_at % SLOT_MS] = new.sums
    for now in zip(times, values, strict=True):
        at, value = now
        is_known = False
        if last is not None:
            if at <= last[0]:
                raise ValueError(f"reading at {at} is not after the last, at {last[0]}")
            is_known = at - last[0] <= max_gap
            if is_known:
                gauge.spread(slots, last, now, pauses)
        gauge.slot_of(slots, at - at % SLOT_MS).take(value)
        for limit, tracker, paused in rules:
            ended = observe(limit, tracker, last, now, is_known, paused)
            if ended is not None:
                closed.append(ended)
        last = now
    if last is not None:
        new.last_at, new.last_value = last
        new.count += len(times)
        new.sums = slots[last[0] - last[0] % SLOT_MS].copy()
    return Step(new, closed, [Piece(slot, sums) for slot, sums in slots.items()])


def _quiet_step(
    state: ChannelState, slots: dict[int, Sums], at: int, value: int, count: int
) -> Step:
    sums = slots[at - at % SLOT_MS].copy()
    # The trackers are as they were, and nobody changes a state that was handed out.
    new = ChannelState(at, value, state.count + count, state.trackers, sums)
    return Step(new, [], [Piece(slot, grown) for slot, grown in slots.items()])


def open_excursions(plan: Plan, state: ChannelState) -> list[Excursion]:
    """The excursions that have not ended, confirmed or not."""
    return [
        tracker.excursion(limit)
        for limit, tracker in zip(plan.limits, state.trackers, strict=True)
        if tracker.is_open
    ]


def left_open(plan: Plan, state: ChannelState, until: int) -> list[Excursion]:
    """The excursions that have not ended in a record that reaches to `until` (ms).

    The time since the last reading is unknown: it touches them, and where it is long enough they
    are presumed.
    """
    if state.last_at is None:
        return []
    since = {one.limit: one.presumed for one in presumed(plan, state, until)}
    trail = max(0, until - state.last_at)
    return [
        msgspec.structs.replace(
            one, touching_ms=one.touching_ms + trail, presumed=since.get(one.limit)
        )
        for one in open_excursions(plan, state)
    ]


def presumed(plan: Plan, state: ChannelState, now: int) -> list[Excursion]:
    """The open excursions to presume: silent while beyond, the allowed time gone by at `now`.

    Their `presumed` is the moment it became so. What has gone by is the known minutes, which
    leave out a warning's pauses, and the unknown ones, which stay unknown.
    """
    if state.last_at is None or now - state.last_at <= plan.max_gap:
        return []
    found: list[Excursion] = []
    for limit, tracker in zip(plan.limits, state.trackers, strict=True):
        if not tracker.is_open or tracker.confirmed is not None:
            continue
        gone = tracker.ms + tracker.unknown_ms
        since = state.last_at + max(plan.max_gap, limit.allowed - gone)
        if limit.mode == "consecutive" and limit.beyond(state.last_value) and since <= now:
            found.append(msgspec.structs.replace(tracker.excursion(limit), presumed=since))
    return found
