"""What the tests of the judge draw their histories from, and how they judge them."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from coldchain.celsius import MICRO
from coldchain.columns import Judged
from coldchain.excursions import Excursion
from coldchain.exposure import SLOT_MS, Piece
from coldchain.judge import ChannelState, Plan, advance, left_open
from coldchain.kinetics import RateTable
from coldchain.limits import Limit
from coldchain.profile import Profile
from coldchain.segment import Interval, merged
from coldchain.shelf_life import ShelfLife
from coldchain.times import MINUTE_MS
from coldchain.verdict import Evidence

START = 1_795_413_600_000
MAX_GAP = 10 * MINUTE_MS
FISH = RateTable(ShelfLife("square-root", -10.0, 0.0, 336.0, 0.0).rate)

#: Quarter degrees about the thresholds, so that readings fall on them, and some far off.
values = st.one_of(
    st.integers(-8, 40).map(lambda q: q * MICRO // 4),
    st.integers(-3 * MICRO, 12 * MICRO),
    st.sampled_from([-100 * MICRO, 100 * MICRO]),
)
#: From one reading to the next: a usual step, an odd one, the longest still joined, a gap.
steps = st.one_of(
    st.integers(1, 20).map(lambda n: n * 30_000),
    st.integers(1, 700_000),
    st.sampled_from([1, MAX_GAP, MAX_GAP + 1, 3 * MAX_GAP, 48 * 60 * MINUTE_MS]),
)


@st.composite
def limits(draw: st.DrawFn, severity: str = "", mode: str = "", number: int = 0) -> Limit:
    side = draw(st.sampled_from(["above", "below"]))
    threshold = draw(st.sampled_from([0, 2, 4, 8])) * MICRO
    back = draw(st.sampled_from([None, 0, MICRO // 2, 2 * MICRO]))
    sign = 1 if side == "above" else -1
    return Limit(
        id=f"limit-{number}",
        side=side,  # type: ignore[arg-type]
        threshold=threshold,
        allowed=draw(st.sampled_from([0, 1, MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS])),
        severity=severity or draw(st.sampled_from(["warning", "critical"])),  # type: ignore[arg-type]
        inclusive=draw(st.booleans()),
        mode=mode or draw(st.sampled_from(["consecutive", "cumulative"])),  # type: ignore[arg-type]
        clear=None if back is None else threshold - sign * back,
    )


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    count = draw(st.integers(0, 3))
    drawn = [draw(limits(number=n)) for n in range(count)]
    has_twin = draw(st.booleans())
    if drawn and has_twin:
        # One of the same threshold, which confirms in another way.
        other = draw(limits(number=9))
        drawn.append(replace(drawn[0], id=other.id, allowed=other.allowed, mode=other.mode))
    return Plan("any", tuple(drawn), MAX_GAP, FISH)


@st.composite
def histories(draw: st.DrawFn, least: int = 0) -> tuple[list[int], list[int]]:
    """Readings in order: times (ms, strictly rising) and values (micro-degrees)."""
    taken = draw(st.lists(st.tuples(steps, values), min_size=least, max_size=40))
    times, at = [], START + draw(st.integers(0, SLOT_MS))
    for step, _ in taken:
        times.append(at)
        at += step
    return times, [value for _, value in taken]


@st.composite
def pauses(draw: st.DrawFn, times: Sequence[int]) -> list[Interval]:
    if not times:
        return []
    moments = st.integers(times[0] - MINUTE_MS, times[-1] + MINUTE_MS)
    found = draw(st.lists(st.tuples(moments, moments), max_size=3))
    return merged([(min(a, b), max(a, b)) for a, b in found])


def cut_up(times: Sequence[int], at: Sequence[int]) -> list[slice]:
    """The readings cut at these places."""
    edges = sorted({0, len(times), *(n for n in at if n <= len(times))})
    return [slice(a, b) for a, b in itertools.pairwise(edges)]


@dataclass(frozen=True)
class Told:
    """What the incremental form says of a history."""

    excursions: tuple[Excursion, ...]
    pieces: tuple[Piece, ...]


def follow(
    plan: Plan,
    times: Sequence[int],
    values: Sequence[int],
    cuts: Sequence[int] = (),
    paused: Sequence[Interval] = (),
    span: Interval | None = None,
) -> Told:
    """Fed incrementally, cut at these places; `span`: how far the record reaches."""
    start, end = span or ((times[0], times[-1]) if times else (0, 0))
    state = ChannelState.fresh(plan, times[0] - start if times else 0)
    closed: list[Excursion] = []
    pieces: dict[int, Piece] = {}
    for part in cut_up(times, cuts):
        step = advance(plan, state, times[part], values[part], paused)
        state = step.state
        closed += step.closed
        pieces |= {piece.slot: piece for piece in step.pieces}
    found = sorted(closed + left_open(plan, state, end), key=lambda e: (e.start, e.limit))
    return Told(tuple(found), tuple(pieces[slot] for slot in sorted(pieces)))


def evidence(plan: Plan, judged: Judged) -> Evidence:
    return Evidence(
        plan.limits,
        judged.excursions,
        judged.sums,
        judged.unknown_ms,
        judged.longest_gap,
        judged.conflicts,
        window=judged.window,
    )


def lenient(plan: Plan, mkt_limit: int | None = None) -> Profile:
    """A profile whose verdict hangs on its limits alone: any unknown time is allowed."""
    return Profile(
        "any",
        {},
        plan.limits,
        MAX_GAP,
        1 << 60,
        MAX_GAP,
        mkt_limit=mkt_limit,
        mkt_window=plan.mkt_window,
    )


cuts = st.lists(st.integers(0, 40), max_size=6)
#: How many readings the batch takes at once.
chunks = st.sampled_from([1, 4, 7, 20])


@st.composite
def close_calls(draw: st.DrawFn, longest_step: int = 10) -> tuple[Limit, list[tuple[int, int]]]:
    """A limit with readings that stay about it: beyond, on it, between it and `clear`, inside."""
    limit = draw(limits(severity="critical"))
    back = abs(limit.threshold - limit.clear_level)
    away = st.sampled_from([MICRO, 1, 0, -back // 2, -back, -back - MICRO])
    walk = draw(
        st.lists(
            st.tuples(st.integers(1, longest_step), away, st.integers(1, 4)),
            min_size=3,
            max_size=20,
        )
    )
    readings, at = [], START
    for step, excess, often in walk:
        for _ in range(often):
            readings.append((at, limit.threshold + limit.sign * excess))
            at += step * MINUTE_MS
    return limit, readings


def hide(readings: list[tuple[int, int]], first: int, last: int) -> list[tuple[int, int]]:
    """The readings without those from `first` to `last`, if that makes their time unknown.

    Between two readings near enough to each other the time stays known, along another line:
    nothing is hidden then. At an end of the record any is.
    """
    before, after = readings[:first], readings[last + 1 :]
    if before and after and after[0][0] - before[-1][0] <= MAX_GAP:
        return readings
    return before + after
