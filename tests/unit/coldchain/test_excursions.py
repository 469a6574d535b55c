"""What an excursion is: a test for each sentence of the definition."""

from dataclasses import replace

import pytest
from msgspec import structs

from coldchain.celsius import MICRO, is_possible, to_micro
from coldchain.columns import judge
from coldchain.excursions import Excursion, excursion_id, transitions
from coldchain.judge import ChannelState, Plan, advance, open_excursions, presumed
from coldchain.limits import Limit
from coldchain.pauses import NOT_ENDED, pauses_of, spans_of
from coldchain.segment import Interval
from coldchain.times import MINUTE_MS

MAX_GAP = 10 * MINUTE_MS
WARM = Limit("warm", "above", 4 * MICRO, 30 * MINUTE_MS, "critical")
AT_ONCE = replace(WARM, allowed=0)
WARNING = replace(WARM, severity="warning", allowed=10 * MINUTE_MS)

Minutes = list[tuple[float, float]]


def found(limit: Limit, readings: Minutes, pauses: list[Interval] | None = None) -> list[Excursion]:
    """The excursions of readings given as (minute, °C); both forms of the judge say the same."""
    plan = Plan("any", (limit,), MAX_GAP)
    times = [round(minute * MINUTE_MS) for minute, _ in readings]
    values = [to_micro(celsius) for _, celsius in readings]
    told = list(judge(plan, times, values, pauses or ()).excursions)
    step = advance(plan, ChannelState.fresh(plan), times, values, pauses or ())
    assert [*step.closed, *open_excursions(plan, step.state)] == told
    return told


def only(limit: Limit, readings: Minutes, pauses: list[Interval] | None = None) -> Excursion:
    (one,) = found(limit, readings, pauses)
    return one


def minute(ms: int | None) -> float | None:
    return None if ms is None else ms / MINUTE_MS


def steady(celsius: float, start: int, stop: int, step: int = 5) -> Minutes:
    return [(float(at), celsius) for at in range(start, stop + 1, step)]


def test_it_starts_and_ends_where_the_straight_line_crosses_the_threshold() -> None:
    one = only(WARM, [(0, 3), (10, 5), (20, 5), (30, 3)])
    assert (minute(one.start), minute(one.end)) == (5, 25)
    assert one.minutes == 20


def test_degree_minutes_are_the_integral_beyond_the_threshold() -> None:
    one = only(WARM, [(0, 3), (10, 5), (20, 5), (30, 3)])
    assert one.degree_minutes == 2.5 + 10 + 2.5


def test_below_is_the_mirror_of_above() -> None:
    cold = replace(WARM, side="below", threshold=0)
    one = only(cold, [(0, 1), (10, -1), (20, -1), (30, 1)])
    assert (minute(one.start), minute(one.end), one.peak_celsius) == (5, 25, -1)
    assert one.degree_minutes == 15


def test_it_is_confirmed_the_moment_its_minutes_reach_the_allowed_time() -> None:
    one = only(WARM, [(0, 3), (2, 5), *steady(5, 5, 40)])
    assert (minute(one.start), minute(one.confirmed)) == (1, 31)


def test_it_is_not_confirmed_a_millisecond_short_of_the_allowed_time() -> None:
    readings: Minutes = [(float(n), 5.0) for n in range(0, 30, 5)]
    assert only(WARM, [*readings, (30 - 1 / 60_000, 5.0)]).confirmed is None
    assert minute(only(WARM, [*readings, (30.0, 5.0)]).confirmed) == 30


def test_a_first_known_reading_beyond_starts_one_there() -> None:
    one = only(WARM, [(3, 5), (8, 5)])
    assert (minute(one.start), one.minutes, one.end) == (3, 5, None)


def test_a_lone_reading_beyond_with_unknown_time_on_both_sides_is_one_of_no_minutes() -> None:
    one = only(WARM, [(0, 3), (60, 9), (120, 3)])
    assert (minute(one.start), minute(one.end), one.minutes) == (60, 60, 0)
    assert (one.unknown_ms, one.touching_ms) == (0, 120 * MINUTE_MS)


def test_a_lone_reading_beyond_waits_for_a_second_that_agrees() -> None:
    assert only(AT_ONCE, [(0, 3), (5, 5)]).confirmed is None
    assert only(AT_ONCE, [(0, 3), (5, 5), (10, 3)]).confirmed is None
    assert minute(only(AT_ONCE, [(0, 3), (5, 5), (10, 5)]).confirmed) == 2.5


def test_after_unknown_time_a_reading_inside_ends_it_at_its_last_known_instant_beyond() -> None:
    one = only(WARM, [(0, 5), (5, 5), (30, 3)])
    assert (minute(one.end), one.minutes) == (5, 5)
    assert one.touching_ms == 25 * MINUTE_MS


def test_the_last_known_instant_beyond_may_lie_on_the_line_before_the_silence() -> None:
    limit = replace(WARM, clear=3 * MICRO)
    one = only(limit, [(0, 5), (5, 5), (10, 3.5), (12, 3.5), (40, 2)])
    assert minute(one.end) == pytest.approx(5 + 5 / 1.5, abs=0.001)
    assert one.minutes == pytest.approx(5 + 5 / 1.5, abs=0.001)


def test_unknown_time_that_only_readings_between_part_from_it_touches_an_excursion() -> None:
    limit = replace(WARM, clear=3 * MICRO)
    one = only(limit, [(0, 2), (20, 3.5), (25, 3.5), (45, 3.5), (50, 5)])
    assert one.touching_ms == 40 * MINUTE_MS
    assert only(limit, [(0, 2), (20, 3.5), (25, 2.5), (30, 3.5), (35, 5)]).touching_ms == 0


def test_after_unknown_time_a_reading_beyond_continues_it() -> None:
    one = only(WARM, [(0, 5), (5, 5), (30, 5), (35, 5)])
    assert (one.minutes, one.unknown_minutes, one.end) == (10, 25, None)


def test_unknown_minutes_are_never_counted_as_known() -> None:
    assert only(WARM, [(0, 5), (60, 5)]).confirmed is None


def test_it_ends_only_where_the_line_comes_back_across_clear() -> None:
    limit = replace(WARM, clear=3 * MICRO)
    one = only(limit, [(0, 5), (5, 3.5), (10, 3.5), (15, 5), (20, 5), (25, 2.5)])
    assert minute(one.end) == 24
    assert one.minutes == pytest.approx(10 / 3 + 10 / 3 + 5 + 2, abs=0.001)


def test_between_threshold_and_clear_nothing_opens() -> None:
    assert found(replace(WARM, clear=3 * MICRO), [(0, 3.5), (5, 3.9), (10, 4)]) == []


def test_after_unknown_time_a_reading_between_continues_it() -> None:
    one = only(replace(WARM, clear=3 * MICRO), [(0, 5), (5, 5), (30, 3.5), (35, 3.5)])
    assert (one.end, one.unknown_minutes, one.minutes) == (None, 25, 5)


def test_the_threshold_itself_is_beyond_only_where_the_limit_is_inclusive() -> None:
    on_it: Minutes = [(0, 4), (5, 4), (10, 4)]
    assert found(WARM, on_it) == []
    assert only(replace(WARM, inclusive=True), on_it).minutes == 10


def test_the_longest_gap_that_joins_is_max_gap_itself() -> None:
    assert only(WARM, [(0, 5), (10, 5)]).minutes == 10
    assert only(WARM, [(0, 5), (10 + 1 / 60_000, 5)]).minutes == 0


def test_the_peak_is_the_extreme_reading_and_the_first_of_equals() -> None:
    one = only(WARM, [(0, 5), (5, 9), (10, 9), (15, 6)])
    assert (one.peak_celsius, minute(one.peak_at)) == (9, 5)


def test_a_cumulative_limit_adds_its_excursions_minutes_up() -> None:
    limit = replace(WARM, mode="cumulative")
    readings = [*steady(5, 0, 20), (20.001, 3.0), (30, 3), (30.001, 5.0), *steady(5, 35, 45)]
    first, second = found(limit, readings)
    assert first.confirmed is None
    assert minute(second.confirmed) == pytest.approx(40, abs=0.01)
    assert [e.confirmed for e in found(WARM, readings)] == [None, None]


def test_a_second_excursion_of_a_spent_budget_is_confirmed_where_it_starts() -> None:
    limit = replace(WARM, mode="cumulative", allowed=MINUTE_MS)
    _, second = found(limit, [(0, 5), (5, 5), (10, 3), (15, 5), (20, 5)])
    assert second.confirmed == second.start


def test_an_open_door_pauses_a_warnings_minutes_and_so_does_the_grace_after() -> None:
    pauses = pauses_of([(2 * MINUTE_MS, 4 * MINUTE_MS)], 3 * MINUTE_MS)
    assert pauses == [(2 * MINUTE_MS, 7 * MINUTE_MS)]
    one = only(WARNING, steady(5, 0, 20), pauses)
    assert (one.minutes, minute(one.confirmed)) == (15, 15)


def test_an_open_door_never_pauses_a_critical_limits_minutes() -> None:
    one = only(WARM, steady(5, 0, 40), [(0, 40 * MINUTE_MS)])
    assert (one.minutes, minute(one.confirmed)) == (40, 30)


def test_a_warning_that_allows_no_time_counts_only_readings_outside_pauses() -> None:
    limit = replace(WARNING, allowed=0)
    assert only(limit, steady(5, 0, 10), [(0, 11 * MINUTE_MS)]).confirmed is None
    assert minute(only(limit, steady(5, 0, 15), [(0, 6 * MINUTE_MS)]).confirmed) == 6


def test_a_switch_stays_as_it_was_last_read() -> None:
    assert spans_of([1, 2, 5, 7], [0, 1, 1, 0]) == [(2, 7)]
    assert spans_of([1], [1]) == [(1, NOT_ENDED)]


def silent(limit: Limit, readings: Minutes, now: float) -> list[Excursion]:
    plan = Plan("any", (limit,), MAX_GAP)
    times = [round(at * MINUTE_MS) for at, _ in readings]
    values = [to_micro(celsius) for _, celsius in readings]
    state = advance(plan, ChannelState.fresh(plan), times, values).state
    return presumed(plan, state, round(now * MINUTE_MS))


def test_one_silent_while_beyond_is_presumed_once_the_allowed_time_has_gone_by() -> None:
    readings = steady(5, 0, 10)
    assert silent(WARM, readings, 29.9) == []
    (one,) = silent(WARM, readings, 45)
    assert (minute(one.presumed), one.confirmed, one.minutes) == (30, None, 10)


def test_one_that_is_still_heard_is_never_presumed() -> None:
    assert silent(replace(WARM, allowed=12 * MINUTE_MS), steady(5, 0, 10), 20) == []


def test_one_last_seen_inside_or_confirmed_already_is_not_presumed() -> None:
    assert silent(replace(WARM, clear=3 * MICRO), [(0, 5), (5, 3.5)], 500) == []
    assert silent(WARM, steady(5, 0, 30), 500) == []


def test_a_cumulative_limit_is_never_presumed_of_a_compartment() -> None:
    assert silent(replace(WARM, mode="cumulative"), steady(5, 0, 10), 500) == []


def test_a_lone_reading_where_no_time_is_allowed_is_presumed_once_it_is_silent() -> None:
    (one,) = silent(AT_ONCE, [(0, 3), (5, 5)], 16)
    assert minute(one.presumed) == 15


def test_a_pause_puts_off_the_presumption_of_a_warning() -> None:
    plan = Plan("any", (WARNING,), MINUTE_MS)
    times = [n * MINUTE_MS for n in range(6)]
    state = advance(
        plan, ChannelState.fresh(plan), times, [5 * MICRO] * 6, [(0, 4 * MINUTE_MS)]
    ).state
    assert presumed(plan, state, 13 * MINUTE_MS) == []
    (one,) = presumed(plan, state, 14 * MINUTE_MS)
    assert one.presumed == 14 * MINUTE_MS


def test_readings_that_do_not_rise_are_refused_by_the_incremental_form() -> None:
    plan = Plan("any", (WARM,), MAX_GAP)
    state = advance(plan, ChannelState.fresh(plan), [5], [0]).state
    with pytest.raises(ValueError, match="not after the last"):
        advance(plan, state, [5], [0])


def test_advance_leaves_the_state_it_was_given_alone() -> None:
    plan = Plan("any", (WARM,), MAX_GAP)
    state = advance(plan, ChannelState.fresh(plan), [0], [5 * MICRO]).state
    before = state.copy()
    advance(plan, state, [MINUTE_MS], [9 * MICRO])
    assert state == before


def test_no_readings_make_no_step() -> None:
    plan = Plan("any", (WARM,), MAX_GAP)
    step = advance(plan, ChannelState.fresh(plan), [], [])
    assert (step.closed, step.pieces, open_excursions(plan, step.state)) == ([], [], [])
    assert judge(plan, [], []).start is None


@pytest.mark.parametrize(
    ("celsius", "possible"),
    [
        (-273.2, False),
        (-127.0, False),
        (-100.0, True),
        (100.0, True),
        (100.01, False),
        (float("nan"), False),
        (float("inf"), False),
    ],
)
def test_what_no_sensor_can_have_measured_is_told(celsius: float, possible: bool) -> None:
    assert is_possible(celsius) is possible


def test_ambient_and_doors_are_never_judged_and_a_nameless_column_by_every_limit() -> None:
    product = replace(WARM, quantity="product")
    assert [product.judges(q) for q in ("product", "air", "ambient", "door", None)] == [
        True,
        False,
        False,
        False,
        True,
    ]
    assert not WARM.judges("ambient")


def test_its_name_comes_from_what_it_is() -> None:
    name = excursion_id("van-1", "main.air", "warm", 5)
    assert name == excursion_id("van-1", "main.air", "warm", 5)
    assert len({name, excursion_id("van-1", "main.air", "warm", 6)}) == 2


def test_what_was_said_of_an_excursion_is_not_said_again() -> None:
    one = only(WARM, steady(5, 0, 40))
    opened = structs.replace(one, confirmed=None)
    assert [state for state, _ in transitions([], [one])] == ["opened", "confirmed"]
    assert [state for state, _ in transitions([opened], [one])] == ["confirmed"]
    ended = structs.replace(one, end=one.peak_at)
    assert [state for state, _ in transitions([one], [ended])] == ["closed"]
    assert transitions([one], [one]) == []
