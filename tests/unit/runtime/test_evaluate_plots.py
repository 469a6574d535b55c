"""Plots of what was judged: peaks and gaps are kept, the picture is the same every time."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coldchain.evaluation import evaluate
from coldchain.thinning import PIXEL_COLUMNS, thinned
from runtime.errors import UserError
from runtime.logger_files import zone_named
from runtime.plots import (
    Panel,
    band,
    check_format,
    plot,
    unknown,
    with_gaps,
)
from runtime.profiles import load_profiles

PROFILE = load_profiles()["iced-seafood"]


@settings(deadline=None)
@given(
    st.integers(1, 40),
    st.lists(st.integers(-(10**8), 10**8), min_size=1, max_size=400),
    st.integers(1, 10**9),
)
def test_thinning_keeps_each_columns_extremes(columns: int, values: list[int], step: int) -> None:
    times = np.arange(len(values), dtype=np.int64) * step
    column = np.array(values, dtype=np.int32)
    rows = thinned(times, column, columns)
    assert bool(np.all(np.diff(rows) > 0))
    assert len(rows) <= max(4 * columns, 4)
    assert (rows[0], rows[-1]) == (0, len(values) - 1)
    bins = (times / (int(times[-1]) + 1) * columns).astype(int)
    for one in np.unique(bins[rows]):
        whole, kept = column[bins == one], column[rows[bins[rows] == one]]
        assert (whole.min(), whole.max()) == (kept.min(), kept.max())


def test_a_peak_of_one_reading_among_a_million_is_drawn() -> None:
    values = np.full(1_000_000, 2_000_000, dtype=np.int32)
    values[765_432] = 31_000_000
    rows = thinned(np.arange(len(values), dtype=np.int64) * 1000, values)
    assert 765_432 in rows
    assert len(rows) <= 4 * PIXEL_COLUMNS


def test_unknown_time_breaks_the_line() -> None:
    times = np.array([0, 60, 120, 1000, 1060], dtype=np.int64)
    values = np.array([1, 2, 3, 4, 5], dtype=np.int32) * 1_000_000
    x, y = with_gaps(times, values, np.array([0, 4]), 100)
    assert np.isnan(x).tolist() == [False, False, True, False, False]
    assert y[[0, 1, 3, 4]].tolist() == [1.0, 3.0, 4.0, 5.0]


def test_unknown_time_is_grey_at_the_ends_of_the_record_too() -> None:
    times = np.array([100, 160, 1000, 1060], dtype=np.int64)
    assert unknown(times, 100, 0, 1500) == [(0, 100), (160, 1000), (1060, 1500)]
    assert unknown(times, 100, None, None) == [(160, 1000)]


def test_the_band_lies_between_the_nearest_thresholds() -> None:
    assert band(PROFILE.limits) == (-1.5, 4.0)
    assert band([]) == (None, None)


@pytest.mark.parametrize("name", ["trip.svg", "trip.png"])
@pytest.mark.parametrize("count", [0, 1, 200])
def test_the_same_readings_make_the_same_picture(tmp_path: Path, name: str, count: int) -> None:
    times = np.arange(count, dtype=np.int64) * 60_000 + 1_455_113_416_000
    values = np.where(np.arange(count) % 100 > 50, 6_000_000, 2_000_000).astype(np.int32)
    times[count // 2 :] += 86_400_000
    panel = Panel(times, values, evaluate(PROFILE, "温度", times, values))
    pictures = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / name
        plot(path, "trip.csv", [panel], PROFILE, zone_named("Asia/Shanghai"))
        pictures.append(path.read_bytes())
    assert pictures[0] == pictures[1]
    assert len(pictures[0]) > 5_000


def test_a_plot_that_can_not_be_written_is_the_users_mistake(tmp_path: Path) -> None:
    path = tmp_path / "folder.png"
    path.mkdir()
    times = np.array([0], dtype=np.int64)
    values = np.array([0], dtype=np.int32)
    panel = Panel(times, values, evaluate(PROFILE, "t", times, values))
    with pytest.raises(UserError, match="can't be written"):
        plot(path, "t", [panel], PROFILE, zone_named("UTC"))
    with pytest.raises(UserError, match=r"\.png or \.svg"):
        check_format(tmp_path / "trip.pdf")
