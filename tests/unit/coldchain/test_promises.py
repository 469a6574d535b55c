"""The promises of the judge, for any readings: one set, one outcome, however it came."""

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from coldchain import columns
from coldchain.celsius import MICRO
from coldchain.columns import Judged, judge
from coldchain.excursions import Excursion
from coldchain.exposure import SLOT_MS, Piece, exposure, from_pieces, total, whole_slots
from coldchain.judge import ChannelState, Plan, advance, open_excursions
from coldchain.kinetics import RateTable
from coldchain.limits import Limit
from coldchain.profile import Profile
from coldchain.segment import Interval, merged
from coldchain.shelf_life import ShelfLife
from coldchain.times import MINUTE_MS
from coldchain.verdict import Evidence, Outcome, decide

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
    return Plan("any", tuple(draw(limits(number=n)) for n in range(count)), MAX_GAP, FISH)


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
) -> Told:
    state = ChannelState.fresh(plan)
    closed: list[Excursion] = []
    pieces: dict[int, Piece] = {}
    for part in cut_up(times, cuts):
        step = advance(plan, state, times[part], values[part], paused)
        state = step.state
        closed += step.closed
        pieces |= {piece.slot: piece for piece in step.pieces}
    found = sorted(closed + open_excursions(plan, state), key=lambda e: (e.start, e.limit))
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


@given(plans(), histories(), cuts, chunks)
def test_the_incremental_form_and_the_batch_form_agree_to_the_last_digit(
    plan: Plan, history: tuple[list[int], list[int]], cut: list[int], chunk: int
) -> None:
    told = follow(plan, *history, cut)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "CHUNK", chunk)
        judged = judge(plan, *history)
    assert judged.excursions == told.excursions
    assert judged.sums == total(plan.gauge, (piece.sums for piece in told.pieces))


@given(st.data(), plans(), histories(), cuts, chunks)
def test_pauses_leave_the_two_forms_agreeing(
    data: st.DataObject,
    plan: Plan,
    history: tuple[list[int], list[int]],
    cut: list[int],
    chunk: int,
) -> None:
    paused = data.draw(pauses(history[0]))
    told = follow(plan, *history, cut, paused)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "CHUNK", chunk)
        judged = judge(plan, *history, paused)
    assert judged.excursions == told.excursions
    assert judged.sums == total(plan.gauge, (piece.sums for piece in told.pieces))


@given(plans(), histories(), st.randoms(use_true_random=False), st.data())
def test_any_order_and_any_repeats_give_one_outcome(
    plan: Plan,
    history: tuple[list[int], list[int]],
    shuffler: random.Random,
    data: st.DataObject,
) -> None:
    readings = list(zip(*history, strict=True))
    again = data.draw(st.lists(st.sampled_from(readings), max_size=20)) if readings else []
    mixed = readings + again
    shuffler.shuffle(mixed)
    plain = judge(plan, *history)
    other = judge(plan, [t for t, _ in mixed], [v for _, v in mixed])
    assert other.excursions == plain.excursions
    assert other.sums == plain.sums
    assert (other.readings, other.duplicates, other.conflicts) == (len(readings), len(again), 0)
    assert decide(lenient(plan), evidence(plan, other)) == decide(
        lenient(plan), evidence(plan, plain)
    )


@given(plans(), histories(1), st.randoms(use_true_random=False), st.data())
def test_of_different_values_at_one_time_the_greater_stands_and_each_time_is_one_conflict(
    plan: Plan,
    history: tuple[list[int], list[int]],
    shuffler: random.Random,
    data: st.DataObject,
) -> None:
    readings = list(zip(*history, strict=True))
    lesser = [
        (at, value - less)
        for at, value in data.draw(st.lists(st.sampled_from(readings), max_size=10))
        for less in data.draw(st.lists(st.integers(1, MICRO), min_size=1, max_size=2))
    ]
    mixed = readings + lesser
    shuffler.shuffle(mixed)
    judged = judge(plan, [t for t, _ in mixed], [v for _, v in mixed])
    assert judged.excursions == judge(plan, *history).excursions
    assert judged.conflicts == len({at for at, _ in lesser})
    if lesser:
        assert decide(lenient(plan), evidence(plan, judged)).verdict != "accept"


@given(plans(), histories(1), st.lists(st.integers(0, 3_000), max_size=6), st.data())
def test_the_exposure_of_a_whole_is_the_sum_of_its_parts_wherever_cut(
    plan: Plan, history: tuple[list[int], list[int]], permille: list[int], data: st.DataObject
) -> None:
    times, _ = history
    paused = data.draw(pauses(times))
    start, end = times[0] - MINUTE_MS, times[-1] + MINUTE_MS
    marks = sorted({start, end, *(start + (end - start) * p // 3_000 for p in permille)})
    whole = exposure(plan.gauge, *history, (start, end), paused)
    parts = [exposure(plan.gauge, *history, span, paused) for span in itertools.pairwise(marks)]
    assert total(plan.gauge, parts) == whole
    assert whole == exposure(plan.gauge, *history, None, paused)


def near(history: tuple[list[int], list[int]], cut: Interval) -> tuple[list[int], list[int]]:
    """The readings in a cut, and the nearest one outside it on either side."""
    times, values = history
    first = max((n for n, at in enumerate(times) if at < cut[0]), default=0)
    last = min((n for n, at in enumerate(times) if at >= cut[1]), default=len(times) - 1)
    return times[first : last + 1], values[first : last + 1]


@given(plans(), histories(1), st.data())
def test_a_span_is_its_five_minute_pieces_and_raw_edges(
    plan: Plan, history: tuple[list[int], list[int]], data: st.DataObject
) -> None:
    times, _ = history
    paused = data.draw(pauses(times))
    moments = st.integers(times[0] - SLOT_MS, times[-1] + SLOT_MS)
    a, b = data.draw(moments), data.draw(moments)
    span = min(a, b), max(a, b)
    pieces = follow(plan, *history, (), paused).pieces
    inner = whole_slots(span)
    ends = [(span[0], inner[0]), (inner[1], span[1])] if inner[0] < inner[1] else [span]
    edges = [near(history, cut) for cut in ends]
    assert from_pieces(plan.gauge, pieces, edges, span, paused) == exposure(
        plan.gauge, *history, span, paused
    )


@given(st.data(), plans(), histories())
def test_the_minutes_of_a_limits_excursions_are_those_of_its_exposure(
    data: st.DataObject, plan: Plan, history: tuple[list[int], list[int]]
) -> None:
    judged = judge(plan, *history, data.draw(pauses(history[0])))
    for limit, (ms, degree) in zip(plan.limits, judged.sums.limits, strict=True):
        own = [e for e in judged.excursions if e.limit == limit.id]
        assert sum(e.ms for e in own) == ms
        assert sum(e.degree for e in own) == degree


@given(plans(), histories())
def test_known_and_unknown_time_make_up_the_whole(
    plan: Plan, history: tuple[list[int], list[int]]
) -> None:
    times, _ = history
    judged = judge(plan, *history)
    gaps = [b - a for a, b in itertools.pairwise(times)]
    assert judged.unknown_ms == sum(gap for gap in gaps if gap > MAX_GAP)
    assert judged.longest_gap == max((gap for gap in gaps if gap > MAX_GAP), default=0)
    assert judged.sums.known_ms == sum(gap for gap in gaps if gap <= MAX_GAP)


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


@given(close_calls(longest_step=15), cuts, chunks)
def test_the_two_forms_agree_about_readings_that_stay_close_to_a_limit(
    drawn: tuple[Limit, list[tuple[int, int]]], cut: list[int], chunk: int
) -> None:
    limit, readings = drawn
    plan = Plan("any", (limit,), MAX_GAP)
    times, taken = [t for t, _ in readings], [v for _, v in readings]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "CHUNK", chunk)
        judged = judge(plan, times, taken)
    assert judged.excursions == follow(plan, times, taken, cut).excursions


def hide(readings: list[tuple[int, int]], first: int, last: int) -> list[tuple[int, int]]:
    """The readings without those from `first` to `last`, if that makes their time unknown.

    Where it would not, the time stays known, along another line: nothing is hidden then.
    """
    kept = readings[:first] + readings[last + 1 :]
    return kept if kept[first][0] - kept[first - 1][0] > MAX_GAP else readings


#: An excursion that began in hidden time and went on, between threshold and `clear`, into sight.
BEGAN_UNSEEN = (
    Limit("warm", "above", 4 * MICRO, 30 * MINUTE_MS, "critical", clear=3 * MICRO + MICRO // 2),
    [
        (START + n * 5 * MINUTE_MS, quarters * MICRO // 4)
        for n, quarters in enumerate([12, 20, 20, 20, 20, 15, 15, 17, 17, 17, 17, 12])
    ],
)


def test_an_excursion_that_began_in_hidden_time_is_not_forgotten() -> None:
    limit, readings = BEGAN_UNSEEN
    plan = Plan("any", (limit,), MAX_GAP)

    def verdict(taken: list[tuple[int, int]]) -> str:
        judged = judge(plan, [t for t, _ in taken], [v for _, v in taken])
        assert judged.excursions == follow(plan, *map(list, zip(*taken, strict=True))).excursions
        return decide(lenient(plan), evidence(plan, judged)).verdict

    assert verdict(readings) == "reject"
    assert verdict(hide(readings, 1, 4)) == "review"


def test_stretches_hidden_on_both_sides_of_a_reading_between_may_be_one_excursion() -> None:
    # 32 min beyond in all, then 4 min of another excursion; hidden in two stretches of 20 min.
    limit = BEGAN_UNSEEN[0]
    quarters = [8, 20, 20, 20, 15, 20, 20, 20, 15, 8, 8, 8, 20, 8]
    readings = [(START + n * 5 * MINUTE_MS, q * MICRO // 4) for n, q in enumerate(quarters)]
    plan = Plan("any", (limit,), MAX_GAP)

    def verdict(taken: list[tuple[int, int]]) -> str:
        judged = judge(plan, [t for t, _ in taken], [v for _, v in taken])
        return decide(lenient(plan), evidence(plan, judged)).verdict

    assert verdict(readings) == "reject"
    assert verdict(hide(hide(readings, 5, 7), 1, 3)) == "review"


def one_more(limit: Limit, readings: list[tuple[int, int]], excess: int) -> list[tuple[int, int]]:
    """The readings, and once more beyond for a moment, well after."""
    at = readings[-1][0]
    level = limit.clear_level - limit.sign * MICRO
    beyond = limit.threshold + limit.sign * excess
    more = [level, level, beyond, level]
    return [*readings, *((at + (n + 1) * MINUTE_MS, v) for n, v in enumerate(more))]


@given(close_calls(), st.data())
def test_hiding_readings_never_turns_reject_into_accept_while_one_beyond_remains(
    drawn: tuple[Limit, list[tuple[int, int]]], data: st.DataObject
) -> None:
    limit, readings = drawn
    if data.draw(st.booleans()):
        readings = one_more(limit, readings, MICRO)
    window = data.draw(st.sampled_from([0, 6 * SLOT_MS, 12 * SLOT_MS]))
    plan = Plan("any", (limit,), MAX_GAP, mkt_window=window)
    profile = lenient(plan, mkt_limit=8 * MICRO)

    def verdict(taken: list[tuple[int, int]]) -> Outcome:
        judged = judge(plan, [t for t, _ in taken], [v for _, v in taken])
        return decide(profile, evidence(plan, judged))

    assume(verdict(readings).verdict == "reject")
    for _ in range(data.draw(st.integers(1, 3))):
        first = data.draw(st.integers(1, len(readings) - 2))
        readings = hide(readings, first, data.draw(st.integers(first, len(readings) - 2)))
        assume(len(readings) > 2)
    assume(any(limit.beyond(value) for _, value in readings))
    assert verdict(readings).verdict != "accept"
