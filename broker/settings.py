"""What a client needs to know to reach Kafka."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .topics import Topic

#: How long a new client looks for a broker before it says that there is none.
BOOTSTRAP_TIMEOUT_MS = 10_000


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """Where Kafka is and how to speak to it.

    `servers` is host:port, comma-separated. `prefix` goes before every topic's name and every
    group's, so that several installations (or tests) share a cluster. `ca_file` turns on TLS,
    `username` SASL by `mechanism`.
    """

    servers: str = "127.0.0.1:9092"
    prefix: str = ""
    ca_file: Path | None = None
    username: str = ""
    password: str = field(default="", repr=False)
    mechanism: str = "SCRAM-SHA-512"
    replication: int = 1
    partitions: int = 12

    def topic(self, topic: Topic) -> str:
        """The topic's name in this installation."""
        return self.prefix + topic.name

    def group(self, name: str) -> str:
        """A consumer group's name in this installation."""
        return f"{self.prefix}coldchain.{name}"

    def client(self) -> dict[str, Any]:
        """The settings that every kafka-python client takes."""
        protocol = ("SASL_" if self.username else "") + ("SSL" if self.ca_file else "PLAINTEXT")
        chosen: dict[str, Any] = {
            "bootstrap_servers": self.servers.split(","),
            "security_protocol": protocol,
            "bootstrap_timeout_ms": BOOTSTRAP_TIMEOUT_MS,
        }
        if self.ca_file:
            chosen["ssl_cafile"] = str(self.ca_file)
        if self.username:
            chosen |= {
                "sasl_mechanism": self.mechanism,
                "sasl_plain_username": self.username,
                "sasl_plain_password": self.password,
            }
        return chosen
