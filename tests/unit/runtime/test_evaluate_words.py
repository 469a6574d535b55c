"""What `coldchain evaluate` says to people, and what it names: in both languages, in their zone."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

NOON = datetime(2016, 2, 10, 12, tzinfo=UTC)
COLD = [2 + math.sin(n) / 10 for n in range(2_000)]


def written(
    path: Path, values: Sequence[object], header: str = "date,temperature", every: float = 1
) -> Path:
    """A line every so many minutes."""
    lines = [
        f"{(NOON + timedelta(minutes=n * every)).isoformat()},{value}"
        for n, value in enumerate(values)
    ]
    path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    return path


def both(evaluate: Any, *arguments: object) -> tuple[str, str]:
    """The table in English and in Chinese."""
    english = evaluate(*arguments, "--language", "en").out
    return english, evaluate(*arguments, "--language", "zh-CN").out


def test_columns_that_are_not_judged_are_named(evaluate: Any, tmp_path: Path) -> None:
    header = "date,temperature,humidity,battery,note"
    path = written(tmp_path / "trip.csv", [f"{one:.2f},50,90,fine" for one in COLD[:20]], header)
    (found,) = evaluate(path, "--profile", "iced-seafood", "--json").printed
    assert found["skipped"] == ["humidity", "battery", "note"]
    english, chinese = both(evaluate, path, "--profile", "iced-seafood")
    assert "columns not judged: humidity, battery, note" in english
    assert "未评判的列：humidity, battery, note" in chinese
    (plain,) = evaluate(written(path, COLD[:20]), "--profile", "iced-seafood", "--json").printed
    assert plain["skipped"] == []


def test_refused_lines_are_told_in_the_language_of_the_table(evaluate: Any, tmp_path: Path) -> None:
    values = [*COLD[:5], "NaN", "warm", -273.2, "3,4", *COLD[5:9]]
    path = written(tmp_path / "trip.csv", values)
    with path.open("a") as file:
        file.write("soon,3\n2016-02-10T12:00:00,3\n")
    english, chinese = both(evaluate, path, "--profile", "iced-seafood")
    for said in ("line 7: not a temperature: NaN", "line 16: time without a zone"):
        assert said in english
    for said in (
        "无法读取的行：6",
        "第 7 行：不是温度：NaN",
        "第 8 行：不是数字：'warm'",
        "第 9 行：传感器不可能测得此值：-273.2 °C",
        "第 10 行：本行有 3 个字段，表头有 2 个",
        "第 15 行：不是时间：'soon'",
        "第 16 行：时间没有时区",
    ):
        assert said in chinese
    (found,) = evaluate(path, "--profile", "iced-seafood", "--json").printed
    assert found["rejected"][0] == {"line": 7, "reason": "not a temperature: NaN"}


def test_a_sensor_that_stood_still_asks_for_review(evaluate: Any, tmp_path: Path) -> None:
    path = written(tmp_path / "trip.csv", [3.1] * 80, every=5)
    called = evaluate(path, "--profile", "iced-seafood", "--json")
    (found,) = called.printed
    assert (called.status, found["verdict"]) == (1, "review")
    assert found["reasons"] == ["sensor fault: it stood still for hours"]
    assert found["faults"] == [
        {
            "rule": "sensor-stuck",
            "since": "2016-02-10T12:00:00.000Z",
            "until": None,
            "values": {"celsius": 3.1},
        }
    ]
    english, chinese = both(evaluate, path, "--profile", "iced-seafood")
    assert "sensor stuck at 3.1 °C since 2016-02-10 20:00:00" in english
    assert "传感器故障：读数数小时不变" in chinese


def test_a_sensor_that_jumps_about_asks_for_review(evaluate: Any, tmp_path: Path) -> None:
    path = written(tmp_path / "trip.csv", [3 + 0.75 * (-1) ** n + COLD[n] / 100 for n in range(90)])
    called = evaluate(path, "--profile", "chilled-meat-and-dairy", "--json")
    (found,) = called.printed
    assert (called.status, found["verdict"]) == (1, "review")
    assert found["reasons"] == ["sensor fault: its readings jump about"]
    assert [(one["rule"], one["until"]) for one in found["faults"]] == [("sensor-noisy", None)]
    assert (
        "传感器自 2016-02-10 20:00:00 起读数跳动"
        in both(evaluate, path, "--profile", "chilled-meat-and-dairy")[1]
    )


def test_a_fault_never_excuses_what_was_measured(evaluate: Any, tmp_path: Path) -> None:
    path = written(tmp_path / "trip.csv", [6.1] * 80, every=5)
    (found,) = evaluate(path, "--profile", "iced-seafood", "--json").printed
    assert found["verdict"] == "reject"
    assert found["reasons"][-1] == "sensor fault: it stood still for hours"


def test_a_limit_that_is_reached_is_told_as_at_or_beyond(evaluate: Any, tmp_path: Path) -> None:
    path = written(tmp_path / "trip.csv", [*COLD[:20], *[-1.5 + one / 100 for one in COLD[:90]]])
    english, chinese = both(evaluate, path, "--profile", "vaccine-2-8")
    assert "freezing: at or below -0.5 °C for 89." in english
    assert "freezing：达到或低于 -0.5 °C 达 89." in chinese


def test_one_conflict_is_one_time(evaluate: Any, tmp_path: Path) -> None:
    path = written(tmp_path / "trip.csv", COLD[:9])
    with path.open("a") as file:
        file.write(f"{NOON.isoformat()},2.9\n")
    assert "  1 time with different values" in both(evaluate, path, "--profile", "iced-seafood")[0]


def test_the_hottest_day_begins_by_the_readers_clock(evaluate: Any, tmp_path: Path) -> None:
    cold, hot = [5 + one / 10 for one in COLD[:600]], [7.9 + one / 10 for one in COLD[:300]]
    path = written(tmp_path / "trip.csv", [*cold, *hot, *cold], every=5)
    english, chinese = both(evaluate, path, "--profile", "medicine-2-8-gsp")
    (found,) = evaluate(path, "--profile", "medicine-2-8-gsp", "--json").printed
    (reason,) = [one for one in found["reasons"] if "over the 24 h from" in one]
    assert "from 2016-02-12T14:" in reason
    assert "over the 24 h from 2016-02-12 22:" in english
    assert "自 2016-02-12 22:" in chinese


@pytest.mark.parametrize(("every", "is_said"), [(5, True), (2, False)])
def test_medicine_out_of_range_has_to_be_recorded_every_two_minutes(
    evaluate: Any, tmp_path: Path, every: float, is_said: bool
) -> None:
    path = written(tmp_path / "trip.csv", [5.1, 5.2, 8.5, 8.6, 8.4, 5.3, 5.2], every=every)
    english, chinese = both(evaluate, path, "--profile", "medicine-2-8-gsp")
    assert ("recorded only every 5.0 min while beyond a limit, every 2 asked" in english) == is_said
    assert ("超出限值期间最长 5.0 分钟才记录一次" in chinese) == is_said


def test_an_excursion_of_the_next_day_says_its_day(evaluate: Any, tmp_path: Path) -> None:
    path = written(tmp_path / "trip.csv", [*COLD[:100], *[6 + one for one in COLD[:20]]], every=5)
    english, _ = both(evaluate, path, "--profile", "iced-seafood")  # from 20:00 in Shanghai
    assert "02-11 04:1" in english


def test_of_very_many_excursions_the_gravest_are_shown(evaluate: Any, tmp_path: Path) -> None:
    values = [3 + 2 * (-1) ** (n // 6) + COLD[n] / 100 for n in range(1_000)]
    values[500:540] = [6 + one / 100 for one in COLD[:40]]
    path = written(tmp_path / "trip.csv", values)
    english, _ = both(evaluate, path, "--profile", "iced-seafood")
    rows = [line for line in english.splitlines() if line.startswith(("warm", "hot"))]
    assert len(rows) == 40
    (grave,) = [line for line in rows if line.startswith("warm >4, 30 min") and " - " not in line]
    assert "05:" in grave or "04:" in grave
    assert "more (--json lists them all)" in english
