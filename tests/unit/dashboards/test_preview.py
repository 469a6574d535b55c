"""The likeness of a board: what it draws from the board's JSON and from answers."""

import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboards.boards import BOARDS
from dashboards.preview.cells import mixed
from dashboards.preview.curves import curves, lines, switches
from dashboards.preview.fields import ink, shown
from dashboards.preview.panels import DRAW, Asked
from dashboards.preview.scale import Scale, ticks, time_ticks
from series.reader import Series

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = 60_000
PANELS: dict[str, dict[str, Any]] = {
    panel["title"]: panel for board in BOARDS for panel in board.json("en")["panels"]
}


def test_every_type_of_panel_that_a_board_has_can_be_drawn() -> None:
    assert {panel["type"] for panel in PANELS.values()} <= set(DRAW)


def test_a_field_is_shown_as_the_board_says() -> None:
    worst = PANELS["Worst first"]
    margin = shown(worst, "margin")
    assert margin.title == "Margin to limit"
    assert margin.text(-1.25, SHANGHAI) == "-1.2 °C"
    assert (margin.colour_of(-0.1), margin.colour_of(0.1), margin.colour_of(2)) == (
        "#D55E00",
        "#F0E442",
        "#0072B2",
    )
    state = shown(worst, "severity")
    assert (state.text(3, SHANGHAI), state.colour_of(3)) == ("Critical", "#D55E00")
    assert shown(worst, "rank").is_hidden
    assert shown(worst, "last_at").text(0, SHANGHAI) == "1970-01-01 08:00:00"


def test_what_is_not_there_is_shown_as_nothing() -> None:
    assert shown(PANELS["Worst first"], "margin").text(None, SHANGHAI) == ""


@pytest.mark.parametrize(("colour", "text"), [("#F0E442", "#000"), ("#0072B2", "#fff")])
def test_text_is_legible_on_its_colour(colour: str, text: str) -> None:
    assert ink(colour) == text


def margin_panel(values: list[float | None]) -> str:
    rows: list[list[float | int | str | bool | None]] = [
        [at * MINUTE, value] for at, value in enumerate(values)
    ]
    panel = PANELS["Worst margin by kind"]
    answer = [Series("fleet", ["time", "margin"], {"kind": "van"}, rows)]
    found = curves(panel, [("$tag_kind", answer)])
    assert [curve.shown.title for curve in found] == ["Van"]
    return lines(panel, found, 0, len(values) * MINUTE, SHANGHAI)


def test_a_gap_is_left_as_a_gap() -> None:
    assert margin_panel([1.0, 1.5, None, 2.0, 1.0]).count("<polyline") == 2


def test_a_lone_value_is_a_dot() -> None:
    drawn = margin_panel([1.0, 1.5, None, 2.0])
    assert (drawn.count("<polyline"), drawn.count("<circle")) == (1, 1)


def test_what_is_beyond_the_limits_is_shaded_where_there_is_any() -> None:
    assert '<rect x="56"' in margin_panel([1.0, -1.0])
    assert "<rect" not in margin_panel([1.0, 2.0])


def test_the_greatest_and_the_least_of_a_channel_have_one_name_and_colour() -> None:
    panel = PANELS["Temperatures"]
    answers: list[tuple[str | None, list[Series]]] = [
        (
            "$tag_compartment $col",
            [Series("reading", ["time", f"{which}_air"], {"compartment": "main"}, [[0, 4.0]])],
        )
        for which in ("max", "min")
    ]
    greatest, least = curves(panel, answers)
    assert (greatest.name, greatest.colour) == (least.name, least.colour)
    assert greatest.name == "main.air"


def test_a_switch_is_drawn_only_while_it_is_known() -> None:
    panel = PANELS["Doors, defrost, compressor, mains"]
    rows: list[list[float | int | str | bool | None]] = [[0, 1], [MINUTE, None], [2 * MINUTE, 0]]
    answer = [Series("reading", ["time", "max_door"], {"compartment": "main"}, rows)]
    found = curves(panel, [("$tag_compartment $col", answer)])
    drawn = switches(panel, found, 0, 4 * MINUTE, SHANGHAI)
    assert drawn.count("<rect") == 2
    assert "main.door" in drawn


def test_an_empty_table_says_what_the_board_says_of_none() -> None:
    panel = PANELS["Silent"]
    assert DRAW["table"](Asked(panel, [(None, [])], 0, 1, SHANGHAI)) == '<p class="none">none</p>'


def test_stored_text_can_not_become_markup() -> None:
    row: list[float | int | str | bool | None] = [0, 1, "<b>", "van", "x", 1.0, 2.0, "main.air"]
    columns = ["time", "severity", "device", "kind", "county", "margin", "worst", "worst_channel"]
    panel = PANELS["Worst first"]
    asked = Asked(panel, [(None, [Series("asset", columns, {}, [row])])], 0, 1, SHANGHAI)
    assert "&lt;b&gt;" in DRAW["table"](asked)


Row = list[float | int | str | bool | None]


def test_a_heat_maps_cells_are_coloured_by_number_and_left_blank_where_there_is_none() -> None:
    panel = PANELS["Compartments by margin to their limit"]
    counted: dict[str, list[float | None]] = {"beyond_0": [4, 0, 2], "inside_0": [1, None, 1]}
    answers: list[tuple[str | None, list[Series]]] = []
    for band, numbers in counted.items():
        rows: list[Row] = [[n * MINUTE, number] for n, number in enumerate(numbers)]
        answers.append((band, [Series("fleet", ["time", band], {}, rows)]))
    drawn = DRAW["heatmap"](Asked(panel, answers, 0, 3 * MINUTE, SHANGHAI))
    assert drawn.count("<rect") == 4
    assert drawn.count(f'fill="{mixed("Cividis", 1)}"') == 1
    assert drawn.index("inside by &lt; 0.5") < drawn.index("beyond by &lt; 2")  # from below up


def group(county: str, partition: str, *values: float) -> Series:
    fields = ["devices", "compartments", "beyond_4", "beyond_2", "beyond_0", "inside_0", "silent"]
    row: Row = [0, *values]
    columns = ["time", *fields, "worst_margin", "last_at"]
    return Series("fleet", columns, {"county": county, "partition": partition}, [row])


def test_a_table_is_grouped_as_the_board_groups_it() -> None:
    panel = PANELS["By county"]
    answer = [
        group("Jimo", "0", 3, 12, 0, 0, 1, 2, 0, -1.5, MINUTE),
        group("Jimo", "1", 2, 8, 0, 0, 0, 1, 1, 0.25, 2 * MINUTE),
        group("Laixi", "0", 1, 4, 0, 0, 0, 0, 0, 2.0, MINUTE),
    ]
    drawn = DRAW["table"](Asked(panel, [(None, answer)], 0, MINUTE, SHANGHAI))
    [_, jimo, _] = re.findall(r"<tr>(.*?)</tr>", drawn)
    cells = re.findall(r"<td[^>]*>(.*?)</td>", jimo)
    assert cells == [
        *("Jimo", "5", "20", "0", "0", "1", "3", "1", "-1.5 °C"),
        "1970-01-01 08:02:00",
    ]


def test_tiles_sum_rows_where_the_board_sums_them() -> None:
    panel = PANELS["Devices by state"]
    columns = ["time", "devices", "critical"]
    answer = [Series("fleet", columns, {"partition": p}, [[0, 40, 1]]) for p in "01"]
    drawn = DRAW["stat"](Asked(panel, [(None, answer)], 0, 1, SHANGHAI))
    assert "<b>80</b>" in drawn
    assert "<b>2</b>" in drawn


def test_every_scheme_that_a_board_names_can_be_drawn() -> None:
    assert (mixed("Cividis", 0), mixed("Cividis", 1)) == ("#002051", "#fdea45")
    assert mixed("continuous-BlYlRd", 0.5) == "#fff899"
    for panel in PANELS.values():
        if panel["type"] == "heatmap":
            assert mixed(panel["options"]["color"]["scheme"], 0.3)
        if panel["type"] == "status-history":
            assert mixed(panel["fieldConfig"]["defaults"]["color"]["mode"], 0.3)


def test_a_compartments_history_is_a_row_with_a_gap_where_nothing_was_heard() -> None:
    panel = PANELS["One locker's compartments"]
    rows: list[Row] = [[0, 2.0], [MINUTE, None], [2 * MINUTE, 6.0]]
    answer = [Series("reading", ["time", "max_air"], {"compartment": "c01"}, rows)]
    asked = Asked(panel, [("$tag_compartment $col", answer)], 0, 3 * MINUTE, SHANGHAI)
    drawn = DRAW["status-history"](asked)
    assert drawn.count("<rect") == 2
    assert ">c01.air<" in drawn
    assert "2.0 °C" in drawn
    assert "6.0 °C" in drawn


def test_a_bar_gauge_has_a_bar_a_row_in_the_colour_of_its_step() -> None:
    panel = PANELS["Time left to be cold"]
    rows: list[Row] = [
        [0, -60.0, "precooler-7", "main.product"],
        [0, 90.0, "precooler-3", "main.product"],
    ]
    columns = ["time", "left_minutes", "device", "channel"]
    asked = Asked(panel, [(None, [Series("pull_down", columns, {}, rows)])], 0, 1, SHANGHAI)
    drawn = DRAW["bargauge"](asked)
    assert drawn.count("<rect") == 2
    assert (drawn.count('fill="#D55E00"'), drawn.count('fill="#0072B2"')) == (1, 1)
    assert "precooler-7 main.product" in drawn
    assert "-60 min" in drawn


def test_a_bar_gauge_without_rows_says_what_the_board_says_of_none() -> None:
    asked = Asked(PANELS["Time left to be cold"], [(None, [])], 0, 1, SHANGHAI)
    assert DRAW["bargauge"](asked) == '<p class="none">none</p>'


def test_the_band_is_filled_between_its_edges_and_one_edge_alone_is_a_line() -> None:
    panel = PANELS["Temperatures"]

    def drawn(*sides: str) -> str:
        rows: list[Row] = [[0, 1.0], [10 * MINUTE, 1.0]]
        answers = [("$col", [Series("piece", ["time", side], {}, rows)]) for side in sides]
        return DRAW["timeseries"](Asked(panel, answers, 0, 20 * MINUTE, SHANGHAI))

    assert drawn("low", "high").count("<polygon") == 1
    assert drawn("high").count("<polygon") == 0
    assert "Most allowed" in drawn("high")


def test_bars_stand_on_each_other_where_the_panel_stacks_them_and_there_is_none_for_nothing() -> (
    None
):
    panel = PANELS["Alerts raised"]
    rows: list[Row] = [[0, 2, 1], [15 * MINUTE, None, 3], [30 * MINUTE, 0, None]]
    answer = [Series("alert", ["time", "critical", "warning"], {}, rows)]
    drawn = DRAW["timeseries"](Asked(panel, [("$col", answer)], 0, 60 * MINUTE, SHANGHAI))
    bars = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"', drawn)
    assert len(bars) == 3
    (x, top, _), (other_x, other_top, tall), _ = bars
    assert x == other_x
    assert float(other_top) + float(tall) == pytest.approx(float(top), abs=0.2)


def test_how_long_ago_a_moment_is_is_told_by_the_ranges_end() -> None:
    how = shown(PANELS["Open alerts"], "raised", 90 * MINUTE)
    assert how.text(30 * MINUTE, SHANGHAI) == "60 min"


def test_ticks_are_round_and_span_what_is_drawn() -> None:
    assert ticks(-1.3, 2.2) == [-2, -1, 0, 1, 2, 3]
    assert ticks(4.0, 4.0)[0] <= 4.0 <= ticks(4.0, 4.0)[-1]


def test_times_are_round_in_the_readers_zone() -> None:
    labels = [text for _, text in time_ticks(MINUTE, 6 * 60 * MINUTE, SHANGHAI)]
    assert labels == ["09:00", "10:00", "11:00", "12:00", "13:00", "14:00"]


def test_a_scale_of_one_value_divides_by_nothing() -> None:
    assert Scale(4, 4, 0, 100).at(4) == 0
