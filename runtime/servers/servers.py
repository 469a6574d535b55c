"""What a set of running servers offers: where they are, and stop and start of each."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

Kind = Literal["native", "docker"]


class Controllable(Protocol):
    """A server that tests may stop and start again, on the same port and data."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...


@dataclass(frozen=True)
class Servers:
    """Kafka and InfluxDB, running. `kafka_servers` is host:port; `folder` has logs and data."""

    kind: Kind
    kafka_servers: str
    influxdb_url: str
    token: str
    org: str
    bucket: str
    kafka: Controllable
    influxdb: Controllable
    folder: Path
    grafana_url: str | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The settings under which another program of ours uses these servers."""
        return {
            "COLDCHAIN_KAFKA_SERVERS": self.kafka_servers,
            "COLDCHAIN_INFLUXDB_URL": self.influxdb_url,
            "COLDCHAIN_INFLUXDB_TOKEN": self.token,
            "COLDCHAIN_INFLUXDB_ORG": self.org,
            "COLDCHAIN_INFLUXDB_BUCKET": self.bucket,
        }
