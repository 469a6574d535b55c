"""Lines that tell no time, columns that tell no number at first: nothing hides in them."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from runtime.cli import main

START = datetime(2026, 3, 1, tzinfo=UTC)


def lines(values: Sequence[float], zone: str = "Z") -> list[str]:
    return [
        f"{(START + timedelta(minutes=n)).strftime('%Y-%m-%dT%H:%M:%S')}{zone},{value}"
        for n, value in enumerate(values)
    ]


def judged(
    folder: Path, capsys: pytest.CaptureFixture[str], rows: Sequence[str], *options: str
) -> list[dict[str, Any]]:
    header = options[0] if options and options[0].startswith("time") else "time,temperature"
    file = folder / "trip.csv"
    file.write_text("\n".join([header, *rows]) + "\n")
    rest = [one for one in options if not one.startswith("time")]
    with pytest.raises(SystemExit):
        main(["evaluate", str(file), "--profile", "iced-seafood", "--json", *rest])
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


WARM = [2.0] * 20 + [6.0] * 40


@pytest.mark.parametrize("garbled", ["not-a-time,6.0", "#ERR", "9999-12-31T23:59:59Z,6.0"])
@pytest.mark.parametrize("hidden", [slice(25, 60), slice(0, 55)])
def test_lines_without_a_readable_time_never_make_a_reject_an_accept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], garbled: str, hidden: slice
) -> None:
    rows = lines(WARM)
    assert judged(tmp_path, capsys, rows)[0]["verdict"] == "reject"
    count = len(rows[hidden])
    rows[hidden] = [garbled] * count
    [one] = judged(tmp_path, capsys, rows)
    assert one["verdict"] != "accept"
    assert any(f"{count} lines without a readable time" in reason for reason in one["reasons"])


@pytest.mark.parametrize(("values", "verdict"), [([2.0, 2.1] * 15, "accept"), (WARM, "reject")])
def test_a_line_that_is_no_reading_amid_others_hides_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], values: list[float], verdict: str
) -> None:
    rows = lines(values)
    rows.insert(10, "battery changed")
    assert judged(tmp_path, capsys, rows)[0]["verdict"] == verdict
    assert judged(tmp_path, capsys, rows[::-1])[0]["verdict"] == verdict
    shuffled = [*rows[20:], *rows[:20]]
    expected = "review" if verdict == "accept" else verdict
    assert judged(tmp_path, capsys, shuffled)[0]["verdict"] == expected


def test_an_hour_that_comes_twice_at_the_end_of_a_trip_is_not_passed_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    night = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # Berlin's second 02:30 to 02:59
    local = [(night + timedelta(minutes=n)).strftime("%Y-%m-%d %H:%M:%S") for n in range(-29, 0)]
    rows = [f"2026-10-25 01:{n:02}:00,2.0" for n in range(30, 60)]
    rows += [f"{at.replace(' 01', ' 02')},6.0" for at in local]
    [one] = judged(tmp_path, capsys, rows, "--tz", "Europe/Berlin")
    assert one["verdict"] == "review"
    assert len(one["rejected"]) == 29


@pytest.mark.parametrize(
    ("name", "cell"),
    [("rear", ""), ("rear", "ERR"), ("temp by door °C", "31.0"), ("no 2 (°C)", "31")],
)
def test_a_column_of_temperatures_is_judged_whatever_it_says_at_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, cell: str
) -> None:
    rows = [f"{row},{cell if n < 1100 else 31.0}" for n, row in enumerate(lines([2.0, 2.1] * 600))]
    found = judged(tmp_path, capsys, rows, f"time,temperature,{name}")
    verdicts = {one["channel"]: one["verdict"] for one in found}
    assert verdicts.pop("temperature") == "accept"
    assert list(verdicts.values()) == ["reject"]


def test_a_column_that_never_has_a_number_is_named_and_not_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{row}," for row in lines([2.0] * 30)]
    [one] = judged(tmp_path, capsys, rows, "time,temperature,spare")
    assert (one["channel"], one["verdict"], one["skipped"]) == ("temperature", "accept", ["spare"])


def test_a_time_of_another_age_is_a_line_refused_and_stops_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "trip.csv"
    for odd in ("9999-12-31T23:59:59Z,2", "0001-01-01T00:00:00Z,2", "9999-12-31 23:59:59,2"):
        file.write_text("\n".join(["time,temperature", *lines([2.0] * 30), odd]) + "\n")
        plot = ["--plot", str(tmp_path / "trip.png"), "--tz", "Asia/Shanghai"]
        with pytest.raises(SystemExit) as ended:
            main(["evaluate", str(file), "--profile", "iced-seafood", *plot])
        assert ended.value.code == 1
        assert "9999" in capsys.readouterr().out or "0001" in odd
