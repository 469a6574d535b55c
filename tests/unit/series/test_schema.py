"""Promises of the schema that the rest of the house leans on."""

import pytest

from series.schema import MEASUREMENTS, Measurement
from series.setup import is_second


@pytest.mark.parametrize("measurement", MEASUREMENTS, ids=lambda m: m.name)
def test_tags_are_sorted_and_no_name_is_both_tag_and_field(measurement: Measurement) -> None:
    assert list(measurement.tags) == sorted(measurement.tags)
    assert not set(measurement.tags) & set(measurement.fields)


@pytest.mark.parametrize("measurement", MEASUREMENTS, ids=lambda m: m.name)
def test_unbounded_ids_are_never_tags(measurement: Measurement) -> None:
    assert not {"id", "parcel", "frame", "seq", "boot"} & set(measurement.tags)


def test_no_two_measurements_share_a_name() -> None:
    assert len({m.name for m in MEASUREMENTS}) == len(MEASUREMENTS)


@pytest.mark.parametrize(
    ("said", "second"), [("v2.7.10", True), ("2.7.1", True), ("1.8.3", False), ("unknown", False)]
)
def test_a_server_is_known_by_its_version(said: str, second: bool) -> None:
    assert is_second(said) is second
