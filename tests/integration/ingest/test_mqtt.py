"""Devices over a real Mosquitto, by TLS and password; acknowledged only once kept."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from broker.settings import KafkaSettings
from broker.topics import FRAMES, REJECTED
from coldchain.frames import Channel, Frame, encode_frame
from coldchain.rejections import from_headers
from ingest.topic import read_all
from runtime.servers import Servers
from runtime.servers.ports import free_ports

pytestmark = pytest.mark.integration

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
ACL = "pattern write coldchain/%u/#\n\nuser ingest\ntopic read coldchain/#\n"


def frame(device: str, seq: int = 0) -> bytes:
    now = time.time_ns() // 1_000_000
    channel = Channel(name="main.air", start=now - 60_000, step=30_000, values=[3.2, None])
    return encode_frame(Frame(v=1, device=device, boot=1, seq=seq, sent=now, channels=[channel]))


class Mosquitto:
    """A broker on loopback with a certificate of its own; every password is `secret`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        (self.port,) = free_ports(1)
        self.ca, key, users = folder / "ca.pem", folder / "key.pem", folder / "users"
        made = (
            "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1"
            f" -addext subjectAltName=IP:127.0.0.1 -keyout {key} -out {self.ca}"
        )
        subprocess.run(made.split(), check=True, capture_output=True)
        users.touch(0o600)
        for user in ("ingest", "van-1", "van-2"):
            command = ["mosquitto_passwd", "-b", str(users), user, "secret"]
            subprocess.run(command, check=True, capture_output=True)
        (folder / "acl").write_text(ACL)
        config = folder / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} 127.0.0.1\ncertfile {self.ca}\nkeyfile {key}\nuser root\n"
            f"allow_anonymous false\npassword_file {users}\nacl_file {folder / 'acl'}\n"
            "max_queued_messages 0\n"
        )
        self._child = subprocess.Popen([str(MOSQUITTO), "-c", str(config)])

    def answers(self) -> bool:
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.port)) == 0

    def publish(self, user: str, *messages: tuple[str, bytes]) -> None:
        """As a device does: each message until the broker has it."""
        client = paho.Client(CallbackAPIVersion.VERSION2)
        client.tls_set(str(self.ca))
        client.username_pw_set(user, "secret")
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        for sent in [client.publish(topic, body, qos=1) for topic, body in messages]:
            sent.wait_for_publish(30)
        client.disconnect()
        client.loop_stop()

    def stop(self) -> None:
        self._child.terminate()
        self._child.wait()


@pytest.fixture
def broker(door: Any, tmp_path: Path, until: Any) -> Iterator[Mosquitto]:
    """A broker that the door listens to."""
    if MOSQUITTO is None or shutil.which("openssl") is None:
        pytest.skip("no Mosquitto here (Debian: apt install mosquitto openssl)")
    made = Mosquitto(tmp_path / "mosquitto")
    try:
        until(made.answers)
        password = tmp_path / "password"
        password.write_text("secret\n")
        door.settings |= {
            "mqtt_host": "127.0.0.1",
            "mqtt_port": made.port,
            "mqtt_username": "ingest",
            "mqtt_password_file": password,
            "mqtt_ca_file": made.ca,
            "kafka_patience_s": 2,
        }
        door.kill()
        door.start()
        until(lambda: door.ready().get("mqtt") == "connected")
        until(lambda: door.ready().get("kafka") == "direct")
        yield made
    finally:
        made.stop()


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
