"""`coldchain doctor` on an archive that is behind a real Kafka."""

import time
from pathlib import Path

import pytest

from audit.service import seal_now
from audit.settings import ArchiveSettings
from audit.signing import Signer
from broker.clients import producer
from broker.settings import KafkaSettings
from broker.topics import FRAMES
from coldchain.times import DAY_MS
from runtime.audit_health import archive
from runtime.settings import load_settings

pytestmark = pytest.mark.integration


def test_frames_that_kafka_will_let_go_of_soon_are_told_until_they_are_sealed(
    kafka: KafkaSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLDCHAIN_KAFKA_SERVERS", kafka.servers)
    monkeypatch.setenv("COLDCHAIN_KAFKA_PREFIX", kafka.prefix)
    monkeypatch.setenv("COLDCHAIN_AUDIT_FOLDER", str(tmp_path))
    assert archive(load_settings()).state == "note"
    settings = ArchiveSettings(kafka=kafka, folder=tmp_path, signer=Signer.fresh())
    out = producer(kafka)

    def send(count: int, days_ago: int) -> None:
        at = time.time_ns() // 1_000_000 - days_ago * DAY_MS
        for _ in range(count):
            out.send(kafka.topic(FRAMES), key=b"van-1", value=b"{}", timestamp_ms=at)
        out.flush()

    send(1, 6)
    seal_now(settings)
    send(5, 4)
    send(2, 1)
    found = archive(load_settings())
    assert found.state == "bad"
    assert f"5 of {kafka.topic(FRAMES)}" in found.said
    seal_now(settings)
    assert archive(load_settings()).said == "0 records wait to be sealed, none for long"
    out.close()
