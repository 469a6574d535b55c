"""Scans in any order and with any repeats: one timeline, its legs and stays."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parcels import (
    DAY,
    WAY,
    scan,
)

from coldchain.custody import (
    CustodyError,
    CustodyEvent,
    HandMeasurement,
    decode_event,
    encode_event,
)
from coldchain.timeline import Timeline, between, stays, timeline
from coldchain.times import MINUTE_MS


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
