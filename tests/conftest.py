"""Fixtures for every room: real servers, started once a run, shared by names of one's own."""

import itertools
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.admin import ensure_topics
from broker.settings import KafkaSettings
from runtime.servers import ServerError, Servers, local_servers
from series.settings import SeriesSettings
from series.setup import ensure_bucket

_run = uuid.uuid4().hex[:6]
_count = itertools.count(1)


@pytest.fixture(autouse=True)
def _settings_of_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A test sees neither the user's settings nor the servers that `coldchain up` left running."""
    for name in [
        one for one in os.environ if one.startswith(("COLDCHAIN_KAFKA", "COLDCHAIN_INFL"))
    ]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("COLDCHAIN_CONFIG", raising=False)
    monkeypatch.setenv("COLDCHAIN_STATE", str(tmp_path / "state"))


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Kafka and InfluxDB, started on first use, stopped when the run ends."""
    try:
        with local_servers() as started:
            yield started
    except ServerError as error:
        pytest.fail(f"no servers to test with: {error}", pytrace=False)


@pytest.fixture
def prefix() -> str:
    """A name that no other test has; it begins topics and groups, and names the bucket."""
    return f"t{_run}-{next(_count)}."


@pytest.fixture
def kafka(servers: Servers, prefix: str) -> KafkaSettings:
    """Kafka with all topics made, under a prefix of the test's own."""
    settings = KafkaSettings(servers=servers.kafka_servers, prefix=prefix, partitions=4)
    ensure_topics(settings)
    return settings


@pytest.fixture
def series_settings(servers: Servers, prefix: str) -> SeriesSettings:
    """InfluxDB with a bucket of the test's own, keeping for ever (tests write any time)."""
    settings = SeriesSettings(
        url=servers.influxdb_url,
        token=servers.token,
        org=servers.org,
        bucket=prefix.rstrip("."),
        retention_days=0,
        give_up_after=30.0,
    )
    ensure_bucket(settings)
    return settings
