"""The fleet rules: each told as a timeline, and all of them held to one promise."""

import random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coldchain.celsius import MICRO, to_micro
from coldchain.limits import Limit
from coldchain.profile import Profile, PullDown
from coldchain.rules.condition import condition
from coldchain.rules.cycling import ShortCycling
from coldchain.rules.faults import SensorNoisy, SensorStuck
from coldchain.rules.findings import Finding, Rule
from coldchain.rules.held import BatteryLow, DeviceSilent, DoorOpen, MainsLost, PullDownLate
from coldchain.rules.neighbours import SensorDrifts, SensorsDisagree
from coldchain.rules.rise import FastRise
from coldchain.rules.table import RULES, rules_for, say
from coldchain.times import DAY_MS, HOUR_MS, MINUTE_MS

WARM = Limit("warm", "above", 4 * MICRO, 30 * MINUTE_MS, "critical")
EVERY: list[Rule[Any]] = [
    DoorOpen(),
    MainsLost(),
    PullDownLate(PullDown(4 * MICRO, 120 * MINUTE_MS)),
    BatteryLow(),
    DeviceSilent(),
    ShortCycling(),
    FastRise(WARM),
    SensorStuck(count=3),
    SensorNoisy(),
    SensorsDisagree(),
    SensorDrifts(),
]


def tell(rule: Rule[Any], readings: list[tuple[float, float]]) -> tuple[Any, list[Finding]]:
    """Feed (minute, value); the state after, and the findings that ended."""
    state, ended = rule.fresh(), []
    for minute, value in readings:
        found = rule.observe(state, round(minute * MINUTE_MS), value)
        if found is not None:
            ended.append(found)
    return state, ended


def at(rule: Rule[Any], state: Any, minute: float) -> Finding | None:
    found: Finding | None = rule.standing(state, round(minute * MINUTE_MS))
    return found


def span(found: Finding) -> tuple[float, float, float | None]:
    until = None if found.until is None else found.until / MINUTE_MS
    return found.since / MINUTE_MS, found.due / MINUTE_MS, until


def celsius(readings: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(minute, float(to_micro(value))) for minute, value in readings]


def test_a_door_is_found_open_after_five_minutes_and_closed_after() -> None:
    rule = DoorOpen()
    state, ended = tell(rule, [(0, 0), (10, 1), (12, 1)])
    assert (ended, at(rule, state, 14.9)) == ([], None)
    standing = at(rule, state, 15)
    assert standing is not None
    assert span(standing) == (10, 15, None)
    _, ended = tell(rule, [(0, 0), (10, 1), (17, 0)])
    assert [span(one) for one in ended] == [(10, 15, 17)]


def test_an_ordinary_door_stop_is_no_finding() -> None:
    assert tell(DoorOpen(), [(0, 0), (10, 1), (14, 0)])[1] == []


def test_mains_lost_is_found_at_once_and_is_over_when_they_are_back() -> None:
    rule = MainsLost()
    state, _ = tell(rule, [(0, 1), (5, 0)])
    standing = at(rule, state, 5)
    assert standing is not None
    assert RULES["mains-lost"].severity == "critical"
    assert [span(one) for one in tell(rule, [(0, 1), (5, 0), (9, 1)])[1]] == [(5, 5, 9)]


def test_goods_not_cold_by_the_deadline_are_late_from_their_first_warm_reading() -> None:
    rule = PullDownLate(PullDown(4 * MICRO, 120 * MINUTE_MS))
    state, _ = tell(rule, celsius([(0, 18), (60, 9), (119, 5)]))
    assert rule.deadline(state) == 120 * MINUTE_MS
    assert at(rule, state, 119) is None
    late = at(rule, state, 120)
    assert late is not None
    assert say(late) == "not pre-cooled to 4 °C in 120 min"


def test_goods_cold_in_time_are_no_finding_and_the_next_warm_batch_has_its_own_deadline() -> None:
    rule = PullDownLate(PullDown(4 * MICRO, 120 * MINUTE_MS))
    state, ended = tell(rule, celsius([(0, 18), (90, 4), (100, 15)]))
    assert ended == []
    assert rule.deadline(state) == 220 * MINUTE_MS


def test_a_battery_is_low_until_it_is_well_charged() -> None:
    rule = BatteryLow()
    state, ended = tell(rule, [(0, 0.5), (10, 0.15), (20, 0.2)])
    assert ended == []
    assert at(rule, state, 20) is not None
    assert [span(one) for one in tell(rule, [(10, 0.1), (30, 0.25)])[1]] == [(10, 10, 30)]


def test_a_device_is_silent_three_minutes_after_it_was_last_heard_and_back_with_a_frame() -> None:
    rule = DeviceSilent()
    state, ended = tell(rule, [(0, 0), (1, 0), (2, 0)])
    assert (ended, at(rule, state, 4.9)) == ([], None)
    assert at(rule, state, 5) is not None
    assert [span(one) for one in tell(rule, [(0, 0), (9, 0)])[1]] == [(0, 3, 9)]


def test_a_device_never_heard_is_not_silent() -> None:
    assert at(DeviceSilent(), DeviceSilent().fresh(), 1e6) is None


def cycles(count: int, every: float) -> list[tuple[float, float]]:
    return [(n * every + half * every / 2, half) for n in range(count) for half in (0, 1)]


def test_a_compressor_that_starts_eight_times_an_hour_is_short_cycling() -> None:
    rule = ShortCycling()
    state, ended = tell(rule, cycles(8, 6))
    assert ended == []
    standing = at(rule, state, 45)
    assert standing is not None
    assert span(standing) == (3, 45, None)
    assert at(rule, state, 63) is not None  # until the compressor itself says more
    _, ended = tell(rule, [*cycles(8, 6), (100, 0)])
    assert [span(one) for one in ended] == [(3, 45, 63)]


def test_an_ordinary_cycle_of_fifteen_minutes_is_none() -> None:
    rule = ShortCycling()
    state, ended = tell(rule, cycles(40, 15))
    assert (ended, at(rule, state, 600)) == ([], None)


def test_a_steady_rise_is_told_with_the_time_left_before_the_limit() -> None:
    rule = FastRise(WARM)
    state, _ = tell(rule, celsius([(n, 0.3 * n) for n in range(10)]))
    found = at(rule, state, 9)
    assert found is not None
    assert span(found) == (0, 9, None)
    assert found.values == {"rate": pytest.approx(0.3), "left": pytest.approx(1.3 / 0.3)}
    assert say(found) == "nearing its limit by 0.30 °C/min: 4 min left"


def test_the_figures_of_a_rise_stay_those_of_when_it_was_found() -> None:
    rule = FastRise(WARM)
    rising = celsius([(n, 0.3 * n) for n in range(14)])
    found = at(rule, tell(rule, rising)[0], 13)
    assert found == at(rule, tell(rule, rising[:10])[0], 9)
    assert found is not None
    assert tell(rule, [*rising, *celsius([(14, 4.1)])])[1] == [
        msgspec.structs.replace(found, until=14 * MINUTE_MS)
    ]


def test_of_readings_hardly_apart_a_rise_begins_at_the_last() -> None:
    rule = FastRise(WARM)
    still = celsius([(n, 1.0 + 0.02 * n) for n in range(10)])
    state, _ = tell(rule, still)
    assert state.times == [9 * MINUTE_MS]
    state, _ = tell(rule, [*still, *celsius([(10, 3.7), (10.5, 3.8)])])
    assert state.found is not None
    assert state.found.since == 9 * MINUTE_MS


def test_a_thermostats_cycle_is_no_rise() -> None:
    swing = [(float(n), 2 + (n % 20 if n % 20 < 10 else 20 - n % 20) / 5) for n in range(200)]
    rule = FastRise(Limit("warm", "above", 5 * MICRO, 0, "critical"))
    state, ended = tell(rule, celsius(swing))
    assert (ended, at(rule, state, 200)) == ([], None)


def test_a_rise_is_over_once_the_limit_is_passed_or_it_turns() -> None:
    rising: list[tuple[float, float]] = [(n, 0.3 * n) for n in range(14)]
    _, ended = tell(FastRise(WARM), celsius([*rising, (14, 4.2)]))
    assert [span(one) for one in ended] == [(0, 9, 14)]
    _, ended = tell(FastRise(WARM), celsius([*rising[:10], (10, 1.0)]))
    assert len(ended) == 1


def test_a_rise_while_a_door_is_open_is_no_finding() -> None:
    rule, state = FastRise(WARM), FastRise(WARM).fresh()
    for minute in range(20):
        rule.observe(state, minute * MINUTE_MS, 0.2 * minute * MICRO, is_paused=True)
    assert rule.standing(state, 20 * MINUTE_MS) is None


def test_a_fall_towards_a_lower_limit_is_a_rise_mirrored() -> None:
    freezing = Limit("freezing", "below", 0, 0, "critical")
    rule = FastRise(freezing)
    state, _ = tell(rule, celsius([(n, 4 - 0.3 * n) for n in range(14)]))
    assert at(rule, state, 13) is not None


def test_a_value_the_same_to_the_last_digit_for_six_hours_is_stuck() -> None:
    rule = SensorStuck()
    readings = celsius([(n * 5, 3.44) for n in range(73)])
    assert at(rule, tell(rule, readings[:-1])[0], 1e6) is None
    state, _ = tell(rule, readings)
    found = at(rule, state, 360)
    assert found is not None
    assert found.values == {"celsius": 3.44}
    _, ended = tell(rule, [*readings, *celsius([(365, 3.45)])])
    assert [span(one) for one in ended] == [(0, 360, 365)]


def test_a_silence_does_not_make_a_sensor_stuck() -> None:
    rule = SensorStuck()
    state, _ = tell(rule, celsius([(0, 3.44), (720, 3.44)]))
    assert at(rule, state, 720) is None


def jumping(start: int, stop: int) -> list[tuple[float, float]]:
    return [(float(n), 3.0 + 3 * (n % 2)) for n in range(start, stop)]


def quiet(start: int, stop: int) -> list[tuple[float, float]]:
    return [(float(n), 3.0 + (n % 30) / 20) for n in range(start, stop)]


def test_readings_that_jump_to_and_fro_are_noisy_by_whole_half_hours() -> None:
    rule = SensorNoisy()
    state, ended = tell(rule, celsius([*quiet(0, 60), *jumping(60, 122)]))
    assert ended == []
    standing = at(rule, state, 122)
    assert standing is not None
    assert span(standing) == (60, 90, None)
    _, ended = tell(rule, celsius([*quiet(0, 60), *jumping(60, 120), *quiet(120, 190)]))
    assert [span(one) for one in ended] == [(60, 90, 120)]


def test_a_door_stop_is_not_noise() -> None:
    stop = [(float(n), 8.0) for n in range(40, 45)]
    rule = SensorNoisy()
    state, ended = tell(rule, celsius([*quiet(0, 40), *stop, *quiet(45, 120)]))
    assert (ended, at(rule, state, 120)) == ([], None)


def test_a_tag_put_into_a_frozen_box_is_not_noise() -> None:
    """Few readings in its first half hour, a third of them off the line of a fall by 37 °C."""
    fall = [(53 + n / 2, -21.0 + 37.0 * 0.51**n) for n in range(14)]
    rule = SensorNoisy()
    state, ended = tell(rule, celsius([(52.5, 16.0), *fall, *quiet(60, 120)]))
    assert (ended, at(rule, state, 120)) == ([], None)


def test_two_sensors_two_degrees_apart_for_an_hour_disagree() -> None:
    rule = SensorsDisagree()
    apart = celsius([(n * 5, -2.5) for n in range(13)])
    state, _ = tell(rule, apart)
    assert at(rule, state, 59) is None
    assert at(rule, state, 60) is not None
    assert [span(one) for one in tell(rule, [*apart, (65, 0.0)])[1]] == [(0, 60, 65)]


def days(*differences: float) -> list[tuple[float, float]]:
    return [
        (day * 1440 + slot * 5, float(to_micro(difference)))
        for day, difference in enumerate(differences)
        for slot in range(288)
    ]


def test_a_difference_that_creeps_away_day_by_day_is_a_drift() -> None:
    rule = SensorDrifts()
    state, ended = tell(rule, days(0.3, 0.6, 0.9, 1.2, 1.5, 1.8))
    assert ended == []
    found = at(rule, state, 6 * 1440)
    assert found is not None
    assert (found.since, found.due) == (4 * DAY_MS, 5 * DAY_MS)
    assert say(found) == "a sensor has drifted by +1.20 °C against its neighbour"


def test_a_steady_difference_is_no_drift_and_one_that_comes_back_is_over() -> None:
    rule = SensorDrifts()
    state, _ = tell(rule, days(1.5, 1.4, 1.6, 1.5))
    assert at(rule, state, 4 * 1440) is None
    _, ended = tell(rule, days(0, 1.5, 0.2, 0))
    assert [one.until for one in ended] == [2 * DAY_MS]


def test_a_day_hardly_compared_proves_no_drift() -> None:
    rule = SensorDrifts()
    state, _ = tell(rule, [*days(0), *days(0, 3)[288 : 288 + 71], *celsius([(2 * 1440, 0)])])
    assert at(rule, state, 2 * 1440) is None


def test_the_table_has_every_rule_in_both_languages() -> None:
    assert {rule.id for rule in EVERY} == set(RULES)
    assert all(row.sentences.keys() == {"en", "zh-CN"} for row in RULES.values())


def test_only_what_doubts_a_sensor_is_a_fault_and_none_of_it_is_critical() -> None:
    faults = {name for name, row in RULES.items() if row.is_fault}
    assert faults == {"sensor-stuck", "sensor-noisy", "sensors-disagree", "sensor-drifts"}
    assert all(RULES[name].severity == "warning" for name in faults)


def test_the_rules_of_a_feed_are_those_the_profile_and_limit_allow() -> None:
    cooled = Profile("any", {}, (WARM,), 1, 1, 1, pull_down=PullDown(4 * MICRO, HOUR_MS))
    assert [rule.id for rule in rules_for("door")] == ["door-open"]
    assert [rule.id for rule in rules_for("pre-cooling", cooled)] == ["pull-down-late"]
    assert rules_for("pre-cooling") == []
    temperature = {rule.id for rule in rules_for("temperature", limit=WARM)}
    assert temperature == {"sensor-stuck", "sensor-noisy", "fast-rise"}


def test_a_finding_keeps_its_name_from_raised_to_cleared() -> None:
    rule = DoorOpen()
    state, _ = tell(rule, [(0, 0), (10, 1)])
    standing = at(rule, state, 15)
    (ended,) = tell(rule, [(0, 0), (10, 1), (17, 0)])[1]
    assert standing is not None
    raised = condition("van-1", "main.door", standing, 5)
    cleared = condition("van-1", "main.door", ended, 6)
    assert (raised.state, cleared.state) == ("raised", "cleared")
    assert raised.id == cleared.id
    assert (raised.until, cleared.until) == (None, "1970-01-01T00:17:00.000Z")


@given(
    st.sampled_from(EVERY),
    st.lists(
        st.tuples(
            st.sampled_from([1, 30_000, MINUTE_MS, 7 * MINUTE_MS, HOUR_MS, DAY_MS]),
            st.sampled_from([0.0, 1.0, 0.1, 3.0 * MICRO, 3.9 * MICRO, 6.0 * MICRO, -9.0 * MICRO]),
        ),
        max_size=60,
    ),
    st.randoms(use_true_random=False),
)
def test_any_rule_may_be_packed_away_and_asked_between_any_two_readings(
    rule: Rule[Any], steps: list[tuple[int, float]], chance: random.Random
) -> None:
    plain, packed = rule.fresh(), rule.fresh()
    now = 0
    for step, value in steps:
        now += step
        found = rule.observe(plain, now, value)
        if chance.random() < 0.5:
            packed = msgspec.msgpack.decode(msgspec.msgpack.encode(packed), type=type(packed))
            rule.standing(packed, now)
        assert rule.observe(packed, now, value) == found
        assert rule.standing(packed, now + 1) == rule.standing(plain, now + 1)
        assert len(msgspec.msgpack.encode(packed)) < 600
        if found is not None:
            assert found.until is not None
            assert found.since <= found.due <= found.until <= now
            for language in ("en", "zh-CN"):
                assert "{" not in say(found, language)
