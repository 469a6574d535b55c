"""Every panel's question, asked of a real InfluxDB filled by the schema."""

import json
import re
from collections.abc import Iterator
from functools import partial
from itertools import count
from typing import Any

import pytest
from board_lists import ranked
from grafana_foundation_sdk.builders import table
from typer.testing import CliRunner

from dashboards.boards import BOARDS, BY_SLUG, Board
from dashboards.check import PanelCheck, check_boards, filled, first_values
from dashboards.influxql import Ask, Query
from dashboards.macros import fill
from dashboards.variables import choice
from runtime.commands.dashboards import app
from series.reader import Reader, Value
from series.schema import MARGIN_BANDS
from series.settings import SeriesSettings
from series.writer import Writer

pytestmark = pytest.mark.integration

END = 1_795_500_000_000
START = END - 3_600_000
FLEET = BY_SLUG["fleet-now"]
LOCKERS = BY_SLUG["lockers"]
ASSET = BY_SLUG["asset"]
FIRST_MILE = BY_SLUG["first-mile"]
ALERTS = BY_SLUG["alerts"]
PIPELINE = BY_SLUG["pipeline-health"]
BOARDS_OF_ONE = (LOCKERS, ASSET, FIRST_MILE)


def rows(
    settings: SeriesSettings,
    panel: str,
    kind: str = ".*",
    county: str = ".*",
    device: str = ".*",
    board: Board = FLEET,
    start: int = START,
    end: int = END,
) -> Iterator[dict[str, Value]]:
    """What a panel of a board is given, for a choice of kind, county and device."""
    reader = Reader(settings)
    for asked in board.asked("en"):
        if asked.panel == panel:
            chosen = {"kind": kind, "county": county, "device": device, "compartment": ".*"}
            for series in reader.query(filled(asked, chosen, start, end)):
                for row in series.values:
                    yield {**dict(zip(series.columns, row, strict=True)), **series.tags}
    reader.close()


def total(found: list[dict[str, Value]], field: str) -> float:
    """What a tile makes of rows."""
    return sum(float(str(row[field])) for row in found)


def test_every_panel_of_every_board_returns_data(small_fleet: SeriesSettings) -> None:
    checks = check_boards(small_fleet, BOARDS, START, END, slow_ms=10_000)
    assert [one for one in checks if one.problem or one.rows == 0] == []
    assert {one.board for one in checks} == {board.slug for board in BOARDS}


def test_counts_are_summed_over_partitions_and_say_as_of_when(small_fleet: SeriesSettings) -> None:
    *counts, as_of = rows(small_fleet, "Devices by state")
    assert [total(counts, one) for one in ("devices", "ok", "critical")] == [160, 96, 16]
    assert as_of["as_of"] == END


def test_counts_are_of_the_chosen_kind(small_fleet: SeriesSettings) -> None:
    *counts, _ = rows(small_fleet, "Devices by state", kind="(van|locker)")
    assert total(counts, "devices") == 80


def test_the_worst_come_first_critical_before_warning_before_not_confirmed(
    small_fleet: SeriesSettings,
) -> None:
    found = list(rows(small_fleet, "Worst first"))
    states = [int(str(row["severity"])) for row in found]
    assert states == [3] * 8 + [2] * 8 + [1] * 8
    for severity in (1, 2, 3):
        margins = [float(str(r["margin"])) for r in found if r["severity"] == severity]
        assert margins == sorted(margins)
    assert found[0]["device"] == "warehouse-38"
    assert found[0]["last_at"] == END


def test_devices_without_a_county_are_among_all_and_not_among_a_countys(
    small_fleet: SeriesSettings,
) -> None:
    assert "" in {row["county"] for row in rows(small_fleet, "Worst first")}
    assert {row["county"] for row in rows(small_fleet, "Worst first", county="即墨")} == {"即墨"}


def test_the_silent_are_shown_by_their_last_reading(small_fleet: SeriesSettings) -> None:
    found = list(rows(small_fleet, "Silent"))
    assert len(found) == 8
    assert {row["last_at"] for row in found} == {END - 30 * 60_000}


def test_a_device_is_once_in_a_list_however_often_it_was_told_of(
    small_fleet: SeriesSettings,
) -> None:
    for panel in ("Worst first", "Silent", "Map"):
        devices = [row["device"] for row in rows(small_fleet, panel)]
        assert len(devices) == len(set(devices)), panel


def test_who_left_a_list_is_not_in_it_though_nobody_took_the_place(
    small_fleet: SeriesSettings,
) -> None:
    writer = Writer(small_fleet)
    for partition in range(4):  # all that were beyond or silent are well again
        mine = {n: 0 for n in range(40) if n // 4 % 4 == partition}
        assert writer.send(ranked(mine, partition, 0, END + 30_000)).result() == []
    writer.close()
    for panel, left in (("Worst first", 0), ("Silent", 0), ("Map", 40)):
        assert len(list(rows(small_fleet, panel, end=END + 30_000))) == left, panel
    assert len(list(rows(small_fleet, "Worst first"))) == 24


def test_a_device_silent_since_yesterday_is_still_shown(small_fleet: SeriesSettings) -> None:
    later = END + 24 * 3_600_000
    writer = Writer(small_fleet)
    assert writer.send(ranked({4: 4, 9: 4}, 0, END, later)).result() == []
    writer.close()
    found = rows(small_fleet, "Silent", start=later - 60_000, end=later)
    assert [(row["device"], row["last_at"]) for row in found] == [
        ("van-4", END),
        ("locker-9", END),
    ]


def test_closed_and_withdrawn_excursions_are_not_open(small_fleet: SeriesSettings) -> None:
    assert [row["device"] for row in rows(small_fleet, "Open excursions")] == ["warehouse-38"]


def test_every_device_is_on_the_map(small_fleet: SeriesSettings) -> None:
    found = list(rows(small_fleet, "Map"))
    assert len({row["device"] for row in found}) == 40
    assert all(row["latitude"] and row["longitude"] for row in found)


def test_time_without_data_is_a_gap(small_fleet: SeriesSettings) -> None:
    [asked] = [one for one in FLEET.asked("en") if one.panel == "Worst margin by kind"]
    query = fill(asked.query.query, START - 600_000, END, {"kind": "van", "county": ".*"})
    reader = Reader(small_fleet)
    [series] = reader.query(query)
    reader.close()
    assert series.values[0][1] is None
    assert series.values[-1][1] == -1.5


def test_compartments_are_summed_by_their_margin_of_lockers_only(
    small_fleet: SeriesSettings,
) -> None:
    panel = "Compartments by margin to their limit"
    last: dict[str, Value] = {}
    for row in rows(small_fleet, panel, board=LOCKERS):
        last |= row
    assert [last[band] for band in MARGIN_BANDS] == [4, 8, 12, 16, 20, 24, 28, 32]


def test_counties_are_told_by_how_many_compartments_are_beyond_and_near(
    small_fleet: SeriesSettings,
) -> None:
    found = list(rows(small_fleet, "By county", board=LOCKERS))
    assert {row["county"] for row in found} == {"即墨"}
    assert (total(found, "compartments"), total(found, "inside_0")) == (144, 16)
    assert {(row["worst_margin"], row["last_at"]) for row in found} == {(-1.5, END)}


def test_pre_cooling_is_counted_and_the_one_with_least_time_left_comes_first(
    small_fleet: SeriesSettings,
) -> None:
    [counts] = rows(small_fleet, "Pre-cooling now", board=FIRST_MILE)
    assert (counts["late"], counts["cooling"], counts["probes"]) == (1, 2, 3)
    assert (counts["least_left"], counts["as_of"]) == (-60, END)
    found = list(rows(small_fleet, "Least time left first", board=FIRST_MILE))
    assert [(row["device"], row["left_minutes"]) for row in found] == [
        ("precooler-7", -60),
        ("precooler-3", 60),
    ]
    [late] = rows(small_fleet, "Not cold in time", board=FIRST_MILE)
    assert (late["device"], late["until"]) == ("precooler-7", -1)


def test_alerts_that_nobody_answered_come_first_the_oldest_of_them_first(
    small_fleet: SeriesSettings,
) -> None:
    found = list(rows(small_fleet, "Open alerts", board=ALERTS))
    by_rank = sorted(found, key=lambda row: -int(str(row["rank"])))
    assert [row["device"] for row in by_rank] == ["van-12", "warehouse-38", "van-8"]
    assert {str(row["id"]).startswith(str(row["device"])) for row in found} == {True}


def test_tiles_tell_how_many_alerts_wait_and_how_long_people_took(
    small_fleet: SeriesSettings,
) -> None:
    said: dict[str, Value] = {}
    for row in rows(small_fleet, "Alerts", board=ALERTS):
        said |= row
    assert (said["open"], said["unanswered"], said["alerts"], said["unheeded"]) == (3, 2, 4, 1)
    assert (said["ack_median"], said["oldest"]) == (4, END - 45 * 60_000)
    assert said["as_of"] == END - 40 * 60_000


def test_the_noisiest_device_is_told_with_what_came_of_it(small_fleet: SeriesSettings) -> None:
    found = {row["device"]: row for row in rows(small_fleet, "Noisiest", board=ALERTS)}
    noisy = found["van-8"]
    assert (noisy["alerts"], noisy["messages"], noisy["flaps"], noisy["unheeded"]) == (2, 4, 2, 1)


def test_what_rules_found_is_told_while_it_goes_on_and_of_one_device_after_it_too(
    small_fleet: SeriesSettings,
) -> None:
    going_on = [row["rule"] for row in rows(small_fleet, "Rules' findings under way", board=ALERTS)]
    assert going_on == ["pull-down-late"]
    of_one = rows(small_fleet, "Rules' findings", device="warehouse-38", board=ASSET)
    assert [row["rule"] for row in of_one] == ["door-open"]


def test_the_pipeline_is_as_late_as_its_latest_partition_and_waits_for_all_of_them(
    small_fleet: SeriesSettings,
) -> None:
    said: dict[str, Value] = {}
    for row in rows(small_fleet, "The pipeline now", board=PIPELINE):
        said |= row
    assert (said["late_seconds"], said["lag"], said["partitions"]) == (12, 240, 4)
    assert (said["frames"], said["rejected"], said["as_of"]) == (4 * 60 * 60, 60, END)
    assert (said["waiting"], said["given_up"]) == (3, 1)
    partitions = list(rows(small_fleet, "Partitions", board=PIPELINE))
    assert {row["partition"]: row["lag"] for row in partitions}["3"] == 120


def test_frames_are_told_a_second_whatever_the_interval(small_fleet: SeriesSettings) -> None:
    told = [row["rate"] for row in rows(small_fleet, "Frames worked through", board=PIPELINE)]
    assert told[-2] == pytest.approx(4 * 60 / 60)


def test_long_ranges_keep_the_least_and_the_greatest_and_show_the_band(
    small_fleet: SeriesSettings,
) -> None:
    panel = "Temperatures, long ranges"
    found = list(rows(small_fleet, panel, device="warehouse-38", board=ASSET))

    def values(field: str) -> set[Value]:
        return {row[field] for row in found if row.get(field) is not None}

    assert (values("max"), values("min")) == ({6}, {3})
    assert (values("low"), values("high")) == ({-1.5}, {4})


def test_a_board_begins_with_the_worst_of_the_kinds_that_it_is_about(
    small_fleet: SeriesSettings,
) -> None:
    reader = Reader(small_fleet)
    chosen = [first_values(reader, one, START, END)["device"] for one in BOARDS_OF_ONE]
    reader.close()
    assert chosen == [re.escape(one) for one in ("locker-33", "warehouse-38", "precooler-7")]


def test_an_empty_store_returns_nothing_and_that_is_a_problem(
    series_settings: SeriesSettings,
) -> None:
    checks = check_boards(series_settings, [FLEET], START, END)
    said = {one.panel: one.problem for one in checks}
    assert said["Devices by state"] == "returns nothing"
    assert said["Silent"] is None  # nobody is silent: good news


def board(query: str) -> Board:
    """A board of one table with this question."""

    def panel(_: str) -> Any:
        return table.Panel().title("One").with_target(Ask(Query(query)))

    return Board("fleet-now", {1: panel}, (partial(choice, "kind"),))


def first(settings: SeriesSettings, query: str, **given: Any) -> PanelCheck:
    return check_boards(settings, [board(query)], START, END, **given)[0]


def test_a_question_that_names_what_the_schema_lacks_is_told(small_fleet: SeriesSettings) -> None:
    check = first(small_fleet, 'SELECT last("temprature") FROM "asset" WHERE $timeFilter')
    assert check.problem == "names what the schema lacks: temprature"


def test_a_question_that_the_store_refuses_is_told(small_fleet: SeriesSettings) -> None:
    check = first(small_fleet, 'SELECT last("margin" FROM "asset"')
    assert check.problem is not None
    assert check.problem.startswith("refused: error parsing query")


def test_a_variable_that_the_board_lacks_is_told(small_fleet: SeriesSettings) -> None:
    check = first(small_fleet, 'SELECT last("margin") FROM "asset" WHERE "device" = \'$device\'')
    assert check.problem == "names $device, which its board does not have"


def test_a_slow_question_is_told_with_its_time(small_fleet: SeriesSettings) -> None:
    ticks = count()
    check = first(
        small_fleet,
        'SELECT last("margin") FROM "asset" WHERE $timeFilter',
        clock=lambda: float(next(ticks)),
    )
    assert check.problem == "slow: 1000 ms, 300 allowed"
    assert (check.rows, check.milliseconds) == (1, 1000.0)


@pytest.mark.parametrize(("slow", "status"), [("60000", 0), ("0", 1)])
def test_the_commands_status_says_whether_all_is_well(
    small_fleet: SeriesSettings, monkeypatch: pytest.MonkeyPatch, slow: str, status: int
) -> None:
    for key in ("url", "token", "org", "bucket"):
        monkeypatch.setenv(f"COLDCHAIN_INFLUXDB_{key.upper()}", getattr(small_fleet, key))
    span = ["--since", "2026-11-24T05:20:00Z", "--until", "2026-11-24T06:00:00Z"]
    result = CliRunner().invoke(app, ["check", *span, "--slow", slow, "--json"])
    assert result.exit_code == status, result.output
    problems = {one["problem"] is None for one in json.loads(result.stdout)}
    assert problems == {status == 0}
