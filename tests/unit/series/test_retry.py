from datetime import UTC, datetime

import pytest

from series.retry import LONGEST_S, backoff, retry_after

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def test_back_off_doubles_up_to_the_longest_wait() -> None:
    assert [backoff(n) for n in range(3)] == [0.1, 0.2, 0.4]
    assert backoff(10_000) == LONGEST_S


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7.0),
        ("Tue, 24 Nov 2026 08:00:30 GMT", 30.0),
        ("Tue, 24 Nov 2026 07:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(said: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": said}, NOW) == seconds


def test_without_the_header_nothing_is_asked() -> None:
    assert retry_after({"Content-Type": "text/plain"}, NOW) is None
