"""The judge against the definition itself, worked out slowly in exact fractions.

Written from the design's words alone: it shares no arithmetic with the judge, whose only
licence is to round each crossing to the nearest ms and each area down.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from coldchain.celsius import MICRO
from coldchain.columns import judge
from coldchain.excursions import Excursion
from coldchain.judge import Plan
from coldchain.limits import Limit
from coldchain.times import MINUTE_MS

MAX_GAP = 10 * MINUTE_MS

Reading = tuple[int, int]
#: A stretch beyond: from, to (ms), excess at either end (micro-degrees).
Stretch = tuple[Fraction, Fraction, Fraction, Fraction]


@dataclass
class Exact:
    """An excursion as the definition has it, exact."""

    start: Fraction
    end: Fraction | None
    stretches: list[Stretch]
    unknown: int
    peak: Reading
    beyond: int

    @property
    def ms(self) -> Fraction:
        return sum((b - a for a, b, _, _ in self.stretches), Fraction(0))

    @property
    def degree(self) -> Fraction:
        """Milli-degree-ms."""
        whole = sum(((e0 + e1) / 2 * (b - a) for a, b, e0, e1 in self.stretches), Fraction(0))
        return whole / 1000

    def confirmed(self, allowed: int) -> Fraction | None:
        """The moment its minutes reach the allowed time; where none is, a second must agree."""
        if allowed == 0:
            return self.start if self.beyond > 1 else None
        left = Fraction(allowed)
        for a, b, _, _ in self.stretches:
            if b - a >= left:
                return a + left
            left -= b - a
        return None


def meets(one: Reading, two: Reading, level: int) -> Fraction:
    (t0, v0), (t1, v1) = one, two
    return t0 + Fraction((t1 - t0) * (level - v0), v1 - v0)


def stretch(limit: Limit, one: Reading, two: Reading) -> Stretch | None:
    """The part beyond of the line between two readings joined."""
    inside = [not limit.beyond(v) for _, v in (one, two)]
    if all(inside):
        return None
    a = meets(one, two, limit.threshold) if inside[0] else Fraction(one[0])
    b = meets(one, two, limit.threshold) if inside[1] else Fraction(two[0])
    excess = [
        Fraction(0) if safe else Fraction(limit.sign * (v - limit.threshold))
        for safe, (_, v) in zip(inside, (one, two), strict=True)
    ]
    return a, b, excess[0], excess[1]


def runs(limit: Limit, readings: list[Reading]) -> Iterator[tuple[int, int]]:
    """From each reading beyond to the last before one at or inside `clear`."""
    first: int | None = None
    for n, (_, value) in enumerate(readings):
        safe = limit.sign * (value - limit.clear_level) <= 0 and not limit.beyond(value)
        if first is None and limit.beyond(value):
            first = n
        elif first is not None and safe:
            yield first, n - 1
            first = None
    if first is not None:
        yield first, len(readings) - 1


def exact(limit: Limit, readings: list[Reading]) -> Iterator[Exact]:
    for first, last in runs(limit, readings):
        before = readings[first - 1] if first else None
        after = readings[last + 1] if last + 1 < len(readings) else None
        inner = readings[first : last + 1]
        joined = [p for p in pairwise(inner) if p[1][0] - p[0][0] <= MAX_GAP]
        start = Fraction(inner[0][0])
        if before is not None and inner[0][0] - before[0] <= MAX_GAP:
            start = meets(before, inner[0], limit.threshold)
            joined.insert(0, (before, inner[0]))
        end: Fraction | None = None
        if after is not None and after[0] - inner[-1][0] <= MAX_GAP:
            end = meets(inner[-1], after, limit.clear_level)
            joined.append((inner[-1], after))
        stretches = [s for s in (stretch(limit, *pair) for pair in joined) if s is not None]
        if after is not None and end is None:
            seen = [Fraction(t) for t, v in inner if limit.beyond(v)]
            end = max(seen + [b for _, b, _, _ in stretches])
        yield Exact(
            start,
            end,
            stretches,
            sum(b[0] - a[0] for a, b in pairwise(inner) if b[0] - a[0] > MAX_GAP),
            max(
                (r for r in inner if limit.beyond(r[1])),
                key=lambda r: (limit.sign * r[1], -r[0]),
            ),
            sum(limit.beyond(v) for _, v in inner),
        )


def near(found: int | None, exactly: Fraction | None, by: int) -> bool:
    if found is None or exactly is None:
        return found is None and exactly is None
    return abs(found - exactly) <= by


def agree(limit: Limit, found: Excursion, exactly: Exact) -> None:
    rounded = 2 * (len(exactly.stretches) + 1)  # ms: each stretch has two crossings
    steepest = max((max(s[2], s[3]) for s in exactly.stretches), default=Fraction(0))
    assert near(found.start, exactly.start, 1)
    assert near(found.end, exactly.end, 1)
    assert near(found.ms, exactly.ms, rounded)
    assert near(found.degree, exactly.degree, rounded * (1 + int(steepest) // 1000))
    assert found.unknown_ms == exactly.unknown
    assert (found.peak_at, found.peak) == exactly.peak
    if abs(exactly.ms - limit.allowed) > rounded or limit.allowed == 0:
        assert near(found.confirmed, exactly.confirmed(limit.allowed), rounded)


@st.composite
def consecutive(draw: st.DrawFn) -> Limit:
    side = draw(st.sampled_from(["above", "below"]))
    sign = 1 if side == "above" else -1
    back = draw(st.sampled_from([None, MICRO // 2, 2 * MICRO]))
    return Limit(
        "any",
        side,  # type: ignore[arg-type]
        4 * MICRO,
        draw(st.sampled_from([0, MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS])),
        "critical",
        draw(st.booleans()),
        clear=None if back is None else 4 * MICRO - sign * back,
    )


readings_about_four = st.lists(
    st.tuples(
        st.one_of(st.integers(1, 11).map(lambda n: n * MINUTE_MS), st.integers(1, 2 * MAX_GAP)),
        st.one_of(st.integers(6, 28).map(lambda q: q * MICRO // 4), st.integers(0, 9 * MICRO)),
    ),
    max_size=30,
)


@given(consecutive(), readings_about_four)
def test_every_excursion_is_the_one_that_the_definition_gives(
    limit: Limit, taken: list[tuple[int, int]]
) -> None:
    readings, at = [], 0
    for step, value in taken:
        at += step
        readings.append((at, value))
    plan = Plan("any", (limit,), MAX_GAP)
    found = judge(plan, [t for t, _ in readings], [v for _, v in readings]).excursions
    expected = list(exact(limit, readings))
    assert len(found) == len(expected)
    for one, exactly in zip(found, expected, strict=True):
        agree(limit, one, exactly)
