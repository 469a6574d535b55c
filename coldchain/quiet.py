"""The judge's short cut for the ordinary case: readings in order, evenly spaced, all in bounds.

Nothing is beyond a limit and nothing unknown, so only exposure grows, and its sums over evenly
spaced readings are a few sums of whole columns. Equal, to the last digit, to the long way
(judge.py): an area over `dt` ms, with `dt` a multiple of 2000, needs no rounding.
"""

from collections.abc import Sequence

from .exposure import SLOT_MS, Gauge, Sums
from .kinetics import RateTable, integral, integral_to, mkt_table
from .segment import AREA, area, area_to

#: Products below this are exact in floating point, as the long way computes them.
_EXACT = 1 << 53

Band = tuple[int, int]


def quiet_sums(
    gauge: Gauge,
    band: Band,
    last: tuple[int, int],
    sums: Sums,
    times: Sequence[int],
    values: Sequence[int],
) -> dict[int, Sums] | None:
    """The sums by slot after these readings, as `Gauge.spread` makes them; None: go the long way.

    `band` is the least and the greatest value that no limit is passed by; `last` the reading
    before (ms, micro-degrees), `sums` those of its slot so far, which are added to.
    """
    n = len(times)
    if n < 2 or min(values) < band[0] or max(values) > band[1]:
        return None
    dt = times[1] - times[0]
    if dt <= 0 or dt % AREA or dt > SLOT_MS or dt > gauge.max_gap:
        return None
    gap = times[0] - last[0]
    if not 0 < gap <= gauge.max_gap or times[-1] - times[0] != (n - 1) * dt:
        return None
    if list(times) != list(range(times[0], times[-1] + 1, dt)):
        return None
    joined = gap == dt
    t0 = last[0] if joined else times[0]
    v = [last[1], *values] if joined else list(values)
    mkt = _rates(mkt_table(), v, dt)
    shelf = [] if gauge.shelf is None else _rates(gauge.shelf, v, dt)
    if mkt is None or shelf is None:
        return None
    slots = {last[0] - last[0] % SLOT_MS: sums}
    if not joined:
        gauge.spread(slots, last, (times[0], values[0]), ())
    _walk(gauge, slots, t0, dt, v, mkt, shelf, first=int(joined))
    return slots


def _rates(table: RateTable, values: Sequence[int], dt: int) -> list[int] | None:
    """The table's rates at these temperatures; None where an integral might have to be rounded."""
    rates = table.many(values)
    return None if max(rates) * 2 * dt >= _EXACT else rates


def _walk(
    gauge: Gauge,
    slots: dict[int, Sums],
    t0: int,
    dt: int,
    v: list[int],
    mkt: list[int],
    shelf: list[int],
    first: int,
) -> None:
    """Slot by slot: whole segments by their columns, the one across a slot's end cut in two.

    Reading i is at `t0 + i * dt`; those from `first` on are to be counted.
    """
    half, last, i = dt // AREA, len(v) - 1, 0
    slot = t0 - t0 % SLOT_MS
    while True:
        end = slot + SLOT_MS
        sums = gauge.slot_of(slots, slot)
        # The segments i..j lie in the slot; reading j may lie on its end, which is the next one's.
        j = min(last, i + (end - t0 - i * dt) // dt)
        on_end = t0 + j * dt == end
        if j > i:
            sums.known_ms += (j - i) * dt
            sums.integral += half * (2 * sum(v[i : j + 1]) - v[i] - v[j])
            sums.mkt += half * (2 * sum(mkt[i : j + 1]) - mkt[i] - mkt[j])
            if shelf:
                sums.shelf += half * (2 * sum(shelf[i : j + 1]) - shelf[i] - shelf[j])
        counted = v[max(i, first) : j + (not on_end)]
        if counted:
            low, high = min(counted), max(counted)
            sums.count += len(counted)
            sums.min = low if sums.min is None else min(sums.min, low)
            sums.max = high if sums.max is None else max(sums.max, high)
        if j == last and not on_end:
            return
        slot = end
        if on_end:
            i = j
            if j == last:  # the last reading begins a slot of its own
                gauge.slot_of(slots, slot).take(v[last])
                return
            continue
        _cut(sums, gauge.slot_of(slots, slot), t0 + j * dt, dt, end, v, mkt, shelf, j)
        i = j + 1


def _cut(
    left: Sums,
    right: Sums,
    t0: int,
    dt: int,
    at: int,
    v: list[int],
    mkt: list[int],
    shelf: list[int],
    j: int,
) -> None:
    """The segment from reading j, which runs from `t0` over the slot's end `at`, to both slots."""
    upto = at - t0
    left.known_ms += upto
    right.known_ms += dt - upto
    part = area_to(t0, v[j], t0 + dt, v[j + 1], at)
    left.integral += part
    right.integral += area(t0, v[j], t0 + dt, v[j + 1]) - part
    part = integral_to(mkt[j], mkt[j + 1], dt, upto)
    left.mkt += part
    right.mkt += integral(mkt[j], mkt[j + 1], dt) - part
    if shelf:
        part = integral_to(shelf[j], shelf[j + 1], dt, upto)
        left.shelf += part
        right.shelf += integral(shelf[j], shelf[j + 1], dt) - part
