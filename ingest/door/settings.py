"""What the front door needs to know, beside how to reach Kafka."""

import math
from dataclasses import dataclass, field
from pathlib import Path

from broker.clients import MAX_REQUEST_BYTES

#: A refused body goes whole into one dead letter, with its key and headers.
MOST_BODY_BYTES = MAX_REQUEST_BYTES - 100_000
#: No limit in seconds makes sense beyond a year.
_MOST_S = 366 * 86_400


@dataclass(frozen=True, slots=True)
class MqttSettings:
    """A broker to listen to. `ca_file` turns on TLS. `client_id` names the lasting session."""

    host: str
    port: int = 8883
    username: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    client_id: str = "coldchain-ingest"


@dataclass(frozen=True, slots=True)
class FrontDoorSettings:
    """Limits and places. Sizes in bytes, `_s` in seconds, `rate` in frames a second a device.

    `folder` holds the tokens and the spool. `max_waiting_bytes` is what bodies may take in memory
    together. `skew_s`: how far ahead of this clock a device's may be. `kafka_patience_s`: how long
    Kafka has to confirm before a record goes to the spool instead. Of `max_connections` the one
    that has kept the door waiting for the longest makes room for a new one.
    """

    folder: Path
    host: str = "127.0.0.1"
    port: int = 8470
    certificate: Path | None = None
    private_key: Path | None = None
    max_body_bytes: int = 1_500_000
    max_waiting_bytes: int = 128_000_000
    max_connections: int = 20_000
    max_frames: int = 1_000
    rate: float = 20.0
    burst: int = 1_000
    skew_s: float = 300.0
    body_patience_s: float = 30.0
    kafka_patience_s: float = 5.0
    spool_max_bytes: int = 1_000_000_000
    mqtt: MqttSettings | None = None

    @property
    def tokens(self) -> Path:
        return self.folder / "tokens.sqlite"

    @property
    def spool(self) -> Path:
        return self.folder / "spool.sqlite"

    def wrong(self) -> str | None:
        """What can't be, in one line; None where all is well."""
        numbers = ("rate", "skew_s", "body_patience_s", "kafka_patience_s")
        for name in numbers:
            if not math.isfinite(getattr(self, name)):
                return f"{name}: a finite number"
        checks = (
            (0 < self.port < 65_536, "port: 1 to 65535"),
            (self.skew_s <= _MOST_S and self.kafka_patience_s <= _MOST_S
             and self.body_patience_s <= _MOST_S, f"skew_s, …_patience_s: {_MOST_S:,} s at most"),
            (self.mqtt is None or 0 < self.mqtt.port < 65_536, "mqtt_port: 1 to 65535"),
            (0 < self.max_body_bytes <= MOST_BODY_BYTES, f"max_body_bytes: 1 to {MOST_BODY_BYTES}"),
            (self.max_waiting_bytes >= self.max_body_bytes, "max_waiting_bytes: a body at least"),
            (self.max_connections >= 1, "max_connections: 1 or more"),
            (self.rate > 0, "rate: more than 0 frames a second"),
            (self.max_frames >= 1, "max_frames: 1 or more"),
            (self.burst >= self.max_frames, "burst: max_frames at least"),
            (self.skew_s >= 0, "skew_s: 0 or more seconds"),
            (self.body_patience_s > 0, "body_patience_s: more than 0 seconds"),
            (self.kafka_patience_s >= 1, "kafka_patience_s: 1 or more seconds"),
            (self.spool_max_bytes > 0, "spool_max_bytes: more than 0"),
            ((self.certificate is None) == (self.private_key is None),
             "certificate and private_key: both or neither"),
        )  # fmt: skip
        return next((said for holds, said in checks if not holds), None)
