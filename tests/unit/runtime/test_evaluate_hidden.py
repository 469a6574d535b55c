"""What a file does not say is unknown, at its ends too: it never makes a verdict better."""

import io
import json
from collections.abc import Sequence
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from runtime.cli import main

NOON = datetime(2016, 2, 10, 12, tzinfo=UTC)
MAX_GAP = 10
#: Ways in which a line of a readable time holds no reading.
HIDDEN = [",", ",NaN", ",inf", ",-273.2", ",ERR", "", ",5,5", ',"5']
#: One critical limit and no warning: nothing else would ask for review.
BARE = """
id = "bare"
max_gap_minutes = { value = 10, mark = "U", source = "a test" }
unknown_allowance_minutes = { value = 100000, mark = "U", source = "a test" }
sampling_minutes = { value = 5, mark = "U", source = "a test" }
door_grace_minutes = { value = 0, mark = "U", source = "a test" }
door_recovery_minutes = { value = 0, mark = "U", source = "a test" }
retention_days = { value = 1, mark = "U", source = "a test" }

[title]
en = "Bare"
zh-CN = "测试"

[[limits]]
id = "warm"
side = "above"
threshold = { value = 4.0, mark = "U", source = "a test" }
allowed_minutes = { value = 30, mark = "U", source = "a test" }
severity = "critical"
"""


def written(path: Path, cells: Sequence[str]) -> Path:
    """A line a minute: the time, and what comes after it."""
    lines = [f"{(NOON + timedelta(minutes=n)).isoformat()}{c}" for n, c in enumerate(cells)]
    path.write_text("\n".join(["date,temperature", *lines, ""]))
    return path


def evaluated(path: Path, profile: str = "iced-seafood", *more: str) -> tuple[int, dict[str, Any]]:
    """The exit status, and what is printed of the file's one column."""
    out = io.StringIO()
    with redirect_stdout(out), pytest.raises(SystemExit) as ended:
        main(["evaluate", str(path), "--profile", profile, "--json", *more])
    (found,) = json.loads(out.getvalue())
    return int(ended.value.code or 0), found


COLD_THEN_WARM = [",2"] * 10 + [",5"] * 45


@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_tail_without_values_is_unknown_and_what_was_beyond_is_presumed(
    tmp_path: Path, hidden: str
) -> None:
    path = tmp_path / "trip.csv"
    assert evaluated(written(path, COLD_THEN_WARM))[1]["verdict"] == "reject"
    status, found = evaluated(written(path, [*COLD_THEN_WARM[:11], *[hidden] * 44]))
    assert (status, found["verdict"]) == (1, "review")
    assert (found["known_minutes"], found["unknown_minutes"]) == (10, 44)
    assert found["reasons"][0] == "warm: silent while above 4 °C, for longer than 30 min"
    assert (found["start"][11:16], found["end"][11:16]) == ("12:00", "12:54")


@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_head_without_values_is_unknown_and_may_have_been_beyond(
    tmp_path: Path, hidden: str
) -> None:
    cells = [*[hidden] * 34, ",5", *[",2"] * 10]
    status, found = evaluated(written(tmp_path / "trip.csv", cells))
    assert (status, found["verdict"]) == (1, "review")
    assert (found["known_minutes"], found["unknown_minutes"]) == (10, 34)
    assert found["reasons"][0].startswith("warm: may have been above 4 °C for 34.")


def test_a_column_without_a_value_is_unknown_from_the_first_line_to_the_last(
    tmp_path: Path,
) -> None:
    _, found = evaluated(written(tmp_path / "trip.csv", [","] * 31))
    assert (found["known_minutes"], found["unknown_minutes"]) == (0, 30)
    assert found["reasons"] == ["nothing was measured"]


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize(("often", "unknown"), [(9, 0), (10, 11)])
def test_between_two_readings_a_value_missing_neither_joins_nor_breaks(
    tmp_path: Path, hidden: str, often: int, unknown: float
) -> None:
    cells = [",2", ",2.1", *[hidden] * often, ",2.2", ",2"]
    _, found = evaluated(written(tmp_path / "trip.csv", cells))
    assert (found["verdict"], found["unknown_minutes"]) == ("accept", unknown)
    assert found["known_minutes"] == len(cells) - 1 - unknown


def test_an_hour_that_comes_twice_is_refused_line_by_line_and_unknown(tmp_path: Path) -> None:
    path = tmp_path / "trip.csv"
    clock = [f"2026-10-25 {n // 60:02}:{n % 60:02}:00" for n in range(60, 240, 5)]
    path.write_text("time,t\n" + "".join(f"{at},{2 + n % 7 / 10}\n" for n, at in enumerate(clock)))
    status, found = evaluated(path, "iced-seafood", "--tz", "Europe/Berlin")
    assert (status, found["verdict"]) == (1, "review")
    assert [one["line"] for one in found["rejected"]] == list(range(14, 26))
    # From 01:55 in summer to 03:00 in winter: two hours by the clock on the wall, and five minutes.
    assert found["unknown_minutes"] == 125


def test_one_reading_says_nothing_of_any_stretch_of_time(tmp_path: Path) -> None:
    status, found = evaluated(written(tmp_path / "trip.csv", [",3"]))
    assert (status, found["verdict"], found["known_minutes"]) == (1, "review", 0)
    assert found["reasons"][0].startswith("nothing is known")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("profiles")
    (made / "bare.toml").write_text(BARE)
    return made


def leaves_known(shown: Sequence[bool], first: int, last: int) -> bool:
    """Whether a line joins the readings on either side of these: then nothing is hidden."""
    before = next((n for n in range(first - 1, -1, -1) if shown[n]), None)
    after = next((n for n in range(last + 1, len(shown)) if shown[n]), None)
    return before is not None and after is not None and after - before <= MAX_GAP


@given(
    st.lists(st.tuples(st.sampled_from([2, 5]), st.integers(1, 50)), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 90), st.integers(1, 60)), min_size=1, max_size=4),
    st.sampled_from(HIDDEN),
    st.sampled_from(["bare", "iced-seafood"]),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_hiding_any_readings_never_turns_reject_into_accept_while_one_beyond_remains(
    folder: Path, levels: list[tuple[int, int]], cuts: list[tuple[int, int]], how: str, profile: str
) -> None:
    values = [value for value, often in levels for _ in range(often)]
    shown = [True] * len(values)
    for first, often in cuts:
        last = min(first + often, len(values)) - 1
        if first <= last and not leaves_known(shown, first, last):
            shown[first : last + 1] = [False] * (last + 1 - first)
    assume(any(value > 4 and is_shown for value, is_shown in zip(values, shown, strict=True)))
    path = folder / "trip.csv"
    options = (profile, "--profiles", str(folder))
    cells = [f",{value}" for value in values]
    assume(evaluated(written(path, cells), *options)[1]["verdict"] == "reject")
    hidden = [cell if is_shown else how for cell, is_shown in zip(cells, shown, strict=True)]
    status, found = evaluated(written(path, hidden), *options)
    assert (status, found["verdict"] != "accept") == (1, True)
    assert found["known_minutes"] + found["unknown_minutes"] == pytest.approx(len(values) - 1)
