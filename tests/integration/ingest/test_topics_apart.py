"""A topic that takes nothing holds up no other: every device's frames go on through the door."""

import json
import time
from typing import Any

import pytest
from kafka.admin import KafkaAdminClient

from broker.admin import ensure_topics
from broker.settings import KafkaSettings
from broker.topics import CUSTODY, FRAMES
from coldchain.frames import Channel, Frame, encode_frame
from ingest.topic import read_all

pytestmark = pytest.mark.integration


def frame(device: str, seq: int = 0) -> bytes:
    now = time.time_ns() // 1_000_000
    channel = Channel(name="main.air", start=now - 60_000, step=30_000, values=[3.2, None])
    return encode_frame(Frame(v=1, device=device, boot=1, seq=seq, sent=now, channels=[channel]))


def scan(number: int) -> bytes:
    told = {"v": 1, "id": f"s{number}", "parcel": "p1", "act": "loaded", "device": "van-1"}
    return json.dumps({**told, "at": "2026-11-01T08:00:00Z"}).encode()


def deleted(kafka: KafkaSettings, topic: str) -> None:
    admin = KafkaAdminClient(**kafka.client())
    admin.delete_topics([topic])
    admin.close()


@pytest.mark.parametrize("gone", ["from the start", "under way"])
def test_a_topic_that_takes_nothing_holds_up_no_other(
    door: Any, kafka: KafkaSettings, until: Any, gone: str
) -> None:
    door.kill()
    door.settings |= {"rate": 1_000_000, "burst": 1_000_000, "kafka_patience_s": 2}
    topic = kafka.topic(CUSTODY)
    if gone == "from the start":
        deleted(kafka, topic)
    door.start()
    token = door.token("van-1")
    until(lambda: door.ready()["kafka"] == "direct")
    if gone == "under way":
        assert door.ask("/v1/custody", scan(-1), token)[0] == 202
        deleted(kafka, topic)
    scans = [scan(number) for number in range(2_500)]  # more than is drained at a time
    for first in range(0, len(scans), 500):
        body = b"\n".join(scans[first : first + 500])
        assert door.ask("/v1/custody", body, token, "application/x-ndjson")[0] == 202
    told = door.ready()
    assert told["kafka"] == "partly"
    assert told["waiting"] == {topic: len(scans)}

    sent = [frame("van-1", seq) for seq in range(100)]
    waits = []
    for one in sent:
        began = time.monotonic()
        assert door.ask("/v1/frames", one, token)[0] == 202
        waits.append(time.monotonic() - began)
    assert sorted(waits)[90] < 0.5, "whatever becomes of the scans"
    # The client may just be begun anew, in case that helps the scans: some seconds, then.
    until(lambda: [one.value for one in read_all(kafka, FRAMES)] == sent, 15)
    assert door.ready()["waiting"][topic] == len(scans)

    ensure_topics(kafka)
    until(lambda: door.ready()["kafka"] == "direct")
    assert set(scans) <= {record.value for record in read_all(kafka, CUSTODY)}
