"""What clients are told, and what topics are made with."""

from pathlib import Path

import pytest
from kafka.partitioner.default import murmur2

from broker.settings import KafkaSettings
from broker.topics import DAY_MS, FRAMES, REGISTRY, SEALS, TOPICS


def test_a_plain_client_has_neither_tls_nor_a_password() -> None:
    client = KafkaSettings(servers="a:1,b:2").client()
    assert client["bootstrap_servers"] == ["a:1", "b:2"]
    assert client["security_protocol"] == "PLAINTEXT"
    assert not any(name.startswith(("sasl", "ssl")) for name in client)


@pytest.mark.parametrize(
    ("ca_file", "username", "protocol"),
    [
        (Path("/ca.pem"), "", "SSL"),
        (None, "ingest", "SASL_PLAINTEXT"),
        (Path("/ca.pem"), "ingest", "SASL_SSL"),
    ],
)
def test_a_ca_turns_on_tls_and_a_name_sasl(
    ca_file: Path | None, username: str, protocol: str
) -> None:
    settings = KafkaSettings(ca_file=ca_file, username=username, password="secret")
    client = settings.client()
    assert client["security_protocol"] == protocol
    assert (client.get("ssl_cafile") == "/ca.pem") == (ca_file is not None)
    assert (client.get("sasl_plain_password") == "secret") == bool(username)


def test_the_prefix_goes_before_topics_and_groups() -> None:
    settings = KafkaSettings(prefix="qd.")
    assert settings.topic(FRAMES) == "qd.coldchain.frames"
    assert settings.group("alerts") == "qd.coldchain.alerts"


def test_topics_have_names_of_their_own_and_keep_as_the_table_says() -> None:
    assert len({topic.name for topic in TOPICS}) == len(TOPICS)
    size = {"max.message.bytes": "2097152"}
    kept = {"cleanup.policy": "delete", "retention.ms": str(7 * DAY_MS)}
    assert FRAMES.config == {**kept, **size}
    assert REGISTRY.config == {"cleanup.policy": "compact", **size}
    assert SEALS.config["retention.ms"] == "-1"


@pytest.mark.parametrize(
    ("key", "hashed"),
    [  # the vectors of Apache Kafka's own UtilsTest
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_keys_hash_as_javas_clients_hash_them(key: bytes, hashed: int) -> None:
    assert murmur2(key) & 0xFFFFFFFF == hashed & 0xFFFFFFFF
