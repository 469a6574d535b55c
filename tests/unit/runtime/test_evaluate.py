"""`coldchain evaluate`, as it is called: what it prints, and how it exits."""

from pathlib import Path
from typing import Any

import pytest

#: DESIGN.md, section 6; the last two by decisions 0017 and 0020.
KEYS = (
    "channel profile readings duplicates conflicts start end known_minutes unknown_minutes"
    " min max mean mkt limits excursions shelf_life verdict reasons rejected faults skipped"
)
LIMIT_KEYS = (
    "id side threshold inclusive mode allowed_minutes severity minutes degree_minutes confirmed"
)
EXCURSION_KEYS = (
    "id limit severity start confirmed end minutes unknown_minutes degree_minutes peak peak_at"
)


@pytest.fixture
def logger(tmp_path: Path) -> Path:
    """Five minutes apart: cold, 40 minutes at 6 °C, cold again; one bad line."""
    values = [2, 2, *([6] * 9), 2, 2]
    lines = [f"2016-02-10T{14 + i // 12}:{i % 12 * 5:02}:00Z,{v}" for i, v in enumerate(values)]
    path = tmp_path / "trip.csv"
    path.write_text("\n".join(["date,temperature", *lines[:3], "ERR", *lines[3:], ""]))
    return path


def test_the_json_has_the_keys_of_the_contract_in_their_order(evaluate: Any, logger: Path) -> None:
    called = evaluate(logger, "--profile", "iced-seafood", "--json")
    (found,) = called.printed
    assert list(found) == KEYS.split()
    assert {" ".join(limit) for limit in found["limits"]} == {LIMIT_KEYS}
    assert {" ".join(excursion) for excursion in found["excursions"]} == {EXCURSION_KEYS}
    assert list(found["shelf_life"]) == ["model", "used", "remaining_hours", "at_celsius"]
    assert (called.status, found["verdict"]) == (1, "reject")
    assert found["rejected"] == [{"line": 5, "reason": "fields: 1, the header has 2"}]
    assert (found["start"], found["readings"]) == ("2016-02-10T14:00:00.000Z", 13)


def test_an_excursion_runs_between_the_crossings_of_the_line(evaluate: Any, logger: Path) -> None:
    (found,) = evaluate(logger, "--profile", "iced-seafood", "--json").printed
    (warm,) = [e for e in found["excursions"] if e["limit"] == "warm"]
    # From 2 to 6 °C in 5 minutes crosses 4 halfway, and back again.
    assert (warm["start"], warm["end"]) == ("2016-02-10T14:07:30.000Z", "2016-02-10T14:52:30.000Z")
    assert warm["confirmed"] == "2016-02-10T14:37:30.000Z"
    assert (warm["minutes"], warm["peak"], warm["unknown_minutes"]) == (45.0, 6.0, 0.0)
    assert warm["degree_minutes"] == 40 * 2 + 2 * 2.5


def test_what_stayed_cold_is_accepted(evaluate: Any, logger: Path) -> None:
    logger.write_text(logger.read_text().replace(",6", ",3"))
    called = evaluate(logger, "--profile", "iced-seafood", "--json")
    assert (called.status, called.printed[0]["verdict"]) == (0, "accept")
    assert called.printed[0]["excursions"] == []


def test_a_column_is_judged_each_for_itself(evaluate: Any, tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    path.write_text(
        "time,a,b\n" + "".join(f"2016-02-10T14:{m:02}:00Z,2,{8 if m else 2}\n" for m in range(50))
    )
    called = evaluate(path, "--profile", "iced-seafood", "--json")
    assert [(f["channel"], f["verdict"]) for f in called.printed] == [
        ("a", "accept"),
        ("b", "reject"),
    ]
    assert called.status == 1


def test_conflicts_and_repeats_are_counted_and_conflicts_are_to_assess(
    evaluate: Any, tmp_path: Path
) -> None:
    path = tmp_path / "conflict.csv"
    minutes = [0, 5, 5, 3, 8, 8]
    values = [2, 2, 2, 2, 2, 3]
    lines = [f"2016-02-10T14:{m:02}:00Z,{v}\n" for m, v in zip(minutes, values, strict=True)]
    path.write_text("time,t\n" + "".join(lines))
    called = evaluate(path, "--profile", "iced-seafood", "--json")
    (found,) = called.printed
    assert (found["readings"], found["duplicates"], found["conflicts"]) == (4, 1, 1)
    assert (found["verdict"], found["max"], called.status) == ("review", 3.0, 1)


def test_a_header_alone_is_to_assess_for_nothing_was_measured(
    evaluate: Any, tmp_path: Path
) -> None:
    path = tmp_path / "header.csv"
    path.write_text("date,temperature\n")
    called = evaluate(path, "--profile", "iced-seafood", "--json")
    (found,) = called.printed
    assert (called.status, found["verdict"]) == (1, "review")
    assert found["reasons"] == ["nothing was measured"]
    assert [found[key] for key in ("start", "end", "min", "max", "mean", "mkt")] == [None] * 6


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--profile", "iced-seafod"], "did you mean iced-seafood?"),
        (["--profile", "x"], "there are berries, "),
        ([], "--profile is missing"),
        (["--profile", "iced-seafood", "--tz", "Asia/Atlantis"], "no such time zone"),
        (["--profile", "iced-seafood", "--tz", "../../etc"], "no such time zone"),
        (["--profile", "iced-seafood", "--plot", "trip.jpeg"], "end in .png or .svg"),
        (["--profile", "iced-seafood", "--plot", "no/such/folder.png"], "there is no folder"),
        (["--profile", "iced-seafood", "--profiles", "nowhere"], "not a folder of profiles"),
    ],
)
def test_wrong_use_is_one_clear_line_and_exit_2(
    evaluate: Any, logger: Path, options: list[str], said: str
) -> None:
    called = evaluate(logger, *options)
    assert (called.status, called.out) == (2, "")
    assert said in called.err
    assert called.err.count("\n") == 1


def test_times_without_a_zone_need_one(evaluate: Any, tmp_path: Path) -> None:
    path = tmp_path / "local.csv"
    path.write_text("time,t\n2016-02-10T22:10:00,2\n2016-02-10T22:15:00,2\n")
    without = evaluate(path, "--profile", "iced-seafood", "--json")
    assert without.status == 2
    assert "line 2" in without.err
    assert "--tz" in without.err
    given = evaluate(path, "--profile", "iced-seafood", "--json", "--tz", "Asia/Shanghai")
    assert (given.status, given.printed[0]["start"]) == (0, "2016-02-10T14:10:00.000Z")


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"a,b\n1,2\n"])
def test_a_file_of_no_use_is_exit_2(evaluate: Any, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    called = evaluate(path, "--profile", "iced-seafood", "--json")
    assert (called.status, called.err.count("\n")) == (2, 1)


def test_the_table_speaks_both_languages_and_shows_local_time(evaluate: Any, logger: Path) -> None:
    english = evaluate(logger, "--profile", "iced-seafood", "--language", "en").out
    chinese = evaluate(logger, "--profile", "iced-seafood", "--language", "zh-CN").out
    assert "out of limits (reject)" in english
    assert "超限 (reject)" in chinese
    for value, said in ((3, "符合 (accept)"), (4.5, "超限 (reject)")):
        logger.write_text(logger.read_text().replace(",6", f",{value}"))
        assert said in evaluate(logger, "--profile", "iced-seafood", "--language", "zh-CN").out
        logger.write_text(logger.read_text().replace(f",{value}", ",6"))
    for table in (english, chinese):
        assert "22:07:30" in table  # 14:07:30 in Shanghai
        assert "Asia/Shanghai" in table
    assert "lines that could not be read: 1" in english
    assert "line 5" in english
