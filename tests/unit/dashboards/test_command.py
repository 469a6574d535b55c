"""The command: what it writes, and how it says that it can't."""

import json
from collections import Counter
from pathlib import Path
from typing import Any, Protocol

import pytest
from typer.testing import CliRunner

from dashboards.boards import BOARDS
from dashboards.words import LANGUAGES
from runtime.commands.dashboards import app
from runtime.errors import UserError


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_build_writes_a_file_for_each_board_and_language(tmp_path: Path) -> None:
    run("build", str(tmp_path / "boards"))
    for board in BOARDS:
        for language in LANGUAGES:
            file = tmp_path / "boards" / f"{board.uid(language)}.json"
            assert json.loads(file.read_text(encoding="utf-8")) == board.json(language)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "--since", "yesterday"], "not a time"),
        (["check", "--since", "2026-11-24T08:00:00"], "without a zone"),
        (
            ["check", "--since", "2026-11-24T08:00:00Z", "--until", "2026-11-24T07:00:00Z"],
            "ends before it starts",
        ),
        (["push", "--url", "http://127.0.0.1:9"], "COLDCHAIN_DASHBOARDS_TOKEN"),
        (["preview", "x.html", "--language", "fr"], "no language 'fr'"),
        (["preview", "x.html", "--board", "fleet"], "no board 'fleet' here: fleet-now, asset"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_do(
    arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLDCHAIN_DASHBOARDS_TOKEN", raising=False)
    with pytest.raises(UserError, match=said):
        CliRunner().invoke(app, arguments, catch_exceptions=False)


class FakeGrafana(Protocol):
    url: str
    boards: dict[str, Any]


def test_push_says_what_changed_and_the_second_time_that_nothing_did(
    grafana: FakeGrafana, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLDCHAIN_DASHBOARDS_TOKEN", "glsa_secret")
    arguments = ["push", "--url", grafana.url, "--json"]
    first, second = (Counter(one["outcome"] for one in json.loads(run(*arguments))) for _ in "12")
    things = len(BOARDS) * len(LANGUAGES) + 2  # and folder and data source
    assert (first, second) == ({"created": things}, {"unchanged": things})
    assert "created" not in run("push", "--url", grafana.url)


def test_a_store_that_does_not_answer_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLDCHAIN_INFLUXDB_URL", "http://127.0.0.1:9")
    with pytest.raises(UserError, match="coldchain up"):
        CliRunner().invoke(app, ["check"], catch_exceptions=False)
