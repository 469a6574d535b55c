"""The boards as they are built. Golden files: `coldchain dashboards build` into `golden` anew."""

import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from coldchain.reasons import Language
from dashboards.boards import BOARDS, BY_SLUG, Board
from dashboards.influxql import DATASOURCE_UID, register
from dashboards.known import unknown_names
from dashboards.words import LANGUAGES

GOLDEN = Path(__file__).parent / "golden"
EACH = [(board, language) for board in BOARDS for language in LANGUAGES]
each = pytest.mark.parametrize(
    ("board", "language"), EACH, ids=[board.uid(language) for board, language in EACH]
)


def panels(board: Board, language: Language) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = board.json(language)["panels"]
    return found


@each
def test_a_board_is_as_its_golden_file_has_it(board: Board, language: Language) -> None:
    file = GOLDEN / f"{board.uid(language)}.json"
    assert board.text(language) + "\n" == file.read_text(encoding="utf-8"), (
        "if this change is meant: coldchain dashboards build tests/unit/dashboards/golden"
    )


def test_no_golden_file_is_of_a_board_that_is_gone() -> None:
    assert {file.stem for file in GOLDEN.glob("*.json")} == {b.uid(lang) for b, lang in EACH}


@each
def test_built_twice_it_is_the_same(board: Board, language: Language) -> None:
    assert board.text(language) == board.text(language)


@each
def test_the_sdk_reads_it_back_as_the_same(board: Board, language: Language) -> None:
    register_default_plugins()
    register()
    read = Dashboard.from_json(board.json(language))
    again = json.loads(json.dumps(read, cls=JSONEncoder))
    assert again["panels"] == panels(board, language)


def test_uids_are_of_a_length_that_grafana_takes_and_no_two_are_one() -> None:
    uids = [board.uid(language) for board, language in EACH]
    assert len(set(uids)) == len(uids)
    assert all(8 <= len(uid) <= 40 for uid in uids)


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.slug)
def test_both_languages_ask_the_same_under_other_titles(board: Board) -> None:
    english, chinese = (list(board.asked(language)) for language in ("en", "zh-CN"))
    assert [one.query.query for one in english] == [one.query.query for one in chinese]
    assert board.title("en") != board.title("zh-CN")
    assert all(a.panel != b.panel for a, b in zip(english, chinese, strict=True))


@each
def test_every_panel_has_a_number_a_title_and_says_what_it_is(
    board: Board, language: Language
) -> None:
    found = panels(board, language)
    assert len({panel["id"] for panel in found}) == len(found)
    for panel in found:
        assert panel["title"]
        assert panel["description"]
        assert panel["type"] == "text" or panel["fieldConfig"]["defaults"]["noValue"]


@each
def test_every_target_names_our_data_source_and_its_own_letter(
    board: Board, language: Language
) -> None:
    for panel in panels(board, language):
        targets = panel.get("targets", [])
        assert targets or panel["type"] == "text"
        assert len({target["refId"] for target in targets}) == len(targets)
        for target in targets:
            assert target["datasource"]["uid"] == DATASOURCE_UID
            assert target["rawQuery"] is True


@each
def test_no_two_panels_lie_on_each_other_nor_beyond_the_edge(
    board: Board, language: Language
) -> None:
    places = [panel["gridPos"] for panel in panels(board, language)]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for one, other in combinations(places, 2):
        is_beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        is_below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert is_beside or is_below


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.slug)
def test_no_question_names_what_the_schema_lacks(board: Board) -> None:
    for asked in board.asked("en"):
        assert unknown_names(asked.query.query) == [], asked.panel


@pytest.mark.parametrize("slug", ["fleet-now", "lockers"])
def test_an_overview_asks_neither_a_million_series_nor_every_device(slug: str) -> None:
    for asked in BY_SLUG[slug].asked("en"):
        of_one = "/^$device$/" in asked.query.query
        assert of_one or '"reading"' not in asked.query.query
        assert of_one or '"piece"' not in asked.query.query
        assert of_one or '"asset"' not in asked.query.query


def lines(board: Board) -> Iterator[dict[str, Any]]:
    return (panel for panel in panels(board, "en") if panel["type"] == "timeseries")


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.slug)
def test_gaps_are_asked_for_as_gaps_and_no_line_is_drawn_over_them(board: Board) -> None:
    for panel in lines(board):
        assert panel["fieldConfig"]["defaults"]["custom"]["spanNulls"] in (False, 15 * 60_000)
        for target in panel["targets"]:
            assert target["query"].endswith("fill(null)")


def test_the_fleets_tables_lead_to_the_assets_board_of_their_language() -> None:
    fleet, asset = BY_SLUG["fleet-now"], BY_SLUG["asset"]
    for language in LANGUAGES:
        assert f"/d/{asset.uid(language)}?var-device=" in fleet.text(language)


@pytest.mark.parametrize("slug", ["alerts", "asset"])
def test_an_alerts_row_leads_to_its_page_wherever_the_pages_are(slug: str) -> None:
    board = BY_SLUG[slug].json("en", "https://cold.example/")
    links = [
        link["url"]
        for panel in board["panels"]
        for override in panel["fieldConfig"]["overrides"]
        for one in override["properties"]
        if one["id"] == "links"
        for link in one["value"]
    ]
    assert "${console}/a/${__data.fields.id}" in links
    [console] = [one for one in board["templating"]["list"] if one["name"] == "console"]
    assert (console["type"], console["query"], console["hide"]) == (
        "constant",
        "https://cold.example",
        2,
    )
    assert "${console}/shift" in [link["url"] for link in board["links"]]


def test_the_worst_comes_first_though_the_store_answers_by_time() -> None:
    titled = {panel["title"]: panel for panel in panels(BY_SLUG["fleet-now"], "en")}
    [sort] = titled["Worst first"]["transformations"]
    assert sort == {
        "id": "sortBy",
        "options": {"fields": {}, "sort": [{"field": "rank", "desc": True}]},
    }
