"""Push, against a server that refuses what Grafana's own OpenAPI does not know."""

from dataclasses import replace
from typing import Any, Protocol

import pytest

from dashboards.boards import BOARDS
from dashboards.grafana import GrafanaError
from dashboards.influxql import DATASOURCE_UID
from dashboards.push import Change, push
from dashboards.settings import GrafanaSettings
from dashboards.words import LANGUAGES
from series.settings import SeriesSettings

TOKEN = "glsa_secret"
SERIES = SeriesSettings(url="http://influxdb:8086", token="t0ken", bucket="cold")
UIDS = [board.uid(language) for board in BOARDS for language in LANGUAGES]


class FakeGrafana(Protocol):
    url: str
    folders: dict[str, dict[str, Any]]
    sources: dict[str, dict[str, Any]]
    boards: dict[str, tuple[dict[str, Any], str]]
    asked: list[str]
    changes: list[str]


def settings(grafana: FakeGrafana, token: str = TOKEN) -> GrafanaSettings:
    return GrafanaSettings(url=grafana.url, token=token)


def outcomes(changes: list[Change]) -> dict[str, str]:
    return {change.uid: change.outcome for change in changes if change.kind != "folder"}


def test_an_empty_grafana_gets_folder_data_source_and_every_board(grafana: FakeGrafana) -> None:
    changes = push(settings(grafana), SERIES, BOARDS)
    assert {change.outcome for change in changes} == {"created"}
    assert list(grafana.folders) == ["coldchain"]
    assert grafana.sources[DATASOURCE_UID]["secureJsonFields"] == {"httpHeaderValue1": True}
    assert sorted(grafana.boards) == sorted(UIDS)
    assert {folder for _, folder in grafana.boards.values()} == {"coldchain"}


def test_a_second_push_changes_nothing_and_says_so(grafana: FakeGrafana) -> None:
    series = replace(SERIES, token="")
    push(settings(grafana), series, BOARDS)
    grafana.asked.clear()
    changes = push(settings(grafana), series, BOARDS)
    assert {change.outcome for change in changes} == {"unchanged"}
    assert grafana.changes == []
    assert len(grafana.boards) == len(UIDS)


def test_a_token_that_grafana_does_not_show_is_sent_again(grafana: FakeGrafana) -> None:
    push(settings(grafana), SERIES, BOARDS)
    grafana.asked.clear()
    changes = push(settings(grafana), replace(SERIES, token="new"), BOARDS)
    assert {change.outcome for change in changes} == {"unchanged"}
    assert grafana.changes == [f"PUT /datasources/uid/{DATASOURCE_UID}"]


def test_what_somebody_changed_is_put_right_and_nothing_else_is_touched(
    grafana: FakeGrafana,
) -> None:
    push(settings(grafana), SERIES, BOARDS)
    grafana.boards[UIDS[0]][0]["panels"].pop()
    board, _ = grafana.boards[UIDS[1]]
    grafana.boards[UIDS[1]] = (board, "elsewhere")
    grafana.sources[DATASOURCE_UID]["url"] = "http://old:8086"
    grafana.folders["coldchain"]["title"] = "Cold"
    changes = push(settings(grafana), SERIES, BOARDS)
    updated = {change.uid for change in changes if change.outcome == "updated"}
    assert updated == {"coldchain", DATASOURCE_UID, UIDS[0], UIDS[1]}
    assert {change.outcome for change in changes} == {"updated", "unchanged"}
    assert grafana.folders["coldchain"]["title"] == "Coldchain"
    assert grafana.boards[UIDS[0]][0]["version"] == 2
    assert {folder for _, folder in grafana.boards.values()} == {"coldchain"}


def test_a_board_that_left_the_code_is_named_and_removed_only_when_asked(
    grafana: FakeGrafana,
) -> None:
    push(settings(grafana), SERIES, BOARDS)
    rest = [board.uid(language) for board in BOARDS[1:] for language in LANGUAGES]
    kept = outcomes(push(settings(grafana), SERIES, BOARDS[:1]))
    assert {kept[uid] for uid in rest} == {"not in code"}
    assert sorted(grafana.boards) == sorted(UIDS)
    gone = outcomes(push(settings(grafana), SERIES, BOARDS[:1], remove=True))
    assert {gone[uid] for uid in rest} == {"removed"}
    assert sorted(grafana.boards) == sorted(BOARDS[0].uid(language) for language in LANGUAGES)


def test_somebody_elses_boards_are_never_removed(grafana: FakeGrafana) -> None:
    theirs = {"uid": "theirs", "title": "Theirs", "version": 1}
    grafana.boards["untagged"] = ({**theirs, "tags": []}, "coldchain")
    grafana.boards["elsewhere"] = ({**theirs, "tags": ["coldchain"]}, "")
    push(settings(grafana), SERIES, BOARDS, remove=True)
    assert {"untagged", "elsewhere"} <= set(grafana.boards)


def test_one_language_pushed_leaves_the_other_alone(grafana: FakeGrafana) -> None:
    push(settings(grafana), SERIES, BOARDS)
    changes = push(settings(grafana), SERIES, BOARDS, languages=["en"], remove=True)
    assert {change.outcome for change in changes} == {"unchanged"}
    assert len(grafana.boards) == len(UIDS)


def test_grafana_may_know_influxdb_by_another_name(grafana: FakeGrafana) -> None:
    there = replace(settings(grafana), influxdb_url="http://inside:8086")
    push(there, SERIES, BOARDS)
    assert grafana.sources[DATASOURCE_UID]["url"] == "http://inside:8086"


def test_alerts_lead_to_where_people_reach_the_pages(grafana: FakeGrafana) -> None:
    push(replace(settings(grafana), console_url="https://cold.example"), SERIES, BOARDS)
    board, _ = grafana.boards["coldchain-alerts-en"]
    assert "https://cold.example" in [one["query"] for one in board["templating"]["list"]]


def test_a_wrong_token_is_an_error_in_one_line(grafana: FakeGrafana) -> None:
    with pytest.raises(GrafanaError, match="refuses: Unauthorized"):
        push(settings(grafana, "wrong"), SERIES, BOARDS)
    assert grafana.boards == {}


def test_a_grafana_that_does_not_answer_is_an_error_in_one_line() -> None:
    with pytest.raises(GrafanaError, match="does not answer"):
        push(GrafanaSettings(url="http://127.0.0.1:9", token=TOKEN), SERIES, BOARDS)


@pytest.mark.parametrize(
    ("url", "token", "said"), [("grafana:3000", TOKEN, "URL"), ("http://grafana:3000", "", "token")]
)
def test_what_can_not_work_is_said_before_anything_is_asked(
    url: str, token: str, said: str
) -> None:
    with pytest.raises(GrafanaError, match=said):
        push(GrafanaSettings(url=url, token=token), SERIES, BOARDS)
