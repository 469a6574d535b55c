"""MKT over windows: the worst day of a month decides, whatever way its readings came."""

import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from coldchain import columns
from coldchain.celsius import MICRO, to_micro
from coldchain.columns import judge
from coldchain.custody import Act, CustodyEvent
from coldchain.exposure import SLOT_MS, cut_for_pieces
from coldchain.judge import ChannelState, Plan, advance
from coldchain.leg import measure
from coldchain.leg_by_pieces import measure_by_pieces
from coldchain.limits import Limit
from coldchain.mkt_windows import Heat, Window, worst_window
from coldchain.parcel import Stretch, judge_parcel
from coldchain.profile import Profile
from coldchain.segment import Interval
from coldchain.timeline import stays, timeline
from coldchain.times import DAY_MS, HOUR_MS, MINUTE_MS, iso
from coldchain.verdict import Evidence, Outcome, decide
from runtime.profiles import load_profiles

START = 1_795_413_600_000
MAX_GAP = 10 * MINUTE_MS
#: Four slots: short, so that examples are small.
LENGTH = 4 * SLOT_MS
PLAN = Plan("any", (), MAX_GAP, mkt_window=LENGTH)
LIMIT = 8 * MICRO

Readings = list[tuple[int, int]]

steps = st.one_of(
    st.integers(1, 20).map(lambda n: n * 30_000),
    st.sampled_from([1, MAX_GAP, MAX_GAP + 1, 3 * MAX_GAP, DAY_MS]),
)


@st.composite
def histories(draw: st.DrawFn) -> Readings:
    taken = draw(st.lists(st.tuples(steps, st.integers(0, 80)), min_size=2, max_size=40))
    at, readings = START + draw(st.integers(0, SLOT_MS)), []
    for step, quarters in taken:
        readings.append((at, quarters * MICRO // 4))
        at += step
    return readings


def split(readings: Readings) -> tuple[list[int], list[int]]:
    return [t for t, _ in readings], [v for _, v in readings]


def heat_of(readings: Readings) -> Heat:
    return Heat.of_readings(*split(readings), MAX_GAP)


def rows(heat: Heat) -> list[tuple[int, int, int]]:
    return list(zip(heat.slots.tolist(), heat.known.tolist(), heat.mkt.tolist(), strict=True))


@given(histories(), st.lists(st.integers(0, 40), max_size=4))
def test_heat_is_the_same_from_readings_from_pieces_and_however_cut(
    readings: Readings, at: list[int]
) -> None:
    pieces = advance(PLAN, ChannelState.fresh(PLAN), *split(readings)).pieces
    whole = heat_of(readings)
    assert rows(Heat.of_pieces(reversed(pieces))) == rows(whole)
    edges = sorted({0, len(readings) - 1, *(n for n in at if n < len(readings) - 1)})
    parts = [heat_of(readings[a : b + 1]) for a, b in itertools.pairwise(edges)]
    assert rows(Heat.joined(parts[::-1])) == rows(whole)


@given(histories(), st.integers(0, 1000), st.integers(0, 1000))
def test_heat_of_a_span_cut_out_of_readings_is_its_exposures(
    readings: Readings, a: int, b: int
) -> None:
    first, last = readings[0][0] - MINUTE_MS, readings[-1][0] + MINUTE_MS
    span = tuple(sorted(first + (last - first) * n // 1000 for n in (a, b)))
    leg = measure(PLAN, "main.air", *split(readings), (span[0], span[1]))
    assert int(leg.heat.known.sum()) == leg.sums.known_ms
    assert int(leg.heat.mkt.sum()) == leg.sums.mkt


def slowly(heat: Heat, span: Interval, length: int) -> list[tuple[int, int, int]]:
    """Every window there is, one by one: (start, known ms, kinetic integral)."""
    first, last = span[0] // SLOT_MS, (span[1] - 1) // SLOT_MS
    found = []
    for start in range(first, last - length // SLOT_MS + 2):
        inside = [r for r in rows(heat) if 0 <= r[0] - start * SLOT_MS < length]
        found.append((start * SLOT_MS, sum(r[1] for r in inside), sum(r[2] for r in inside)))
    return [one for one in found if 2 * one[1] >= length]


@given(histories())
def test_the_worst_window_is_the_worst_of_all_that_are_at_least_half_known(
    readings: Readings,
) -> None:
    span = readings[0][0], readings[-1][0]
    found = worst_window(heat_of(readings), span, LENGTH)
    if span[1] - span[0] <= LENGTH:
        assert found is None
        return
    every = slowly(heat_of(readings), span, LENGTH)
    assert (found is None) == (not every)
    if found is not None:
        highest = max(Fraction(mkt, known) for _, known, mkt in every)
        assert (found.start, found.known_ms, found.mkt) in every
        assert Fraction(found.mkt, found.known_ms) >= highest * (1 - Fraction(1, 10**12))


@given(histories(), st.randoms(use_true_random=False), st.integers(2, 9))
def test_any_order_repeats_and_chunks_find_the_same_window(
    readings: Readings, shuffler: object, chunk: int
) -> None:
    mixed = [*readings, *readings[::3]]
    shuffler.shuffle(mixed)  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "CHUNK", chunk)
        found = judge(PLAN, *split(mixed)).window
    assert found == judge(PLAN, *split(readings)).window
    assert found == worst_window(heat_of(readings), (readings[0][0], readings[-1][0]), LENGTH)


@given(histories(), st.integers(0, 1000), st.integers(0, 1000))
def test_a_leg_by_pieces_and_raw_edges_has_the_heat_of_the_leg_by_readings(
    readings: Readings, a: int, b: int
) -> None:
    first, last = readings[0][0] - SLOT_MS, readings[-1][0] + SLOT_MS
    lo, hi = sorted(first + (last - first) * n // 1000 for n in (a, b))
    assume(lo < hi)
    pieces = advance(PLAN, ChannelState.fresh(PLAN), *split(readings)).pieces
    edges = [split(readings) for _ in cut_for_pieces((lo, hi))[1]]
    told = measure_by_pieces(PLAN, "main.air", pieces, edges, (lo, hi))
    exact = measure(PLAN, "main.air", *split(readings), (lo, hi))
    assert rows(told.heat) == rows(exact.heat)


def steady(celsius: float, start: float, stop: float) -> Readings:
    """Every five minutes from hour `start` up to, not at, hour `stop`."""
    return [
        (START + n * SLOT_MS, to_micro(celsius)) for n in range(int(start * 12), int(stop * 12))
    ]


def judged(readings: Readings, length: int = DAY_MS) -> Outcome:
    warm = Limit("warm", "above", 15 * MICRO, 30 * MINUTE_MS, "critical")
    plan = Plan("any", (warm,), MAX_GAP, mkt_window=length)
    profile = Profile(
        "any", {}, (warm,), MAX_GAP, 1 << 60, MAX_GAP, mkt_limit=LIMIT, mkt_window=length
    )
    found = judge(plan, *split(readings))
    return decide(
        profile,
        Evidence(
            plan.limits,
            found.excursions,
            found.sums,
            found.unknown_ms,
            found.longest_gap,
            window=found.window,
        ),
    )


#: A cold month with a day in it of 18 h at 5 and 6 h at 14 °C: DOMAIN.md's vector, 8.285 °C.
WARM_DAY = steady(5, 0, 318) + steady(14, 318, 324) + steady(5, 324, 720)


def test_a_warm_day_in_a_cold_month_is_rejected_and_the_reason_names_the_day() -> None:
    told = judged(WARM_DAY)
    (reason,) = told.reasons
    assert (told.verdict, reason.code) == ("reject", "mkt-window")
    assert reason.values["mkt"] == pytest.approx(8.285, abs=0.03)
    begins = iso(START + 300 * HOUR_MS)
    assert reason.text() == (
        f"mean kinetic temperature 8.29 °C over the 24 h from {begins}, at most 8 allowed"
    )
    assert "24 小时的平均动力学温度" in reason.text("zh-CN")


def test_the_same_day_over_a_month_long_window_is_accepted() -> None:
    assert judged(WARM_DAY, 30 * DAY_MS).verdict == "accept"


def test_a_day_that_stays_below_the_limit_is_accepted_wherever_it_lies() -> None:
    # 20 h at 5 and 4 h at 15 °C: 7.705 °C, whatever cold surrounds it.
    assert judged(steady(5, 0, 318) + steady(15, 318, 322) + steady(5, 322, 720)).verdict == (
        "accept"
    )


def test_at_the_limit_throughout_is_not_above_it() -> None:
    assert judged(steady(8, 0, 12)).verdict == "accept"
    assert judged(steady(8, 0, 72)).verdict == "accept"
    assert judged(steady(8.01, 0, 72)).verdict == "reject"


def test_a_record_no_longer_than_a_window_is_itself_the_window() -> None:
    (reason,) = judged(steady(9, 0, 24)).reasons
    assert reason.code == "mkt"


def test_what_little_is_known_of_a_day_does_not_stand_for_it() -> None:
    # An hour at 14 °C with unknown days about it, and cold weeks: to assess, not rejected.
    told = judged(steady(5, 0, 400) + steady(14, 450, 451) + steady(5, 500, 900))
    assert [reason.code for reason in told.reasons] == ["mkt-possible"]


def test_a_parcels_windows_run_over_its_legs() -> None:
    limit = Limit("hot", "above", 20 * MICRO, 30 * MINUTE_MS, "critical")
    profile = Profile(
        "any", {}, (limit,), MAX_GAP, DAY_MS, MAX_GAP, mkt_limit=LIMIT, mkt_window=DAY_MS
    )
    # Nine hours too warm at the end of one leg, nine at the beginning of the next; cold weeks.
    store, van = (
        steady(5, 0, 400) + steady(10, 400, 409),
        steady(10, 409, 418) + steady(5, 418, 800),
    )
    marks = [START, van[0][0], van[-1][0]]
    acts: list[tuple[Act, str, int]] = [
        ("loaded", "store", marks[0]),
        ("loaded", "van", marks[1]),
        ("delivered", "van", marks[2]),
    ]
    way = timeline(
        CustodyEvent(id=f"{n}", parcel="p", act=act, at=iso(at), device=device)
        for n, (act, device, at) in enumerate(acts)
    )
    plan = Plan.of(profile, "air")
    told = judge_parcel(
        profile,
        way,
        [
            Stretch(stay, (measure(plan, "main.air", *split([*store, *van]), stay.span),))
            for stay in stays(way, marks[2])
        ],
        marks[2],
    )
    (reason,) = told.outcome.reasons
    assert (reason.verdict, reason.code) == ("reject", "mkt-window")
    assert reason.values["at"] <= iso(START + 400 * HOUR_MS)  # type: ignore[operator]


def test_window_sums_are_exact_where_64_bits_could_not_hold_them() -> None:
    hottest = [(START + n * SLOT_MS, 100 * MICRO) for n in range(12_000)]
    found = worst_window(heat_of(hottest), (hottest[0][0], hottest[-1][0]), 30 * DAY_MS)
    assert found is not None
    assert found.mkt > 1 << 64
    assert found.mkt_celsius() == pytest.approx(100, abs=1e-6)


def test_a_window_slides_over_empty_years_without_walking_them() -> None:
    readings = [*steady(5, 0, 48), *steady(9, 500_000, 500_048)]
    found = worst_window(heat_of(readings), (readings[0][0], readings[-1][0]), DAY_MS)
    assert isinstance(found, Window)
    assert found.mkt_celsius() == pytest.approx(9, abs=1e-6)
    assert not math.isnan(found.known_ms)


@pytest.mark.parametrize(
    ("name", "hours"), [("medicine-2-8-gsp", 24), ("controlled-room-temperature", 720)]
)
def test_the_shipped_profiles_with_an_mkt_limit_have_their_window(name: str, hours: int) -> None:
    profiles = load_profiles()
    assert profiles[name].mkt_window == hours * HOUR_MS
    assert all((p.mkt_limit is None) == (p.mkt_window == 0) for p in profiles.values())
