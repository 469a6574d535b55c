"""Exposure: what a channel went through in a span of time, as integer sums that add up.

Kept as 5-minute pieces. A span is its pieces plus raw edges; because every sum over a part of a
segment is a difference of one cumulative function (segment.py, kinetics.py), parts add up
exactly to the whole, however cut. A slot of which nothing is known has no piece: the unknown
time of a span is its length less what is known.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from .celsius import from_micro
from .kinetics import RATE_UNIT, RateTable, integral, integral_to, mkt_table
from .limits import Limit
from .mkt import mkt_from_mean
from .segment import Interval, area, area_to, part_beyond, without
from .times import MINUTE_MS

SLOT_MS = 5 * MINUTE_MS


class Sums(msgspec.Struct, array_like=True, eq=True, gc=False):
    """The sums over some stretch of time of one channel.

    `count` readings, `known_ms`, `min` and `max` of the readings (micro-degrees, None without
    any), `integral` of the temperature (milli-degree-ms), `mkt` and `shelf` the integrals of the
    kinetic term and of the relative rate of spoilage (1e-9 s), `beyond`: per limit of the plan,
    ms and then degree (milli-degree-ms), flat.
    """

    count: int = 0
    known_ms: int = 0
    min: int | None = None
    max: int | None = None
    integral: int = 0
    mkt: int = 0
    shelf: int = 0
    beyond: list[int] = []

    @property
    def limits(self) -> tuple[tuple[int, int], ...]:
        """Per limit of the plan: ms beyond, and degree (milli-degree-ms)."""
        return tuple(zip(self.beyond[::2], self.beyond[1::2], strict=True))

    def copy(self) -> "Sums":
        return Sums(
            self.count,
            self.known_ms,
            self.min,
            self.max,
            self.integral,
            self.mkt,
            self.shelf,
            self.beyond.copy(),
        )

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.count + other.count,
            self.known_ms + other.known_ms,
            _extreme(min, self.min, other.min),
            _extreme(max, self.max, other.max),
            self.integral + other.integral,
            self.mkt + other.mkt,
            self.shelf + other.shelf,
            [a + b for a, b in zip(self.beyond, other.beyond, strict=True)]
            if self.beyond and other.beyond
            else self.beyond or other.beyond,
        )

    def take(self, value: int) -> None:
        """Count a reading (micro-degrees)."""
        self.count += 1
        if self.min is None or value < self.min:
            self.min = value
        if self.max is None or value > self.max:
            self.max = value

    def mean_celsius(self) -> float | None:
        """Time-weighted mean, °C; None where no time is known."""
        return self.integral / self.known_ms / 1000 if self.known_ms else None

    def mkt_celsius(self) -> float | None:
        """Mean kinetic temperature over the known time, °C [S: USP <1160>]; None without any."""
        if not self.known_ms or self.mkt <= 0:
            return None
        return mkt_from_mean(self.mkt * RATE_UNIT / (self.known_ms / 1000))

    def shelf_hours(self) -> float:
        """Hours at the reference temperature that do the same harm."""
        return self.shelf * RATE_UNIT / 3600


@dataclass(frozen=True, slots=True)
class Piece:
    """A channel's sums within one 5-minute slot, which starts at `slot` (ms)."""

    slot: int
    sums: Sums


@dataclass(frozen=True, slots=True)
class Gauge:
    """What is summed: the limits, the longest gap that still joins two readings, the rates."""

    limits: tuple[Limit, ...]
    max_gap: int
    shelf: RateTable | None

    def fresh(self) -> Sums:
        return Sums(beyond=[0] * (2 * len(self.limits)))

    def add(  # the hot path: one call a segment
        self,
        sums: Sums,
        last: tuple[int, int],
        now: tuple[int, int],
        pauses: Sequence[Interval],
    ) -> None:
        """Add the whole known segment from `last` to `now` (ms, micro-degrees)."""
        (t0, v0), (t1, v1) = last, now
        sums.known_ms += t1 - t0
        sums.integral += area(t0, v0, t1, v1)
        mkt = mkt_table()
        sums.mkt += integral(mkt.at(v0), mkt.at(v1), t1 - t0)
        if self.shelf is not None:
            sums.shelf += integral(self.shelf.at(v0), self.shelf.at(v1), t1 - t0)
        self._add_beyond(sums, last, now, (t0, t1), pauses)

    def add_part(
        self,
        sums: Sums,
        last: tuple[int, int],
        now: tuple[int, int],
        part: Interval,
        pauses: Sequence[Interval],
    ) -> None:
        """Add the part [from, to] of the known segment from `last` to `now`."""
        (t0, v0), (t1, v1) = last, now
        start, end = part
        sums.known_ms += end - start
        sums.integral += area_to(t0, v0, t1, v1, end) - area_to(t0, v0, t1, v1, start)
        length = t1 - t0
        mkt = mkt_table()
        f0, f1 = mkt.at(v0), mkt.at(v1)
        sums.mkt += integral_to(f0, f1, length, end - t0) - integral_to(f0, f1, length, start - t0)
        if self.shelf is not None:
            f0, f1 = self.shelf.at(v0), self.shelf.at(v1)
            sums.shelf += integral_to(f0, f1, length, end - t0)
            sums.shelf -= integral_to(f0, f1, length, start - t0)
        self._add_beyond(sums, last, now, part, pauses)

    def _add_beyond(
        self,
        sums: Sums,
        last: tuple[int, int],
        now: tuple[int, int],
        part: Interval,
        pauses: Sequence[Interval],
    ) -> None:
        for index, limit in enumerate(self.limits):
            beyond = part_beyond(limit, *last, *now)
            if beyond is None:
                continue
            start, end = max(beyond.start, part[0]), min(beyond.end, part[1])
            if start >= end:
                continue
            paused = pauses if limit.severity == "warning" else ()
            for since, until in without(start, end, paused):
                ms, degree = beyond.clipped(since, until)
                sums.beyond[2 * index] += ms
                sums.beyond[2 * index + 1] += degree

    def spread(
        self,
        slots: dict[int, Sums],
        last: tuple[int, int],
        now: tuple[int, int],
        pauses: Sequence[Interval],
    ) -> None:
        """Add a known segment to the 5-minute slots it runs through."""
        t0, t1 = last[0], now[0]
        slot = t0 - t0 % SLOT_MS
        if t1 <= slot + SLOT_MS:
            self.add(self.slot_of(slots, slot), last, now, pauses)
            return
        while slot < t1:
            part = max(t0, slot), min(t1, slot + SLOT_MS)
            self.add_part(self.slot_of(slots, slot), last, now, part, pauses)
            slot += SLOT_MS

    def slot_of(self, slots: dict[int, Sums], slot: int) -> Sums:
        """The slot's sums, made where there were none."""
        sums = slots.get(slot)
        if sums is None:
            sums = slots[slot] = self.fresh()
        return sums


def total(gauge: Gauge, parts: Iterable[Sums]) -> Sums:
    """The sums of all the parts."""
    whole = gauge.fresh()
    for part in parts:
        whole += part
    return whole


def exposure(
    gauge: Gauge,
    times: Sequence[int],
    values: Sequence[int],
    span: Interval | None = None,
    pauses: Sequence[Interval] = (),
) -> Sums:
    """The sums over readings in order (ms, micro-degrees), cut to the span [from, to).

    To cut exactly, the readings need to reach to the nearest one outside on either side.
    """
    sums = gauge.fresh()
    start, end = span if span is not None else (times[0], times[-1] + 1) if times else (0, 0)
    last: tuple[int, int] | None = None
    for now in zip(times, values, strict=True):
        if start <= now[0] < end:
            sums.take(now[1])
        if last is not None and now[0] - last[0] <= gauge.max_gap:
            lo, hi = max(last[0], start), min(now[0], end)
            if lo < hi:
                gauge.add_part(sums, last, now, (lo, hi), pauses)
        last = now
    return sums


def from_pieces(
    gauge: Gauge,
    pieces: Iterable[Piece],
    edges: Iterable[tuple[Sequence[int], Sequence[int]]],
    span: Interval,
    pauses: Sequence[Interval] = (),
) -> Sums:
    """The sums over the span [from, to) from the pieces that lie in it and raw edges.

    `edges` are the readings (times, values) about each end of the span that no whole slot
    covers: at most the slots the ends lie in, and the nearest reading outside on either side.
    Equal, to the last digit, to `exposure` over all the readings.
    """
    inner, cuts = cut_for_pieces(span)
    sums = total(gauge, (p.sums for p in pieces if inner[0] <= p.slot < inner[1]))
    for (times, values), cut in zip(edges, cuts, strict=True):
        if cut[0] < cut[1]:
            sums += exposure(gauge, times, values, cut, pauses)
    return sums


def cut_for_pieces(span: Interval) -> tuple[Interval, list[Interval]]:
    """What pieces cover of a span (see `whole_slots`), and what is left for raw edges."""
    inner = whole_slots(span)
    return inner, [(span[0], inner[0]), (inner[1], span[1])] if inner[0] < inner[1] else [span]


def whole_slots(span: Interval) -> Interval:
    """From the first whole slot's start to the last whole slot's end within the span.

    Empty (from >= to) where the span holds no whole slot.
    """
    return -(-span[0] // SLOT_MS) * SLOT_MS, span[1] // SLOT_MS * SLOT_MS


def celsius_or_none(micro: int | None) -> float | None:
    return None if micro is None else from_micro(micro)


def _extreme(pick: object, a: int | None, b: int | None) -> int | None:
    if a is None or b is None:
        return b if a is None else a
    return max(a, b) if pick is max else min(a, b)
