"""A world for alerts, in memory."""

from collections.abc import Callable

import pytest
from alert_world import World, condition, record

from coldchain.records import ConditionRecord, ExcursionRecord


@pytest.fixture(scope="session")
def make_condition() -> Callable[..., ConditionRecord]:
    return condition


@pytest.fixture(scope="session")
def make_world() -> type[World]:
    return World


@pytest.fixture
def world() -> World:
    made = World()
    made.enrol()
    return made


@pytest.fixture(scope="session")
def make_record() -> Callable[..., ExcursionRecord]:
    return record
