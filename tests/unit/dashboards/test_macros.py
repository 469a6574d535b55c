import pytest

from dashboards.macros import Unfilled, fill, interval_ms, span_ms

HOUR = 3_600_000


def test_everything_that_grafana_fills_in_is_filled_in() -> None:
    query = (
        'SELECT max("v") FROM "m" WHERE $timeFilter AND "kind" =~ /^$kind$/'
        " AND x = ${county:regex} GROUP BY time($__interval), time(${__interval_ms}ms)"
    )
    assert fill(query, 0, HOUR, {"kind": ".*", "county": "a"}) == (
        'SELECT max("v") FROM "m" WHERE time >= 0ms AND time <= 3600000ms AND "kind" =~ /^.*$/'
        " AND x = a GROUP BY time(5000ms), time(5000ms)"
    )


def test_a_variable_that_the_board_lacks_is_named() -> None:
    with pytest.raises(Unfilled, match=r"\$device"):
        fill('"device" =~ /^$device$/', 0, HOUR, {"kind": ".*"})


@pytest.mark.parametrize(
    ("span", "least", "interval"),
    [
        (HOUR, 0, 5_000),
        (HOUR, 30_000, 30_000),
        (6 * HOUR, 0, 30_000),
        (10_000 * 24 * HOUR, 0, 86_400_000),
    ],
)
def test_the_interval_is_a_round_one_and_never_below_the_least(
    span: int, least: int, interval: int
) -> None:
    assert interval_ms(0, span, least) == interval


def test_a_panel_may_ask_for_fewer_points_than_it_is_wide() -> None:
    assert interval_ms(0, 6 * HOUR, 10_000, points=240) == 120_000


@pytest.mark.parametrize(
    ("text", "ms"), [("250ms", 250), ("30s", 30_000), ("5m", 300_000), ("7d", 168 * HOUR)]
)
def test_spans_are_read_as_grafana_writes_them(text: str, ms: int) -> None:
    assert span_ms(text) == ms


def test_what_is_no_span_is_refused() -> None:
    with pytest.raises(ValueError, match="not a span"):
        span_ms("soon")
