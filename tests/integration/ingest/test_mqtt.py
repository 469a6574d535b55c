"""Devices over a real Mosquitto, by TLS and password; acknowledged only once kept."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from door_process import NO_BROKER, Door, Mosquitto, listening

from broker.settings import KafkaSettings
from broker.topics import FRAMES, REJECTED
from coldchain.frames import Channel, Frame, encode_frame
from coldchain.rejections import from_headers
from ingest.door.mqtt import Mqtt
from ingest.door.settings import MqttSettings
from ingest.topic import read_all
from runtime.servers import Servers

pytestmark = pytest.mark.integration


def frame(device: str, seq: int = 0) -> bytes:
    now = time.time_ns() // 1_000_000
    channel = Channel(name="main.air", start=now - 60_000, step=30_000, values=[3.2, None])
    return encode_frame(Frame(v=1, device=device, boot=1, seq=seq, sent=now, channels=[channel]))


@pytest.fixture
def broker(door: Door, tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker that the door listens to."""
    if NO_BROKER is not None:
        pytest.skip(NO_BROKER)
    with listening(door, tmp_path, ("van-1", "van-2")) as made:
        yield made


def test_frames_arrive_and_what_is_refused_is_a_dead_letter(
    broker: Mosquitto, kafka: KafkaSettings, until: Any
) -> None:
    good, other = frame("van-1"), frame("van-2")
    to = "coldchain/van-1/frames"
    broker.publish("van-1", (to, good), (to, b"garbage"), (to, other), (to, b""))
    broker.publish("van-1", ("coldchain/van-2/frames", other))  # the broker keeps this one off
    until(lambda: len(list(read_all(kafka, REJECTED))) >= 3)
    (record,) = read_all(kafka, FRAMES)
    assert (record.key, record.value) == (b"van-1", good)
    letters = list(read_all(kafka, REJECTED))
    assert [letter.value for letter in letters] == [b"garbage", other, b""]
    assert {from_headers(letter.headers).where for letter in letters} == {f"mqtt/{to}"}


def test_killed_in_the_middle_it_gets_again_what_it_never_acknowledged(
    door: Any, broker: Mosquitto, kafka: KafkaSettings, until: Any
) -> None:
    sent = [frame("van-1", seq) for seq in range(300)]
    to = "coldchain/van-1/frames"
    broker.publish("van-1", *((to, one) for one in sent[:150]))
    door.kill()
    broker.publish("van-1", *((to, one) for one in sent[150:]))
    door.start()
    until(lambda: set(sent) <= {record.value for record in read_all(kafka, FRAMES)})


def test_what_can_not_be_kept_waits_with_the_broker(
    door: Any, broker: Mosquitto, kafka: KafkaSettings, servers: Servers, until: Any
) -> None:
    door.kill()
    door.settings |= {"spool_max_bytes": 2_000}
    door.start()
    until(lambda: door.ready().get("kafka") == "direct")
    sent = [frame("van-1", seq) for seq in range(100)]
    servers.kafka.kill()
    try:
        broker.publish("van-1", *(("coldchain/van-1/frames", one) for one in sent))
        until(lambda: door.ready()["spooled"] > 0)
        assert door.ready()["spooled"] < len(sent)
    finally:
        servers.kafka.start()
    until(lambda: set(sent) <= {record.value for record in read_all(kafka, FRAMES)})


def test_what_names_no_device_is_a_dead_letter(
    broker: Mosquitto, kafka: KafkaSettings, until: Any
) -> None:
    broker.publish("city", ("coldchain//frames", frame("van-1")))
    until(lambda: len(list(read_all(kafka, REJECTED))) == 1)
    (letter,) = read_all(kafka, REJECTED)
    assert from_headers(letter.headers).reason == "the topic names no device"


def test_a_broker_that_does_not_let_it_listen_is_not_called_connected(
    door: Door, broker: Mosquitto, until: Any
) -> None:
    broker.restrict("ingest")
    until(lambda: str(door.ready().get("mqtt")).startswith("refused: "))
    told = door.ready()["mqtt"]
    assert "nothing comes of coldchain/+/custody, coldchain/+/frames" in told
    assert "let us read coldchain/#" in told
    assert told.removeprefix("refused: ") in (door.folder / "log").read_text()


class Code:
    """A reason code as paho hands it on."""

    def __init__(self, is_failure: bool) -> None:
        self.is_failure = is_failure


def test_a_subscription_that_is_refused_is_said() -> None:
    async def nobody(*_: object) -> None:
        raise AssertionError

    async def told() -> str:
        one = Mqtt(MqttSettings("127.0.0.1"), nobody)
        one._subscribed(None, None, None, [Code(False), Code(True)], None)
        return one.state

    assert asyncio.run(told()).startswith("refused: may not read coldchain/+/custody")
