"""A parcel's way: scans in any order, legs, stays, and the verdict over all of them."""

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from coldchain.celsius import MICRO
from coldchain.custody import (
    Act,
    CustodyError,
    CustodyEvent,
    HandMeasurement,
    decode_event,
    encode_event,
)
from coldchain.exposure import whole_slots
from coldchain.judge import ChannelState, Plan, advance
from coldchain.leg import Measured, excursions_within, measure, measure_by_pieces
from coldchain.limits import Limit
from coldchain.parcel import ParcelJudged, Stretch, judge_parcel, strictest
from coldchain.parcel_records import parcel_record
from coldchain.profile import Profile
from coldchain.segment import Interval
from coldchain.timeline import Timeline, between, stays, timeline
from coldchain.times import MINUTE_MS, from_iso, iso
from coldchain.verdict import Evidence, decide

MAX_GAP = 10 * MINUTE_MS
WARM = Limit("warm", "above", 4 * MICRO, 30 * MINUTE_MS, "critical")
IN_ALL = Limit("in-all", "above", 4 * MICRO, 60 * MINUTE_MS, "critical", mode="cumulative")
WARNING = Limit("warming", "above", 4 * MICRO, 10 * MINUTE_MS, "warning", clear=3 * MICRO)
FISH = Profile("fish", {}, (WARM, IN_ALL), MAX_GAP, 60 * MINUTE_MS, MAX_GAP)
DAY = from_iso("2026-11-23T00:00:00Z")


def scan(minute: float, act: Act, device: str = "van-1", **more: object) -> CustodyEvent:
    values: dict[str, object] = {
        "id": f"{minute}-{act}-{device}-{more.get('parcel', 'p')}",
        "parcel": "p",
        "act": act,
        "at": iso(DAY + round(minute * MINUTE_MS)),
        "device": device,
    }
    return CustodyEvent(**{**values, **more})  # type: ignore[arg-type]


def legs(way: Timeline) -> list[tuple[str, float, float | None]]:
    return [
        (
            leg.device,
            (leg.start - DAY) / MINUTE_MS,
            None if leg.end is None else (leg.end - DAY) / MINUTE_MS,
        )
        for leg in way.legs
    ]


def codes(way: Timeline) -> list[str]:
    return [problem.code for problem in way.problems]


WAY = [
    scan(0, "loaded", "store-1", profile="fish"),
    scan(60, "unloaded", "store-1"),
    scan(70, "loaded"),
    scan(75, "inspected"),
    scan(100, "unloaded"),
    scan(100, "loaded", "locker-1"),
    scan(160, "delivered", "locker-1"),
]


def test_a_parcel_travels_through_its_compartments_leg_by_leg() -> None:
    way = timeline(WAY)
    assert legs(way) == [("store-1", 0, 60), ("van-1", 70, 100), ("locker-1", 100, 160)]
    assert (codes(way), way.profile) == ([], "fish")
    assert way.delivered == DAY + 160 * MINUTE_MS
    assert between(way, DAY + 999 * MINUTE_MS) == [(DAY + 60 * MINUTE_MS, DAY + 70 * MINUTE_MS)]


@given(st.randoms(use_true_random=False), st.lists(st.sampled_from(WAY), max_size=5))
def test_scans_in_any_order_and_repeated_give_one_timeline(
    shuffler: random.Random, again: list[CustodyEvent]
) -> None:
    mixed = [*WAY, *again]
    shuffler.shuffle(mixed)
    assert timeline(mixed) == timeline(WAY)


def test_an_unloading_never_scanned_is_put_right_by_the_next_loading_and_said() -> None:
    way = timeline([scan(0, "loaded", "store-1"), scan(70, "loaded")])
    assert legs(way) == [("store-1", 0, 70), ("van-1", 70, None)]
    assert codes(way) == ["unloading-missing"]


def test_a_loading_never_scanned_is_said() -> None:
    way = timeline([scan(0, "loaded", "store-1"), scan(10, "unloaded", "van-9")])
    assert legs(way) == [("store-1", 0, None)]
    assert codes(way) == ["loading-missing"]


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ([scan(0, "loaded"), scan(1, "loaded")], "loaded-twice"),
        ([scan(0, "delivered"), scan(1, "delivered")], "delivered-twice"),
        ([scan(0, "delivered"), scan(1, "loaded")], "loaded-after-delivery"),
        ([scan(0, "released")], "released-unheld"),
        (
            [scan(0, "loaded", profile="fish"), scan(9, "loaded", "van-2", profile="milk")],
            "profile-changed",
        ),
        ([scan(0, "held", id="x"), scan(0, "released", id="x")], "one-id-two-events"),
    ],
)
def test_what_the_scans_say_twice_or_against_each_other_is_named(
    events: list[CustodyEvent], code: str
) -> None:
    assert code in codes(timeline(events))
    assert timeline(events) == timeline(reversed(events))


def test_a_parcel_is_held_until_it_is_released() -> None:
    assert timeline([scan(0, "loaded"), scan(1, "held")]).is_held
    assert not timeline([scan(0, "loaded"), scan(1, "held"), scan(2, "released")]).is_held


def test_events_of_two_parcels_or_of_none_make_no_timeline() -> None:
    with pytest.raises(ValueError, match="0 parcels"):
        timeline([])
    with pytest.raises(ValueError, match="2 parcels"):
        timeline([scan(0, "loaded"), scan(0, "loaded", parcel="q")])


def test_while_a_tag_is_bound_its_readings_outrank_the_compartments() -> None:
    bound = [scan(20, "loaded", "tag-1"), scan(80, "unloaded", "tag-1")]
    way = timeline([*WAY, *bound], tags={"tag-1"})
    told = [
        (
            stay.leg.device,
            *((at - DAY) // MINUTE_MS for at in stay.span),
            stay.counts,
        )
        for stay in stays(way, DAY + 999 * MINUTE_MS)
    ]
    assert told == [
        ("store-1", 0, 20, True),
        ("store-1", 20, 60, False),
        ("tag-1", 20, 80, True),
        ("van-1", 70, 80, False),
        ("van-1", 80, 100, True),
        ("locker-1", 100, 160, True),
    ]
    assert between(way, DAY + 999 * MINUTE_MS) == []


def test_a_custody_event_is_read_back_as_written_and_a_bad_one_refused_with_the_reason() -> None:
    event = scan(0, "inspected", measured=HandMeasurement(celsius=3.5, where="core"))
    assert decode_event(encode_event(event)) == event
    for raw, why in [
        (b"{", "truncated"),
        (encode_event(event).replace(b"inspected", b"sniffed"), "sniffed"),
        (encode_event(event).replace(b"Z", b""), "without a zone"),
        (encode_event(event).replace(b'"v":1', b'"w":1'), "unknown field"),
    ]:
        with pytest.raises(CustodyError, match=why):
            decode_event(raw)


steps = st.one_of(st.integers(1, 5).map(lambda n: n * MINUTE_MS), st.integers(1, 3 * MAX_GAP))
history = st.lists(st.tuples(steps, st.integers(4, 28)), min_size=1, max_size=30).map(
    lambda taken: [
        (DAY + sum(step for step, _ in taken[: n + 1]), value * MICRO // 4)
        for n, (_, value) in enumerate(taken)
    ]
)
PLAN = Plan("fish", (WARM, IN_ALL, WARNING), MAX_GAP)


@st.composite
def spans(draw: st.DrawFn, readings: Sequence[tuple[int, int]]) -> Interval:
    moments = st.integers(readings[0][0] - 2 * MAX_GAP, readings[-1][0] + 2 * MAX_GAP)
    a, b = draw(moments), draw(moments)
    assume(a != b)
    return min(a, b), max(a, b)


def columns(readings: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [t for t, _ in readings], [v for _, v in readings]


@given(st.data(), history)
def test_a_legs_excursions_hold_its_minutes_and_no_others(
    data: st.DataObject, readings: list[tuple[int, int]]
) -> None:
    span = data.draw(spans(readings))
    pause = data.draw(spans(readings))
    leg = measure(PLAN, "main.air", *columns(readings), span, [pause])
    for limit in PLAN.limits:
        own = [e for e in leg.excursions if e.limit == limit.id]
        ms = sum(e.ms for e in own), sum(e.degree for e in own)
        assert ms == leg.spent(limit)
        for one in own:
            assert span[0] <= one.start <= (one.end or span[1]) <= span[1]
            assert one.confirmed is None or span[0] <= one.confirmed <= span[1]
            assert limit.beyond(one.peak)
    assert 0 <= leg.longest_gap <= leg.unknown_ms <= span[1] - span[0]


@given(st.data(), history, st.lists(st.integers(0, 60), max_size=3))
def test_legs_end_to_end_spend_what_the_whole_does(
    data: st.DataObject, readings: list[tuple[int, int]], at: list[int]
) -> None:
    span = data.draw(spans(readings))
    marks = sorted({*span, *(span[0] + (span[1] - span[0]) * n // 61 for n in at)})
    whole = measure(PLAN, "main.air", *columns(readings), span)
    parts = [measure(PLAN, "main.air", *columns(readings), part) for part in pairwise(marks)]
    assert sum(part.spent(IN_ALL)[0] for part in parts) == whole.spent(IN_ALL)[0]
    assert sum(part.unknown_ms for part in parts) == whole.unknown_ms
    assert sum(part.sums.mkt for part in parts) == whole.sums.mkt


def near(readings: list[tuple[int, int]], cut: Interval) -> tuple[list[int], list[int]]:
    """The readings of a cut, and the nearest outside it on either side."""
    first = max((n for n, (at, _) in enumerate(readings) if at < cut[0]), default=0)
    last = min((n for n, (at, _) in enumerate(readings) if at >= cut[1]), default=len(readings))
    return columns(readings[first : last + 1])


@given(st.data(), history)
def test_a_leg_by_pieces_and_raw_edges_is_the_leg_by_readings_and_never_looks_better(
    data: st.DataObject, readings: list[tuple[int, int]]
) -> None:
    span = data.draw(spans(readings))
    times, values = columns(readings)
    pieces = advance(PLAN, ChannelState.fresh(PLAN), times, values).pieces
    inner = whole_slots(span)
    cuts = [(span[0], inner[0]), (inner[1], span[1])] if inner[0] < inner[1] else [span]
    exact = measure(PLAN, "main.air", times, values, span)
    told = measure_by_pieces(
        PLAN,
        "main.air",
        pieces,
        [near(readings, cut) for cut in cuts],
        span,
        excursions_within(PLAN, times, values, span),
    )
    assert told.sums == exact.sums
    assert told.excursions == exact.excursions
    assert told.longest_gap >= exact.longest_gap


def steady(celsius: float, start: int, stop: int, step: int = 5) -> list[tuple[int, int]]:
    return [(DAY + at * MINUTE_MS, round(celsius * MICRO)) for at in range(start, stop + 1, step)]


def judged(
    way: Timeline,
    readings: dict[str, list[tuple[int, int]]],
    until: float = 160,
    profile: Profile = FISH,
    quantity: str = "air",
) -> ParcelJudged:
    end = DAY + round(until * MINUTE_MS)
    return judge_parcel(profile, way, stretched(way, readings, end, profile, quantity), end)


def stretched(
    way: Timeline,
    readings: dict[str, list[tuple[int, int]]],
    end: int,
    profile: Profile = FISH,
    quantity: str = "air",
) -> list[Stretch]:
    plan = Plan.of(profile, quantity)
    found = []
    for stay in stays(way, end):
        channels: list[Measured] = []
        if stay.leg.device in readings:
            own = columns(readings[stay.leg.device])
            channels.append(measure(plan, f"main.{quantity}", *own, stay.span))
        found.append(Stretch(stay, tuple(channels)))
    return found


COLD = {
    "store-1": steady(2, 0, 60),
    "van-1": steady(2, 70, 100),
    "locker-1": steady(2, 100, 160),
}


def reasons(found: ParcelJudged) -> list[str]:
    return [reason.code for reason in found.outcome.reasons]


def test_a_parcel_kept_cold_all_the_way_is_accepted_and_the_dock_is_unknown_time() -> None:
    found = judged(timeline(WAY), COLD)
    assert (found.outcome.verdict, reasons(found)) == ("accept", [])
    assert found.unknown_ms == 10 * MINUTE_MS
    assert found.sums.mean_celsius() == pytest.approx(2)


def test_a_cumulative_limit_adds_up_over_the_legs() -> None:
    warm = {"store-1": steady(5, 0, 25) + steady(2, 26, 60), "van-1": steady(5, 70, 95, 5)}
    warm["van-1"] += steady(2, 96, 100)
    warm["locker-1"] = steady(5, 100, 112, 4) + steady(2, 113, 160)
    found = judged(timeline(WAY), warm)
    (budget,) = found.budgets
    assert budget.used > IN_ALL.allowed
    assert (found.outcome.verdict, budget.left) == ("reject", 0)
    assert reasons(found) == ["confirmed"]


def test_what_a_box_did_before_the_parcel_came_is_not_the_parcels() -> None:
    way = timeline([scan(100, "loaded", "locker-1"), scan(160, "delivered", "locker-1")])
    box = {"locker-1": steady(9, 0, 105) + steady(2, 110, 165)}
    found = judged(way, box)
    assert found.outcome.verdict == "accept"
    assert 0 < found.budgets[0].used < 10 * MINUTE_MS


def test_a_consecutive_limit_confirmed_on_one_leg_rejects_the_parcel() -> None:
    found = judged(timeline(WAY), {**COLD, "locker-1": steady(6, 100, 160)})
    assert found.outcome.verdict == "reject"


def test_a_leg_that_nothing_measured_is_unknown_time() -> None:
    found = judged(timeline(WAY), {"store-1": COLD["store-1"], "van-1": COLD["van-1"]})
    assert found.unknown_ms == 70 * MINUTE_MS
    assert reasons(found) == ["unknown-time"]


def test_an_unknown_dock_counts_against_a_budget_that_was_touched() -> None:
    warm = {**COLD, "store-1": steady(5, 0, 25) + steady(2, 26, 60)}
    tight = replace(FISH, limits=(replace(IN_ALL, allowed=35 * MINUTE_MS),))
    assert reasons(judged(timeline(WAY), warm, profile=tight)) == ["possible"]
    assert reasons(judged(timeline(WAY), COLD, profile=tight)) == []


def two_channels(profile: Profile) -> tuple[Timeline, Stretch]:
    """An hour in the van: the air warm for 10 minutes, then unheard; the goods cold throughout."""
    way = timeline([scan(0, "loaded"), scan(60, "delivered")])
    (stay,) = stays(way, DAY + 60 * MINUTE_MS)
    heard = columns(steady(5, 0, 10) + steady(2, 55, 60))
    air = measure(Plan.of(profile, "air"), "main.air", *heard, stay.span)
    cold = columns(steady(1, 0, 60))
    goods = measure(Plan.of(profile, "product"), "main.product", *cold, stay.span)
    return way, Stretch(stay, (air, goods))


def test_unknown_time_of_one_channel_counts_against_a_budget_though_another_was_read() -> None:
    tight = replace(FISH, limits=(replace(IN_ALL, allowed=50 * MINUTE_MS),))
    way, stretch = two_channels(tight)
    found = judge_parcel(tight, way, [stretch], stretch.stay.span[1])
    assert (found.unknown_ms, found.budgets[0].used) == (0, 10 * MINUTE_MS)
    assert reasons(found) == ["possible"]


def test_what_was_measured_by_another_profiles_limits_is_refused() -> None:
    way, stretch = two_channels(FISH)
    other = replace(FISH, limits=(replace(IN_ALL, allowed=50 * MINUTE_MS),))
    with pytest.raises(ValueError, match=r"main\.air was measured by other limits"):
        judge_parcel(other, way, [stretch], stretch.stay.span[1])


def test_unknown_time_at_a_legs_ends_touches_what_lies_next_to_it() -> None:
    span = DAY, DAY + 60 * MINUTE_MS
    late = measure(PLAN, "main.air", *columns(steady(5, 20, 35) + steady(2, 40, 60)), span)
    assert {e.touching_ms for e in late.excursions} == {20 * MINUTE_MS}
    early = measure(PLAN, "main.air", *columns(steady(2, 0, 20) + steady(5, 25, 40)), span)
    assert {e.touching_ms for e in early.excursions} == {20 * MINUTE_MS}


def test_a_silence_before_the_leg_is_not_the_legs() -> None:
    span = DAY + 100 * MINUTE_MS, DAY + 160 * MINUTE_MS
    leg = measure(PLAN, "main.air", *columns(steady(2, 0, 10) + steady(5, 105, 160)), span)
    assert {e.touching_ms for e in leg.excursions} == {5 * MINUTE_MS}
    assert leg.unknown_ms == leg.longest_gap == 5 * MINUTE_MS


def test_a_tags_readings_decide_and_the_compartments_are_only_shown() -> None:
    bound = [scan(100, "loaded", "tag-1"), scan(160, "delivered", "tag-1", id="d2")]
    way = timeline([e for e in [*WAY, *bound] if e.id != WAY[-1].id], tags={"tag-1"})
    box = {**COLD, "locker-1": steady(9, 100, 160), "tag-1": steady(2, 100, 160)}
    assert judged(way, box).outcome.verdict == "accept"
    box = {**COLD, "locker-1": steady(2, 100, 160), "tag-1": steady(9, 100, 160)}
    assert judged(way, box).outcome.verdict == "reject"
    end = DAY + 160 * MINUTE_MS
    record = parcel_record(FISH, way, stretched(way, box, end), judged(way, box), end)
    assert [(one.device, one.counts) for one in record.stretches[-2:]] == [
        ("locker-1", False),
        ("tag-1", True),
    ]
    assert record.verdict == "reject"


def test_a_hand_measurement_beyond_a_critical_limit_is_for_review_with_its_reason() -> None:
    by_hand = HandMeasurement(celsius=5.5, instrument="probe 7", where="core")
    way = timeline([*WAY, scan(101, "handed-over", measured=by_hand)])
    found = judged(way, COLD)
    assert (found.outcome.verdict, reasons(found)) == ("review", ["by-hand"])
    assert found.outcome.reasons[0].text() == (
        "warm: measured 5.5 °C by hand (core) at 2026-11-23T01:41:00.000Z"
    )


def test_a_probe_among_the_goods_stands_for_them_rather_than_the_air() -> None:
    way = timeline([scan(0, "loaded"), scan(60, "delivered")])
    (stay,) = stays(way, DAY + 60 * MINUTE_MS)
    air = measure(Plan.of(FISH, "air"), "main.air", *columns(steady(3.9, 0, 60)), stay.span)
    goods = measure(Plan.of(FISH, "product"), "main.product", *columns(steady(1, 0, 60)), stay.span)
    found = judge_parcel(FISH, way, [Stretch(stay, (air, goods))], stay.span[1])
    assert found.sums.mean_celsius() == pytest.approx(1)


def test_a_compartment_is_judged_by_the_strictest_profile_aboard() -> None:
    milk = Profile("milk", {}, (Limit("warm", "above", 8 * MICRO, 0, "critical"),), 1, 1, 1)
    assert strictest([milk, FISH]) is FISH
    assert strictest([]) is None


def test_what_was_last_seen_beyond_as_the_leg_began_is_the_legs_too() -> None:
    span = DAY + 10 * MINUTE_MS, DAY + 60 * MINUTE_MS
    leg = measure(PLAN, "main.air", *columns(steady(5, 5, 10) + steady(2, 25, 60)), span)
    assert {(e.ms, e.touching_ms) for e in leg.excursions} == {(0, 15 * MINUTE_MS)}
    ended = measure(PLAN, "main.air", *columns(steady(5, 5, 5) + steady(2, 10, 60)), span)
    assert ended.excursions == ()


@st.composite
def warm_legs(draw: st.DrawFn) -> tuple[list[tuple[int, int]], Interval]:
    """Readings mostly beyond, and a span that holds most of them."""
    quarters = st.sampled_from([24, 24, 24, 20, 20, 14, 8])
    taken = draw(st.lists(st.tuples(st.integers(2, 10), quarters), min_size=8, max_size=24))
    at, readings = DAY, []
    for step, value in taken:
        at += step * MINUTE_MS
        readings.append((at, value * MICRO // 4))
    lead, trail = draw(st.integers(-20, 20)), draw(st.integers(-20, 20))
    return readings, (DAY + lead * MINUTE_MS, at + trail * MINUTE_MS)


@given(st.data(), warm_legs())
def test_hiding_readings_of_a_leg_its_ends_too_never_turns_reject_into_accept(
    data: st.DataObject, drawn: tuple[list[tuple[int, int]], Interval]
) -> None:
    readings, span = drawn
    profile = replace(FISH, limits=PLAN.limits, unknown_allowance=1 << 60)

    def verdict(taken: list[tuple[int, int]]) -> str:
        leg = measure(PLAN, "main.air", *columns(taken), span)
        return decide(
            profile,
            Evidence(PLAN.limits, leg.excursions, leg.sums, leg.unknown_ms, leg.longest_gap),
        ).verdict

    assume(verdict(readings) == "reject")
    first = data.draw(st.integers(0, len(readings) - 1))
    last = data.draw(st.integers(first, len(readings) - 1))
    kept = readings[:first] + readings[last + 1 :]
    if 0 < first <= last < len(readings) - 1:
        assume(kept[first][0] - kept[first - 1][0] > MAX_GAP)
    assume(any(span[0] <= at < span[1] and WARM.beyond(value) for at, value in kept))
    assert verdict(kept) != "accept"
