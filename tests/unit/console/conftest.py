"""A site of its own for each test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alert_world import condition, record
from console_site import Site
from console_site import site as running

from coldchain.records import ConditionRecord, ExcursionRecord


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with running(tmp_path) as made:
        made.world.enrol("van-1")
        yield made


@pytest.fixture(scope="session")
def make_condition() -> Callable[..., ConditionRecord]:
    return condition


@pytest.fixture(scope="session")
def make_record() -> Callable[..., ExcursionRecord]:
    return record
