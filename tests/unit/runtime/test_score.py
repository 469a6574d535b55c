"""`coldchain score`: its forms of input, its exit status, and how it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest

from runtime.cli import main

PLACE = {"device": "van-1", "compartment": "main", "channel": "main.product"}
TRUE = PLACE | {
    "profile": "iced-seafood",
    "limit": "warm",
    "start": "2026-07-18T06:00:00.000Z",
    "confirmed": "2026-07-18T06:30:00.000Z",
    "end": None,
    "minutes": 50.0,
    "peak": 8.0,
}
FOUND = PLACE | {
    "v": 1,
    "id": "a",
    "state": "confirmed",
    "limit": "warm",
    "severity": "critical",
    "profile": "iced-seafood",
    "start": "2026-07-18T06:01:00.000Z",
    "confirmed": "2026-07-18T06:31:00.000Z",
    "end": None,
    "minutes": 49.0,
    "unknown_minutes": 0.0,
    "degree_minutes": 99.0,
    "peak": 8.0,
    "peak_at": "2026-07-18T06:40:00.000Z",
    "as_of": 3,
}
OPENED = FOUND | {"state": "opened", "confirmed": None, "as_of": 1}


def status(tmp_path: Path, truth: Any, found: str, *more: str) -> int:
    (tmp_path / "truth.json").write_text(truth if isinstance(truth, str) else json.dumps(truth))
    (tmp_path / "found.json").write_text(found)
    given = ["--truth", str(tmp_path / "truth.json"), "--excursions", str(tmp_path / "found.json")]
    with pytest.raises(SystemExit) as ended:
        main(["score", *given, *more])
    return int(ended.value.code or 0)


def truth(*excursions: Any) -> dict[str, Any]:
    return {"excursions": list(excursions), "faults": [], "frames": {"made": 1}}


@pytest.mark.parametrize(
    "found",
    [
        json.dumps({"excursions": [FOUND]}),
        json.dumps({"excursions": [FOUND]}, indent=1),
        json.dumps([FOUND]),
        json.dumps(FOUND),
        f"{json.dumps(OPENED)}\n\n{json.dumps(FOUND)}\n",
    ],
)
def test_a_batchs_document_and_the_topics_lines_are_both_read(
    found: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(tmp_path, truth(TRUE), found, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["is_perfect"] is True
    assert said["by_limit"][0]["delay"] == 1.0


@pytest.mark.parametrize("found", ["", '{"excursions": []}', json.dumps(OPENED)])
def test_a_miss_is_status_1_and_is_named(
    found: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(tmp_path, truth(TRUE), found, "--language", "en") == 1
    out = capsys.readouterr().out
    assert "missed: van-1 main.product warm (critical)" in out
    assert "1 missed, 0 false alarms." in out


def test_a_false_alarm_is_status_1_and_is_named_in_chinese_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(tmp_path, truth(), json.dumps([FOUND]), "--language", "zh-CN") == 1
    assert "误报: van-1 main.product warm" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("true", "found", "said"),
    [
        ("{", "", "not a truth file"),
        ('{"faults": []}', "", "not a truth file"),
        (truth(), "hello", "line 1: not JSON"),
        (truth(), f"{json.dumps(FOUND)}\n{{}}", "line 2: not an excursion's record"),
        (truth(TRUE | {"start": "yesterday"}), "", "yesterday"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(
    true: Any, found: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(tmp_path, true, found) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["score", "--truth", "no.json", "--excursions", "no.json"])
    assert ended.value.code == 2
    assert "no.json: can't be read" in capsys.readouterr().err


@pytest.mark.parametrize("found", ['{"excursions": 5}', '{"excursions": [], "conditions": 5}'])
def test_records_that_are_no_list_are_refused_in_one_line(
    found: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(tmp_path, truth(), found) == 2
    error = capsys.readouterr().err
    assert "must be lists" in error
    assert error.count("\n") == 1
