"""A front door of a test's own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from door_process import Door, started
from door_process import until as until_it_is

from broker.settings import KafkaSettings


@pytest.fixture
def until() -> Callable[..., None]:
    """Waits for a condition; fails where it does not come in time."""
    return until_it_is


@pytest.fixture
def door(kafka: KafkaSettings, tmp_path: Path) -> Iterator[Door]:
    """Started, and straight to Kafka."""
    with started(kafka, tmp_path) as made:
        yield made
