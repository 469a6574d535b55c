"""Scoring: what counts as found, missed and false, and what is said of each."""

from typing import Any

import pytest

from coldchain.records import ConditionRecord, ExcursionRecord
from coldchain.scoring import score
from coldchain.truth import Score, TrueExcursion, TrueFault, TruthFile


def at(minute: float) -> str:
    return f"2026-07-18T{6 + int(minute) // 60:02d}:{int(minute) % 60:02d}:00.000Z"


def true(start: float = 0, end: float | None = 90, **more: Any) -> TrueExcursion:
    said: dict[str, Any] = {
        "device": "van-1",
        "compartment": "main",
        "channel": "main.product",
        "profile": "iced-seafood",
        "limit": "warm",
        "start": at(start),
        "confirmed": at(start + 30),
        "end": None if end is None else at(end),
        "minutes": 60.0,
    }
    return TrueExcursion(**said | more)


def found(start: float = 1, end: float | None = 91, **more: Any) -> ExcursionRecord:
    said: dict[str, Any] = {
        "id": f"{start}{more.get('device')}{more.get('limit')}",
        "state": "closed",
        "device": "van-1",
        "compartment": "main",
        "channel": "main.product",
        "limit": "warm",
        "severity": "critical",
        "profile": "iced-seafood",
        "start": at(start),
        "confirmed": at(start + 30),
        "end": None if end is None else at(end),
        "minutes": 60.0,
        "unknown_minutes": 0.0,
        "degree_minutes": 90.0,
        "peak": 7.0,
        "peak_at": at(start + 20),
        "as_of": 1,
    }
    return ExcursionRecord(**said | more)


def fault(kind: str, channel: str = "main.product", **more: Any) -> TrueFault:
    said: dict[str, Any] = {
        "device": "van-1",
        "channel": channel,
        "kind": kind,
        "start": at(0),
        "end": at(90),
    }
    return TrueFault(**said | more)


def condition(rule: str, subject: str = "main.product", **more: Any) -> ConditionRecord:
    said: dict[str, Any] = {
        "id": f"{rule}{subject}",
        "state": "raised",
        "device": "van-1",
        "subject": subject,
        "rule": rule,
        "severity": "warning",
        "since": at(10),
        "due": at(40),
        "until": None,
        "as_of": 1,
    }
    return ConditionRecord(**said | more)


def scored(
    trues: list[TrueExcursion],
    records: list[ExcursionRecord],
    faults: list[TrueFault] | None = None,
    conditions: list[ConditionRecord] | None = None,
) -> Score:
    return score(TruthFile(excursions=trues, faults=faults or []), records, conditions or [])


def test_an_excursion_found_while_it_lasts_is_right_and_late_by_its_delay() -> None:
    said = scored([true()], [found(3)])
    assert said.is_perfect
    assert (said.excursions.precision, said.excursions.recall) == (1.0, 1.0)
    assert said.excursions.delay == said.excursions.longest_delay == 3.0


def test_nothing_true_and_nothing_found_is_perfect_and_no_ratio_is_made_up() -> None:
    said = scored([true(confirmed=None)], [found(confirmed=None)])
    assert said.is_perfect
    assert (said.excursions.precision, said.excursions.recall) == (None, None)


@pytest.mark.parametrize(
    "other",
    [
        {"device": "van-2"},
        {"compartment": "c2"},
        {"channel": "main.air"},
        {"limit": "hot"},
        {"begins": 100},
        {"confirmed": None},
        {"state": "withdrawn"},
    ],
)
def test_another_place_limit_or_time_does_not_find_it(other: dict[str, Any]) -> None:
    begins = other.pop("begins", 1)
    said = scored([true()], [found(begins, begins + 90, **other)])
    assert not said.is_perfect
    assert said.excursions.recall == 0.0
    assert [(one.device, one.kind) for one in said.missed] == [("van-1", "warm")]


def test_what_nobody_seeded_is_a_false_alarm_with_its_name() -> None:
    said = scored([true()], [found(), found(device="van-9")])
    assert [one.device for one in said.false_alarms] == ["van-9"]
    assert said.excursions.precision == 0.5
    assert said.excursions.recall == 1.0


def test_a_true_one_found_in_two_pieces_is_found_once_and_both_are_right() -> None:
    said = scored([true()], [found(1, 40), found(45, 90)])
    assert said.is_perfect
    assert said.excursions.found == 1


def test_one_still_open_overlaps_all_that_comes_later() -> None:
    assert scored([true(end=None)], [found(200, None)]).is_perfect


def test_a_presumed_one_is_found_without_a_delay() -> None:
    said = scored([true()], [found(state="presumed", confirmed=None, end=None)])
    assert said.is_perfect
    assert said.excursions.delay is None


def test_the_last_record_of_an_id_is_the_one_scored() -> None:
    first = found(id="a", state="confirmed", end=None, as_of=1)
    assert not scored([], [first]).is_perfect
    assert scored([], [first, found(id="a", state="withdrawn", as_of=2)]).is_perfect
    assert scored([], [first, found(id="a", confirmed=None, as_of=2)]).is_perfect


def test_a_miss_says_what_came_near_and_which_fault_was_there() -> None:
    near = found(confirmed=None, minutes=28.5)
    said = scored([true()], [near], [fault("sensor-spiking"), fault("sensor-dead", "main.air")])
    (miss,) = said.missed
    assert any("28.5 min only" in why for why in miss.because)
    assert any("sensor-spiking" in why for why in miss.because)
    assert not any("sensor-dead" in why for why in miss.because), "of another channel"


def test_kinds_are_parted_by_limit_and_severity() -> None:
    said = scored([true(), true(limit="warming")], [found()])
    kinds = {(one.kind, one.severity): one.recall for one in said.by_limit}
    assert kinds == {("warm", "critical"): 1.0, ("warming", "unknown"): 0.0}
    named = score(
        TruthFile(excursions=[true(limit="warming")]),
        [],
        severities={("iced-seafood", "warming"): "warning"},
    )
    assert [one.severity for one in named.by_limit] == ["warning"]


def test_without_conditions_faults_are_not_scored_and_it_is_said_why() -> None:
    said = scored([], [], [fault("sensor-stuck"), fault("sensor-stuck"), fault("rebooted", "")])
    assert said.is_perfect
    assert said.by_fault == []
    assert said.not_scored == {
        "sensor-stuck": "2: not judged by sensor-stuck",
        "rebooted": "1: no rule is for it",
    }


def test_a_fault_is_found_by_a_condition_of_its_rule_and_channel() -> None:
    said = scored([], [], [fault("sensor-stuck")], [condition("sensor-stuck")])
    assert said.is_perfect
    assert [(one.kind, one.recall, one.delay) for one in said.by_fault] == [
        ("sensor-stuck", 1.0, 40.0)
    ]


def test_a_condition_of_another_rule_or_channel_misses_it() -> None:
    for other in (condition("sensor-stuck", "main.air"), condition("sensor-noisy")):
        said = scored([], [], [fault("sensor-stuck", end=at(500))], [other])
        assert [one.kind for one in said.missed] == ["sensor-stuck"]
        assert [one.what for one in said.false_alarms] == ["fault"]


def test_a_condition_that_no_fault_answers_for_is_not_held_against_it() -> None:
    assert scored([], [], [], [condition("fast-rise")]).is_perfect


def test_a_fault_over_before_its_rule_could_find_it_is_not_scored_unless_it_was_found() -> None:
    short, rules = fault("sensor-stuck", end=at(90)), ["sensor-stuck", "door-open"]
    said = score(TruthFile(excursions=[], faults=[short]), [], [], rules=rules)
    assert said.is_perfect
    assert said.not_scored == {"sensor-stuck": "1: over before 360 min, which its rule takes"}
    assert scored([], [], [short], [condition("sensor-stuck")]).by_fault[0].recall == 1.0


def test_only_faults_that_a_rule_judged_are_scored() -> None:
    faults = [fault("door-left-open", "main.door"), fault("gateway-dead", "")]
    said = score(TruthFile(excursions=[], faults=faults), [], [], rules=["door-open"])
    assert [(one.kind, one.recall) for one in said.by_fault] == [("door-left-open", 0.0)]
    assert said.not_scored == {"gateway-dead": "1: not judged by device-silent"}


def test_a_fault_missed_says_what_other_rules_found_and_what_else_was_wrong() -> None:
    faults = [fault("sensor-spiking"), fault("mains-lost", "unit.mains")]
    said = scored([], [], faults, [condition("fast-rise")])
    because = {one.kind: one.because for one in said.missed}
    assert any("readings jump" in why for why in because["sensor-spiking"])
    assert any("mains-lost" in why for why in because["sensor-spiking"])
    assert any("found as fast-rise" in why for why in because["sensor-spiking"])


@pytest.mark.parametrize(
    ("seeded", "healthy"),
    [
        (fault("compressor-failed", "main"), 1),
        (fault("sensor-dead"), 0),
        (fault("sensor-dead", "main.air"), 1),
        (fault("sensor-dead", start=at(91), end=at(99)), 1),
        (fault("gateway-dead", ""), 0),
        (fault("gateway-dead", "", device="van-2"), 1),
        (fault("out-of-coverage", ""), 1),
    ],
)
def test_an_excursion_is_of_a_healthy_sensor_where_none_lies(
    seeded: TrueFault, healthy: int
) -> None:
    said = scored([true()], [], [seeded])
    assert (said.healthy.true, said.healthy.found) == (healthy, 0)
    assert said.excursions.missed == 1


@pytest.mark.parametrize("records", [[], [found()]])
def test_a_marginal_one_is_neither_missed_nor_false_and_is_told_as_not_scored(
    records: list[ExcursionRecord],
) -> None:
    said = score(TruthFile(excursions=[true(marginal=True)]), records)
    assert said.is_perfect
    assert said.excursions.true == said.healthy.true == 0
    assert said.not_scored == {"warm": "1: nearer than a sensor can tell"}


@pytest.mark.parametrize(("begins", "is_of_it"), [(0, False), (20, False), (56, True)])
def test_a_record_confirmed_before_the_true_one_could_be_is_of_something_else(
    begins: int, is_of_it: bool
) -> None:
    """The true one is confirmed at minute 60, as it begins; a record that never ends spans it."""
    said = scored([true(60, confirmed=at(60))], [found(begins, None, confirmed=at(begins))])
    assert said.excursions.found == is_of_it
    assert len(said.false_alarms) == (not is_of_it)
    if not is_of_it:
        assert "confirmed long before what is true" in said.false_alarms[0].because[0]


def test_one_record_over_a_whole_day_finds_only_what_it_was_confirmed_for() -> None:
    trues = [true(60, 90, confirmed=at(60)), true(300, 360, confirmed=at(300))]
    said = scored(trues, [found(60, None, confirmed=at(60))])
    assert (said.excursions.found, said.excursions.missed) == (1, 1)


def test_a_record_may_be_as_early_as_a_sound_sensor_that_reads_too_far_out() -> None:
    truth = TruthFile(excursions=[true(60, confirmed=at(60))], nearly=[true(0, confirmed=at(20))])
    assert score(truth, [found(20, confirmed=at(20))]).is_perfect
    assert not score(truth, [found(1, confirmed=at(1))]).is_perfect


def test_where_a_clock_is_wrong_a_record_may_be_of_any_time_that_overlaps() -> None:
    early = found(0, 95, confirmed=at(0))
    assert scored([true(60, confirmed=at(60))], [early], [fault("clock-wrong", "")]).is_perfect


def test_a_record_still_open_where_the_true_one_ended_is_right_and_told() -> None:
    said = scored([true(0, 90)], [found(1, None)])
    assert said.is_perfect
    assert [(one.device, one.because) for one in said.never_ended] == [
        ("van-1", [f"what was true ended at {at(90)}"])
    ]
    assert not scored([true(0, None)], [found(1, None)]).never_ended


def test_saying_one_thing_often_does_not_hide_what_is_false() -> None:
    often = [found(id=f"again-{number}") for number in range(100)]
    said = scored([true()], [*often, found(device="van-9")])
    assert said.excursions.precision == 0.5
    assert said.excursions.found == 1


def test_what_falls_short_by_less_than_a_sensor_can_tell_is_not_held_against_its_record() -> None:
    near = true(0, 90, minutes=31.0)
    said = score(TruthFile(excursions=[], nearly=[near]), [found()])
    assert said.is_perfect
    assert said.excursions.precision is None
    assert said.not_scored == {"warm": "1 found: short of it by less than a sensor tells"}
    assert not score(TruthFile(excursions=[], nearly=[near]), [found(device="van-9")]).is_perfect


def test_a_fault_hidden_by_a_dead_sensor_or_gateway_is_not_scored() -> None:
    """A stuck sensor that sends nulls, or whose gateway sends nothing, can't be found."""
    stuck = fault("sensor-stuck", start=at(0), end=at(800))
    for other in (
        fault("sensor-dead", start=at(-10), end=at(800)),
        fault("gateway-dead", "", start=at(-10), end=at(700)),
    ):
        said = score(TruthFile(excursions=[], faults=[stuck, other]), [], rules=["sensor-stuck"])
        assert said.is_perfect
        assert said.not_scored["sensor-stuck"] == f"1: hidden by {other.kind}"
    elsewhere = fault("sensor-dead", "main.air", start=at(-10), end=at(800))
    short = fault("sensor-dead", start=at(100), end=at(200))
    for other in (elsewhere, short):
        truth = TruthFile(excursions=[], faults=[stuck, other])
        assert [one.kind for one in score(truth, [], rules=["sensor-stuck"]).missed] == [
            "sensor-stuck"
        ]
