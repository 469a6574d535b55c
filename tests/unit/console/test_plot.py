"""The drawing says what the log says: gaps are gaps, peaks stay."""

import re
from itertools import pairwise

from console_site import Line
from hypothesis import given
from hypothesis import strategies as st

from coldchain.times import HOUR_MS, MINUTE_MS, iso
from console.plot import MOST_POINTS, TOP, Band, Window, draw

NOW = 1_795_413_600_000
WINDOW = Window(NOW - 24 * HOUR_MS, NOW, NOW - HOUR_MS, None)
LOCAL = {"clock": lambda ms: iso(ms)[11:16], "title": 'van "1" <main>', "names": {"air": "空气"}}


def _draw(line: Line, *bands: Band) -> str:
    return draw({"air": line}, WINDOW, bands, 10 * MINUTE_MS, LOCAL)


def _lines(svg: str) -> list[list[tuple[float, float]]]:
    return [
        [(float(x), float(y)) for x, y in (pair.split(",") for pair in points.split())]
        for points in re.findall(r'points="([^"]*)"', svg)
    ]


def test_readings_further_apart_than_max_gap_are_not_joined() -> None:
    times = [NOW - 60 * MINUTE_MS, NOW - 55 * MINUTE_MS, NOW - 20 * MINUTE_MS, NOW]
    pieces = _lines(_draw(Line(times, [1.0, 2.0, 3.0, 4.0])))
    assert [len(piece) for piece in pieces] == [2, 1, 1]


@given(peak=st.integers(0, 86_399), value=st.floats(20, 40))
def test_no_peak_is_averaged_away_however_many_readings_there_are(peak: int, value: float) -> None:
    times = [NOW - (86_400 - second) * 1000 for second in range(0, 86_400, 30)]
    values = [2.0] * len(times)
    values[peak // 30] = value
    lines = _lines(_draw(Line(times, values)))
    points = [point for line in lines for point in line]
    assert len(points) <= 2 * MOST_POINTS
    highest = min(y for _, y in points)
    assert highest < min(y for _, y in points if y != highest)
    assert highest >= TOP
    assert all(a[0] <= b[0] for line in lines for a, b in pairwise(line))


def test_a_limit_is_drawn_and_named() -> None:
    svg = _draw(Line([NOW - MINUTE_MS, NOW], [1.0, 2.0]), Band(4.0, "限 4 °C"))
    assert "限 4 °C" in svg
    assert 'class="limit"' in svg


def test_names_are_escaped_and_the_drawing_has_a_title() -> None:
    svg = _draw(Line([NOW], [1.0]))
    assert "&lt;main&gt;" in svg
    assert "<main>" not in svg
    assert svg.startswith('<svg class="plot"')


def test_without_readings_there_is_no_drawing() -> None:
    assert _draw(Line([], [])) == ""
    assert _draw(Line([NOW + HOUR_MS], [1.0])) == ""


@given(st.lists(st.floats(-80, 60), min_size=1, max_size=50))
def test_every_point_is_within_the_frame(values: list[float]) -> None:
    times = [NOW - index * MINUTE_MS for index in range(len(values))][::-1]
    for line in _lines(_draw(Line(times, values))):
        for x, y in line:
            assert 0 <= x <= 360
            assert 0 <= y <= 200
