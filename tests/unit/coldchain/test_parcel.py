"""The verdict on a parcel, over all of its way."""

from dataclasses import replace

import pytest
from parcels import COLD, DAY, FISH, IN_ALL, WAY, columns, judged, scan, steady, stretched

from coldchain.celsius import MICRO
from coldchain.custody import HandMeasurement
from coldchain.judge import Plan
from coldchain.leg import measure
from coldchain.limits import Limit
from coldchain.parcel import ParcelJudged, Stretch, judge_parcel, strictest
from coldchain.parcel_records import parcel_record
from coldchain.profile import Profile
from coldchain.timeline import Timeline, stays, timeline
from coldchain.times import MINUTE_MS


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
    # In a row, the dock before the van's 25 minutes may have been warm too.
    assert reasons(found) == ["confirmed", "possible"]


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
