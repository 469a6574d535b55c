"""A stretch of a parcel's way measured from 5-minute pieces and raw edges: what is kept for ever,
where raw readings are not.
"""

from collections.abc import Iterable, Sequence

from .exposure import SLOT_MS, Piece, cut_for_pieces, from_pieces
from .judge import Plan
from .leg import Measured, Within, quantity_of
from .mkt_windows import Heat
from .segment import Interval

#: Where no reading is at hand.
NOTHING_SEEN = Within()


def measure_by_pieces(
    plan: Plan,
    channel: str,
    pieces: Sequence[Piece],
    edges: Iterable[tuple[Sequence[int], Sequence[int]]],
    span: Interval,
    seen: Within = NOTHING_SEEN,
    pauses: Sequence[Interval] = (),
    conflicts: int = 0,
    faults: tuple[str, ...] = (),
) -> Measured:
    """Measure from 5-minute pieces made by the same plan, and raw edges (see `from_pieces`).

    The sums are those of `measure` to the last digit. `seen` is what `within` makes of the
    readings about each excursion and about the ends of the span. Pieces do not tell where in a
    slot time was unknown, so neighbouring slots' unknown time is taken for one stretch: a verdict
    by pieces may ask for review where one by readings would not, never the other way.
    """
    edges = list(edges)
    sums = from_pieces(plan.gauge, pieces, edges, span, pauses)
    return Measured(
        channel,
        quantity_of(channel),
        plan.limits,
        span,
        sums,
        seen.excursions,
        {**_calm_by_pieces(plan, pieces, span, seen), **seen.calm},
        *_gaps_by_pieces(pieces, span),
        conflicts,
        faults,
        _heat_by_pieces(plan, pieces, edges, span) if plan.mkt_window else Heat.none(),
    )


def _heat_by_pieces(
    plan: Plan,
    pieces: Sequence[Piece],
    edges: Sequence[tuple[Sequence[int], Sequence[int]]],
    span: Interval,
) -> Heat:
    inner, cuts = cut_for_pieces(span)
    parts = [Heat.of_readings(*e, plan.max_gap, c) for e, c in zip(edges, cuts, strict=True)]
    parts.append(Heat.of_pieces(p for p in pieces if inner[0] <= p.slot < inner[1]))
    return Heat.joined(parts)


def _gaps_by_pieces(pieces: Sequence[Piece], span: Interval) -> tuple[int, int, int]:
    """At least the longest unknown stretch of the span, and those at its ends, ms."""
    known = {piece.slot: piece.sums.known_ms for piece in pieces}
    runs = [0]
    is_lead, lead = True, 0
    for slot in range(span[0] - span[0] % SLOT_MS, span[1], SLOT_MS):
        length = min(span[1], slot + SLOT_MS) - max(span[0], slot)
        unknown = min(length, SLOT_MS - known.get(slot, 0))
        is_lead = is_lead and unknown > 0
        lead += unknown if is_lead else 0
        runs.append(runs[-1] + unknown if unknown else 0)
    return max(runs), lead, runs[-1]


def _calm_by_pieces(
    plan: Plan, pieces: Sequence[Piece], span: Interval, seen: Within
) -> dict[str, Interval]:
    """The limits that no reading of the span is told of to have passed, but some to be calm."""
    passed = {one.limit for one in seen.excursions}
    inside = [piece.sums for piece in pieces if span[0] <= piece.slot < span[1] - SLOT_MS]
    return {
        limit.id: span
        for limit in plan.limits
        if limit.id not in passed
        and any(
            value is not None and limit.is_calm(value)
            for sums in inside
            for value in (sums.min, sums.max)
        )
    }
