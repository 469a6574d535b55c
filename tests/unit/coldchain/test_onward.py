"""Consecutive limits along a parcel's way: a move from warm to warm is no fresh start."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from judging import close_calls
from parcels import DAY, FISH, MAX_GAP, WARM, columns, judged, scan, steady

from coldchain.celsius import MICRO
from coldchain.columns import judge
from coldchain.exposure import cut_for_pieces
from coldchain.judge import ChannelState, Plan, advance
from coldchain.leg import measure, within
from coldchain.leg_by_pieces import measure_by_pieces
from coldchain.limits import Limit
from coldchain.onward import Part, longest
from coldchain.parcel import ParcelJudged
from coldchain.profile import Profile
from coldchain.segment import Interval
from coldchain.timeline import timeline
from coldchain.times import MINUTE_MS

#: From the van into the locker at minute 30, without a gap.
MOVED = [
    scan(0, "loaded"),
    scan(30, "unloaded"),
    scan(30, "loaded", "locker-1"),
    scan(60, "delivered", "locker-1"),
]
#: The same, with ten minutes on a dock.
OVER_A_DOCK = [
    scan(0, "loaded"),
    scan(30, "unloaded"),
    scan(40, "loaded", "locker-1"),
    scan(70, "delivered", "locker-1"),
]
CONSECUTIVE = replace(FISH, limits=(WARM,))


def told(found: ParcelJudged) -> tuple[str, list[str]]:
    return found.outcome.verdict, [one.code for one in found.outcome.reasons]


def test_twenty_warm_minutes_in_the_van_and_twenty_in_the_locker_are_forty() -> None:
    boxes = {
        "van-1": steady(2, 0, 10) + steady(5, 11, 30, 1),
        "locker-1": steady(5, 30, 48, 1) + steady(2, 50, 60),
    }
    found = judged(timeline(MOVED), boxes, until=60, profile=CONSECUTIVE)
    assert told(found) == ("reject", ["confirmed"])
    assert found.outcome.reasons[0].values["minutes"] == pytest.approx(39, abs=1)
    cooled = {**boxes, "locker-1": steady(2, 30, 31, 1) + steady(5, 32, 48, 1) + steady(2, 50, 60)}
    found = judged(timeline(MOVED), cooled, until=60, profile=CONSECUTIVE)
    assert told(found) == ("accept", [])


def test_a_tag_bound_half_way_goes_on_where_the_compartment_was() -> None:
    events = [
        scan(0, "loaded"),
        scan(25, "loaded", "tag-1"),
        scan(60, "delivered"),
    ]
    boxes = {"van-1": steady(2, 0, 5) + steady(5, 10, 60), "tag-1": steady(5, 25, 43, 1)}
    boxes["tag-1"] += steady(2, 44, 60, 1)
    found = judged(timeline(events, tags={"tag-1"}), boxes, until=60, profile=CONSECUTIVE)
    assert told(found) == ("reject", ["confirmed"])


def test_an_unmeasured_dock_between_two_warm_boxes_ends_nothing_and_is_never_counted() -> None:
    boxes = {
        "van-1": steady(2, 0, 10) + steady(5, 11, 30, 1),
        "locker-1": steady(5, 40, 58, 1) + steady(2, 59, 70, 1),
    }
    found = judged(timeline(OVER_A_DOCK), boxes, until=70, profile=CONSECUTIVE)
    assert told(found) == ("reject", ["confirmed"])
    assert found.outcome.reasons[0].values["minutes"] == pytest.approx(38, abs=1)
    boxes["locker-1"] = steady(5, 40, 45, 1) + steady(2, 46, 70, 1)
    found = judged(timeline(OVER_A_DOCK), boxes, until=70, profile=CONSECUTIVE)
    assert told(found) == ("review", ["possible"])
    boxes["van-1"] = steady(5, 0, 20, 1) + steady(2, 21, 30, 1)
    found = judged(timeline(OVER_A_DOCK), boxes, until=70, profile=CONSECUTIVE)
    assert told(found) == ("accept", [])


def test_a_leg_that_nothing_measured_lets_what_was_warm_before_it_go_on() -> None:
    events = [*MOVED[:3], scan(50, "unloaded", "locker-1"), scan(50, "loaded", "hub-1")]
    events.append(scan(80, "delivered", "hub-1"))
    boxes = {"van-1": steady(2, 0, 10) + steady(5, 11, 30, 1), "hub-1": steady(5, 50, 62, 1)}
    boxes["hub-1"] += steady(2, 63, 80, 1)
    found = judged(timeline(events), boxes, until=80, profile=CONSECUTIVE)
    assert found.outcome.verdict == "reject"


def parts(plan: Plan, readings: list[tuple[int, int]], marks: list[int]) -> list[Part]:
    return [
        Part(b - a, [measure(plan, "main.air", *columns(readings), (a, b))])
        for a, b in pairwise(marks)
    ]


def marks_of(span: Interval, permille: list[int]) -> list[int]:
    return sorted({*span, *(span[0] + (span[1] - span[0]) * n // 1000 for n in permille)})


@given(close_calls(longest_step=15), st.lists(st.integers(0, 1000), max_size=4))
def test_a_record_cut_into_stays_has_the_longest_excursion_of_the_whole(
    drawn: tuple[Limit, list[tuple[int, int]]], permille: list[int]
) -> None:
    limit, readings = drawn
    limit = replace(limit, mode="consecutive")
    plan = Plan("any", (limit,), MAX_GAP)
    times, values = columns(readings)
    found = judge(plan, times, values)
    known = max((e.ms for e in found.excursions), default=0)
    possible = [e.ms + e.unknown_ms + e.touching_ms for e in found.excursions]
    spent = longest(limit, parts(plan, readings, marks_of((times[0], times[-1] + 1), permille)))
    assert spent.known == known
    if limit.clear_level == limit.threshold:  # else all unknown time counts (decision 0015)
        assert spent.possible >= max([found.longest_gap, *possible])


@given(close_calls(longest_step=15), st.lists(st.integers(0, 1000), max_size=4))
def test_stays_measured_by_pieces_never_have_less_than_by_readings(
    drawn: tuple[Limit, list[tuple[int, int]]], permille: list[int]
) -> None:
    limit, readings = drawn
    limit = replace(limit, mode="consecutive")
    plan = Plan("any", (limit,), MAX_GAP)
    times, values = columns(readings)
    pieces = advance(plan, ChannelState.fresh(plan), times, values).pieces
    marks = marks_of((times[0], times[-1] + 1), permille)
    exact = longest(limit, parts(plan, readings, marks))
    by_pieces = longest(
        limit,
        [
            Part(
                b - a,
                [
                    measure_by_pieces(
                        plan,
                        "main.air",
                        pieces,
                        [(times, values)] * len(cut_for_pieces((a, b))[1]),
                        (a, b),
                        within(plan, times, values, (a, b)),
                    )
                ],
            )
            for a, b in pairwise(marks)
        ],
    )
    assert by_pieces.known == exact.known
    assert by_pieces.possible >= exact.possible


@given(close_calls(), st.integers(1, 999), st.integers(0, 15), st.data())
def test_hiding_readings_of_any_stay_never_turns_reject_into_accept(
    drawn: tuple[Limit, list[tuple[int, int]]], cut: int, dock: int, data: st.DataObject
) -> None:
    limit, readings = drawn
    profile = Profile("any", {}, (replace(limit, mode="consecutive"),), MAX_GAP, 1 << 60, MAX_GAP)
    minutes = (readings[-1][0] - readings[0][0]) // MINUTE_MS
    middle = minutes * cut // 1000
    way = timeline(
        [
            scan(0, "loaded"),
            scan(middle, "unloaded"),
            scan(middle + dock, "loaded", "locker-1"),
            scan(minutes + dock, "delivered", "locker-1"),
        ]
    )
    shifted = [(DAY + at - readings[0][0], value) for at, value in readings]
    van = [one for one in shifted if one[0] <= DAY + middle * MINUTE_MS]
    locker = [(at + dock * MINUTE_MS, v) for at, v in shifted if at >= DAY + middle * MINUTE_MS]

    def verdict(van: list[tuple[int, int]], locker: list[tuple[int, int]]) -> str:
        boxes = {"van-1": van, "locker-1": locker}
        return judged(way, boxes, until=minutes + dock, profile=profile).outcome.verdict

    assume(verdict(van, locker) == "reject")
    for box in (van, locker):
        if len(box) < 2 or not data.draw(st.booleans()):
            continue
        first = data.draw(st.integers(0, len(box) - 1))
        last = data.draw(st.integers(first, len(box) - 1))
        before, after = box[:first], box[last + 1 :]
        if not (before and after) or after[0][0] - before[-1][0] > MAX_GAP:
            box[:] = before + after
    ends = DAY + middle * MINUTE_MS, DAY + (minutes + dock) * MINUTE_MS
    aboard = [v for at, v in van if at < ends[0]] + [v for at, v in locker if at < ends[1]]
    assume(any(limit.beyond(value) for value in aboard))
    assert verdict(van, locker) != "accept"


def test_one_micro_degree_inside_ends_what_one_on_the_threshold_goes_on_with() -> None:
    inclusive = replace(WARM, inclusive=True)
    profile = replace(FISH, limits=(inclusive,))
    boxes = {"van-1": steady(5, 0, 30, 1), "locker-1": steady(4, 30, 35, 1) + steady(2, 36, 60, 1)}
    found = judged(timeline(MOVED), boxes, until=60, profile=profile)
    assert found.outcome.verdict == "reject"
    boxes["van-1"] = steady(5, 0, 20, 1) + steady(4 - 1 / MICRO, 21, 30, 1)
    found = judged(timeline(MOVED), boxes, until=60, profile=profile)
    assert found.outcome.verdict == "accept"
