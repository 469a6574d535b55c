"""Excursions: one state machine per limit, fed with a channel's readings in order.

Between readings the temperature goes along a straight line, where they are no further apart
than the profile's `max_gap`; else the time between is unknown. A reading is one of three:

    beyond    past the threshold (or on it, where the limit is inclusive)
    between   not beyond, not yet back across `clear` (only where there is hysteresis)
    inside    at `clear` or on its safe side

    state     reading    known time before it           unknown time before it
    --------  ---------  -----------------------------  -----------------------------------
    none      inside     -                              -
    none      between    -                              -, the gap may touch the next to open
    none      beyond     opens where the line crosses   opens at the reading
    open      beyond     continues                      continues, the gap is unknown inside
    open      between    continues, no minutes          continues, the gap is unknown inside
    open      inside     ends where the line crosses    ends at its last known instant beyond

`Tracker` holds that state for one limit; `observe` applies one reading to it.
"""

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from .celsius import from_micro
from .limits import Limit
from .records import State
from .segment import Interval, crossing, part_beyond, without
from .times import MINUTE_MS, minutes

#: One degree-minute in milli-degree-ms.
DEGREE_MINUTE = 1000 * MINUTE_MS


class Excursion(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One excursion. Times in ms, temperatures in micro-degrees, `degree` in milli-degree-ms.

    `first_at` is the first reading beyond (its name for ever), `start` where the line crosses,
    `ms` the known time beyond less pauses, `unknown_ms` the unknown time inside, `touching_ms`
    the unknown time just before and after (parted from it, if at all, by readings `between`).
    """

    limit: str
    severity: str
    first_at: int
    start: int
    peak: int
    peak_at: int
    confirmed: int | None = None
    end: int | None = None
    ms: int = 0
    degree: int = 0
    unknown_ms: int = 0
    touching_ms: int = 0
    presumed: int | None = None

    @property
    def minutes(self) -> float:
        return minutes(self.ms)

    @property
    def unknown_minutes(self) -> float:
        return minutes(self.unknown_ms)

    @property
    def degree_minutes(self) -> float:
        return self.degree / DEGREE_MINUTE

    @property
    def peak_celsius(self) -> float:
        return from_micro(self.peak)


class Tracker(msgspec.Struct, array_like=True, gc=False):
    """The state of one limit on one channel. `total_ms` is over all its excursions so far.

    `touching_ms`, while none is open, is the unknown time that would touch one that opens next.
    """

    total_ms: int = 0
    is_open: bool = False
    first_at: int = 0
    start: int = 0
    peak: int = 0
    peak_at: int = 0
    confirmed: int | None = None
    ms: int = 0
    degree: int = 0
    unknown_ms: int = 0
    touching_ms: int = 0
    last_beyond: int = 0
    agreeing: int = 0
    counted_from: int | None = None

    def excursion(self, limit: Limit, end: int | None = None) -> Excursion:
        """What is known of the open excursion, ended at `end`."""
        return Excursion(
            limit.id,
            limit.severity,
            self.first_at,
            self.start,
            self.peak,
            self.peak_at,
            self.confirmed,
            end,
            self.ms,
            self.degree,
            self.unknown_ms,
            self.touching_ms,
        )


def observe(
    limit: Limit,
    tracker: Tracker,
    last: tuple[int, int] | None,
    now: tuple[int, int],
    is_known: bool,
    pauses: Sequence[Interval] = (),
) -> Excursion | None:
    """Apply one reading to the tracker; the excursion it ends, if it ends one.

    `last` and `now` are the channel's previous reading and this one (ms, micro-degrees), with
    the time between them known or not. `pauses` are those of a warning.
    """
    at, value = now
    beyond = limit.beyond(value)
    gap = 0 if last is None or is_known else at - last[0]
    if not tracker.is_open:
        if not beyond:
            if gap or tracker.touching_ms:
                _wait(tracker, limit, value, gap)
            return None
        _open(tracker, limit, last if is_known else None, now, gap)
        if is_known and last is not None:
            _count(tracker, limit, last, now, pauses)
        _agree(tracker, limit, now, pauses)
        return None
    inside = limit.is_calm(value)
    if is_known and last is not None:
        _count(tracker, limit, last, now, pauses)
        if inside:
            end = crossing(*last, *now, limit.clear_level)
            return _close(tracker, limit, end)
    elif inside:
        tracker.touching_ms += gap
        return _close(tracker, limit, tracker.last_beyond)
    else:
        tracker.unknown_ms += gap
    if beyond:
        tracker.last_beyond = at
        if limit.sign * (value - tracker.peak) > 0:
            tracker.peak, tracker.peak_at = value, at
        _agree(tracker, limit, now, pauses)
    return None


def _wait(tracker: Tracker, limit: Limit, value: int, gap: int) -> None:
    """While none is open: unknown time that only readings `between` part from now.

    An excursion may have begun in it and go on still, so it touches the next one that opens.
    """
    tracker.touching_ms = 0 if limit.is_calm(value) else tracker.touching_ms + gap


def _open(
    tracker: Tracker, limit: Limit, last: tuple[int, int] | None, now: tuple[int, int], gap: int
) -> None:
    at, value = now
    tracker.is_open = True
    tracker.first_at = tracker.peak_at = tracker.last_beyond = at
    tracker.peak = value
    tracker.start = at if last is None else crossing(*last, *now, limit.threshold)
    tracker.touching_ms += gap
    tracker.confirmed = tracker.counted_from = None
    tracker.ms = tracker.degree = tracker.unknown_ms = tracker.agreeing = 0


def _count(
    tracker: Tracker,
    limit: Limit,
    last: tuple[int, int],
    now: tuple[int, int],
    pauses: Sequence[Interval],
) -> None:
    """Add the minutes of one known segment, and confirm at the ms the allowed time is reached."""
    part = part_beyond(limit, *last, *now)
    if part is None:
        return
    tracker.last_beyond = part.end
    for since, until in without(part.start, part.end, pauses):
        ms, degree = part.clipped(since, until)
        if tracker.counted_from is None:
            tracker.counted_from = since
        cumulative = limit.mode == "cumulative"
        before = tracker.total_ms if cumulative else tracker.ms
        if tracker.confirmed is None and 0 < limit.allowed <= before + ms and ms:
            tracker.confirmed = since + max(0, limit.allowed - before)
        tracker.ms += ms
        tracker.total_ms += ms
        tracker.degree += degree


def _agree(
    tracker: Tracker, limit: Limit, now: tuple[int, int], pauses: Sequence[Interval]
) -> None:
    """Where no time is allowed, a second reading beyond confirms from the start."""
    if limit.allowed > 0 or tracker.confirmed is not None:
        return
    if any(since <= now[0] < until for since, until in pauses):
        return
    if tracker.counted_from is None:
        tracker.counted_from = now[0]
    tracker.agreeing = min(2, tracker.agreeing + 1)
    if tracker.agreeing == 2:
        tracker.confirmed = tracker.counted_from


def _close(tracker: Tracker, limit: Limit, end: int) -> Excursion:
    ended = tracker.excursion(limit, end)
    tracker.is_open = False
    tracker.touching_ms = 0
    return ended


def excursion_id(device: str, channel: str, limit: str, first_at: int) -> str:
    """The excursion's name: from what it is, never from when or where it was judged."""
    text = f"{device}\x1f{channel}\x1f{limit}\x1f{first_at}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def transitions(
    before: Iterable[Excursion], after: Iterable[Excursion]
) -> list[tuple[State, Excursion]]:
    """What to say of `after` (closed and open ones), given what was open `before`.

    (state, excursion) in order: opened, then confirmed or presumed, then closed; the states of
    an excursion record. Said already is not said again.
    """
    known = {(e.limit, e.first_at): e for e in before}
    said: list[tuple[State, Excursion]] = []
    for excursion in after:
        old = known.get((excursion.limit, excursion.first_at))
        if old is None:
            said.append(("opened", excursion))
        if excursion.confirmed is not None and (old is None or old.confirmed is None):
            said.append(("confirmed", excursion))
        if excursion.presumed is not None and (old is None or old.presumed is None):
            said.append(("presumed", excursion))
        if excursion.end is not None:
            said.append(("closed", excursion))
    return said
