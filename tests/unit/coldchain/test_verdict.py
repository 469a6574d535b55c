"""The verdict on what was measured, and its reasons in words."""

from dataclasses import replace

import pytest
from msgspec import structs

from coldchain.celsius import MICRO, to_micro
from coldchain.columns import judge
from coldchain.judge import Plan
from coldchain.limits import Limit
from coldchain.profile import Profile
from coldchain.reasons import _SENTENCES, Reason
from coldchain.times import MINUTE_MS
from coldchain.verdict import Evidence, Outcome, decide, worst

MAX_GAP = 10 * MINUTE_MS
WARM = Limit("warm", "above", 4 * MICRO, 30 * MINUTE_MS, "critical")
WARNING = replace(WARM, id="warming", allowed=10 * MINUTE_MS, severity="warning")

Minutes = list[tuple[float, float]]


def steady(celsius: float, start: int, stop: int, step: int = 5) -> Minutes:
    return [(float(at), celsius) for at in range(start, stop + 1, step)]


def evidence(limits: tuple[Limit, ...], readings: Minutes) -> Evidence:
    times = [round(at * MINUTE_MS) for at, _ in readings]
    judged = judge(
        Plan("any", limits, MAX_GAP), times, [to_micro(celsius) for _, celsius in readings]
    )
    return Evidence(
        limits,
        judged.excursions,
        judged.sums,
        judged.unknown_ms,
        judged.longest_gap,
        judged.conflicts,
    )


def profile(*limits: Limit, mkt_limit: int | None = None) -> Profile:
    return Profile("any", {}, limits, MAX_GAP, 60 * MINUTE_MS, MAX_GAP, mkt_limit=mkt_limit)


def outcome(readings: Minutes, *limits: Limit, mkt_limit: int | None = None) -> Outcome:
    return decide(profile(*limits, mkt_limit=mkt_limit), evidence(limits, readings))


def codes(outcome: Outcome) -> list[str]:
    return [reason.code for reason in outcome.reasons]


def test_a_critical_limit_confirmed_rejects() -> None:
    told = outcome(steady(5, 0, 40), WARM, WARNING)
    assert (told.verdict, codes(told)) == ("reject", ["confirmed", "confirmed"])
    assert told.reasons[0].text() == "warm: above 4 °C for 40.0 min, 30 allowed"
    assert told.reasons[0].text("zh-CN") == "warm：高于 4 °C 达 40.0 分钟，允许 30 分钟"


def test_a_warning_confirmed_is_for_review() -> None:
    assert outcome(steady(5, 0, 20), WARM, WARNING).verdict == "review"


def test_what_stayed_within_its_limits_is_accepted_without_a_reason() -> None:
    assert outcome(steady(3, 0, 600), WARM, WARNING) == Outcome("accept", ())


def test_minutes_beyond_within_the_allowed_time_are_accepted() -> None:
    assert outcome([*steady(5, 0, 25), *steady(3, 26, 40)], WARM).verdict == "accept"


def test_unknown_minutes_that_might_reach_the_allowed_time_are_for_review() -> None:
    readings: Minutes = [*steady(5, 0, 10), (29, 3.0), (35, 3.0)]
    assert outcome(readings, WARM).verdict == "accept"
    readings = [*steady(5, 0, 10), (30, 3.0), (35, 3.0)]
    told = outcome(readings, WARM)
    assert (told.verdict, codes(told)) == ("review", ["possible"])


def test_unknown_time_elsewhere_long_enough_to_hide_a_breach_is_for_review() -> None:
    readings: Minutes = [(0, 3), (5, 5), (10, 3), (15, 3), (50, 3), (55, 3)]
    assert codes(outcome(readings, WARM)) == ["possible"]


def test_unknown_time_past_the_profiles_allowance_is_for_review() -> None:
    assert outcome([(0, 3), (5, 3), (65, 3)], WARM).verdict == "accept"
    assert codes(outcome([(0, 3), (5, 3), (66, 3)], WARM)) == ["unknown-time"]


def test_a_cumulative_limit_counts_all_unknown_time_against_the_record() -> None:
    limit = replace(WARM, mode="cumulative")
    readings: Minutes = [*steady(5, 0, 15), *steady(3, 16, 20), (38, 3.0)]
    assert codes(outcome(readings, limit)) == ["possible"]


def test_a_lone_reading_beyond_what_allows_no_time_is_for_review() -> None:
    assert codes(outcome([(0, 3), (5, 5), (10, 3)], replace(WARM, allowed=0))) == ["possible"]


def test_a_presumed_excursion_is_for_review() -> None:
    given = evidence((WARM,), steady(5, 0, 10))
    seen = structs.replace(given.excursions[0], presumed=30 * MINUTE_MS)
    told = decide(profile(WARM), replace(given, excursions=[seen]))
    assert (told.verdict, codes(told)) == ("review", ["presumed"])


def test_a_conflict_is_for_review() -> None:
    assert codes(outcome([(0, 3), (5, 3), (5, 2)], WARM)) == ["conflicts"]


def test_a_sensor_fault_only_ever_forces_review() -> None:
    given = replace(evidence((WARM,), steady(3, 0, 10)), faults=["stuck"])
    assert decide(profile(WARM), given).verdict == "review"
    worse = replace(evidence((WARM,), steady(5, 0, 40)), faults=["stuck"])
    assert decide(profile(WARM), worse).verdict == "reject"


def test_nothing_measured_is_for_review_never_accepted() -> None:
    assert codes(outcome([], WARM)) == ["nothing-measured"]


@pytest.mark.parametrize("readings", [[(0.0, 3.0)], [(0.0, 3.0), (11.0, 3.0), (22.0, 3.0)]])
def test_readings_that_no_line_joins_make_nothing_known_and_are_for_review(
    readings: Minutes,
) -> None:
    assert codes(outcome(readings, WARM)) == ["nothing-known"]


def test_the_mkt_limit_passed_rejects_though_no_limit_was() -> None:
    told = outcome(steady(9, 0, 60), mkt_limit=8 * MICRO)
    assert (told.verdict, codes(told)) == ("reject", ["mkt"])


def test_mkt_never_excuses_freezing() -> None:
    freezing = replace(WARM, id="freezing", side="below", threshold=0)
    assert outcome(steady(-1, 0, 60), freezing, mkt_limit=8 * MICRO).verdict == "reject"


def test_an_mkt_that_unknown_time_may_have_raised_is_for_review() -> None:
    told = outcome([*steady(5, 0, 5), (30, 3.0)], WARM, mkt_limit=8 * MICRO)
    assert "mkt-possible" in codes(told)


def test_the_worst_of_verdicts_stands() -> None:
    assert worst(["accept", "reject", "review"]) == "reject"
    assert worst([]) == "accept"


@pytest.mark.parametrize("code", sorted(_SENTENCES))
def test_every_reason_reads_in_both_languages(code: str) -> None:
    values: dict[str, str | int | float] = {
        "limit": "warm",
        "side": "below",
        "threshold": -0.5,
        "allowed": 30.0,
        "minutes": 41.25,
        "mkt": 8.4,
        "hours": 24.0,
        "count": 2,
        "fault": "stuck",
        "celsius": 5.5,
        "where": "core",
        "at": "2026-11-23T08:00:00.000Z",
    }
    for language in ("en", "zh-CN"):
        text = Reason("review", code, values).text(language)
        assert text
        assert "{" not in text
