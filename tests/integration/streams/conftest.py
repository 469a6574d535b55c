"""Places for workers to run: Kafka and InfluxDB of a test's own."""

from dataclasses import replace
from pathlib import Path

import pytest
from worker_bench import Bench

from broker.admin import ensure_topics
from broker.settings import KafkaSettings
from runtime.servers import Servers
from series.settings import SeriesSettings
from series.setup import ensure_bucket


@pytest.fixture
def other_bench(servers: Servers, series_settings: SeriesSettings, tmp_path: Path) -> Bench:
    """Another such, beside `bench`."""
    name = f"other-{series_settings.bucket}"
    kafka = KafkaSettings(servers=servers.kafka_servers, prefix=f"{name}.", partitions=4)
    ensure_topics(kafka)
    series = replace(series_settings, bucket=name)
    ensure_bucket(series)
    folder = tmp_path / "other"
    folder.mkdir()
    return Bench(kafka, series, folder)


@pytest.fixture
def bench(kafka: KafkaSettings, series_settings: SeriesSettings, tmp_path: Path) -> Bench:
    """Kafka and InfluxDB of the test's own, and workers to run on them."""
    return Bench(kafka, series_settings, tmp_path)
