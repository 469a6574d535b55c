"""Fixtures for every room: real servers, started once a run, shared by names of one's own."""

import itertools
import os
import re
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from broker.admin import ensure_topics
from broker.settings import KafkaSettings
from runtime.servers import ServerError, Servers
from runtime.servers.docker import COMPOSE_FILE, engine_answers, new_secrets
from runtime.servers.native import native_servers
from runtime.servers.ports import free_ports
from runtime.servers.probes import influxdb_answers, kafka_answers
from series.settings import SeriesSettings
from series.setup import ensure_bucket

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

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


@dataclass(frozen=True)
class Container:
    """A container that tests may stop and start again, on the same port and data."""

    container: "DockerContainer"
    ready: Callable[[], bool]

    def start(self) -> None:
        self._inner.start()
        deadline = time.monotonic() + 60
        while not self.ready():
            if time.monotonic() > deadline:
                raise ServerError(f"{self._inner.name} does not answer")
            time.sleep(0.2)

    def stop(self) -> None:
        self._inner.stop()

    def kill(self) -> None:
        self._inner.kill()

    @property
    def _inner(self) -> Any:
        return self.container.get_wrapped_container()


@contextmanager
def container_servers() -> Iterator[Servers]:
    """Kafka and InfluxDB 2.7 as compose.yaml has them, by testcontainers. Raises ServerError."""
    import yaml
    from docker.errors import DockerException
    from testcontainers.core.container import DockerContainer

    services = yaml.safe_load(COMPOSE_FILE.read_text())["services"]
    ports = dict(zip(("kafka", "influxdb"), free_ports(2), strict=True))
    at = {name: f"127.0.0.1:{port}" for name, port in ports.items()}
    hidden = new_secrets()
    given = {"COLDCHAIN_KAFKA_PORT": str(ports["kafka"]), **hidden}
    inside = {"kafka": 9092, "influxdb": 8086}
    ready: dict[str, Callable[[], bool]] = {
        "kafka": lambda: kafka_answers(at["kafka"]),
        "influxdb": lambda: influxdb_answers(f"http://{at['influxdb']}"),
    }
    started: dict[str, Container] = {}
    try:
        for name, port in ports.items():
            made = DockerContainer(services[name]["image"])
            made.with_bind_ports(inside[name], port).with_kwargs(hostname=name)
            for key, value in services[name]["environment"].items():
                made.with_env(key, filled_in(value, given))
            made.start()
            started[name] = Container(made, ready[name])
        for one in started.values():
            one.start()
        yield Servers(
            kind="docker",
            kafka_servers=at["kafka"],
            influxdb_url=f"http://{at['influxdb']}",
            token=hidden["COLDCHAIN_INFLUXDB_TOKEN"],
            org="coldchain",
            bucket="coldchain",
            kafka=started["kafka"],
            influxdb=started["influxdb"],
            folder=Path.cwd(),
        )
    except DockerException as error:
        raise ServerError(f"containers can't be had: {error}") from error
    finally:
        for one in started.values():
            one.container.stop()


def filled_in(text: str, given: dict[str, str]) -> str:
    """`${NAME:-default}` and `${NAME:?why}` as compose would fill them in."""
    return re.sub(
        r"\$\{(\w+):([-?])([^}]*)\}",
        lambda found: given.get(found[1], found[3] if found[2] == "-" else ""),
        text,
    )


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Kafka and InfluxDB, started on first use, stopped when the run ends."""
    try:
        with container_servers() if engine_answers() else native_servers() as started:
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
