"""Times as text and back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coldchain.times import from_iso, iso

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
moments = st.integers(-62_135_596_800_000, 253_402_300_799_999)  # the years 1 to 9999


@given(moments)
def test_a_time_is_written_as_the_library_writes_it(ms: int) -> None:
    moment = (EPOCH + timedelta(milliseconds=ms)).replace(tzinfo=None)
    assert iso(ms) == moment.isoformat(timespec="milliseconds") + "Z"


@given(moments)
def test_a_time_comes_back_as_it_was(ms: int) -> None:
    assert from_iso(iso(ms)) == ms


@pytest.mark.parametrize("text", ["2026-11-23T08:00:00", "2026-11-23", "", "now"])
def test_a_time_without_a_zone_or_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"zone|Invalid isoformat"):
        from_iso(text)


def test_a_zone_is_taken_off() -> None:
    assert from_iso("2026-11-23T16:00:00.5+08:00") == from_iso("2026-11-23T08:00:00.500Z")
