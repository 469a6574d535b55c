"""`coldchain ingest serve` as a process of a test's own, and a broker it may listen to."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from broker.settings import KafkaSettings
from ingest.door.tokens import TokenStore
from runtime.servers.ports import free_ports

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
#: Why a test that needs a broker is skipped; None where there is one.
NO_BROKER = (
    "no Mosquitto here (Debian: apt install mosquitto openssl)"
    if MOSQUITTO is None or shutil.which("openssl") is None
    else None
)
_ACL = """pattern write coldchain/%u/#

user ingest
topic read coldchain/#

user city
topic write coldchain/#
"""


def until(said: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not said():
        assert time.monotonic() < deadline, "it did not come in time"
        time.sleep(0.05)


@dataclass
class Door:
    """`coldchain ingest serve` as a process; `kill` ends it as a crash would."""

    kafka: KafkaSettings
    folder: Path
    port: int
    settings: dict[str, object] = field(default_factory=dict)
    _child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._child is not None
        return self._child.pid

    def token(self, device: str) -> str:
        with TokenStore(self.folder / "tokens.sqlite") as store:
            return store.new(device, time.time_ns() // 1_000_000)[1]

    def start(self) -> None:
        chosen = {"folder": self.folder, "port": self.port, **self.settings}
        environment = {
            **os.environ,
            "COLDCHAIN_KAFKA_SERVERS": self.kafka.servers,
            "COLDCHAIN_KAFKA_PREFIX": self.kafka.prefix,
            **{f"COLDCHAIN_INGEST_{name.upper()}": str(value) for name, value in chosen.items()},
        }
        with (self.folder / "log").open("ab") as log:
            command = [sys.executable, "-m", "runtime", "ingest", "serve"]
            self._child = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        until(lambda: self.ask("/healthz")[0] == 200)

    def kill(self) -> None:
        assert self._child is not None
        self._child.kill()
        self._child.wait()

    def stop(self) -> int:
        assert self._child is not None
        self._child.terminate()
        return self._child.wait(30)

    def ready(self) -> dict[str, Any]:
        status, told = self.ask("/readyz")
        return told if status in (200, 503) else {}

    def ask(
        self,
        path: str,
        body: bytes | None = None,
        token: str | None = None,
        kind: str = "application/json",
    ) -> tuple[int, Any]:
        """Status and JSON of an answer; 0 where there was none."""
        headers = {"Content-Type": kind}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(self.url + path, body, headers)  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return answer.status, _parsed(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _parsed(error.read())
        except OSError:
            return 0, None


def _parsed(text: bytes) -> Any:
    return json.loads(text) if text[:1] in (b"{", b"[") else text.decode()


@contextmanager
def started(kafka: KafkaSettings, folder: Path) -> Iterator[Door]:
    """A door in a folder of its own, straight to Kafka."""
    made = Door(kafka, folder, free_ports(1)[0])
    made.start()
    try:
        until(lambda: made.ready().get("kafka") == "direct")
        yield made
    finally:
        made.kill()


class Mosquitto:
    """A broker on loopback with a certificate of its own; every password is `secret`."""

    def __init__(self, folder: Path, users: Iterable[str]) -> None:
        folder.mkdir()
        (self.port,) = free_ports(1)
        self.ca, key, file = folder / "ca.pem", folder / "key.pem", folder / "users"
        made = (
            "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1"
            f" -addext subjectAltName=IP:127.0.0.1 -keyout {key} -out {self.ca}"
        )
        subprocess.run(made.split(), check=True, capture_output=True)
        file.touch(0o600)
        for user in ("ingest", "city", *users):
            command = ["mosquitto_passwd", "-b", str(file), user, "secret"]
            subprocess.run(command, check=True, capture_output=True)
        self._acl = folder / "acl"
        self._acl.write_text(_ACL)
        self._config = config = folder / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} 127.0.0.1\ncertfile {self.ca}\nkeyfile {key}\nuser root\n"
            f"allow_anonymous false\npassword_file {file}\nacl_file {folder / 'acl'}\n"
            "max_queued_messages 0\n"
        )
        self._start()

    def _start(self) -> None:
        self._child = subprocess.Popen([str(MOSQUITTO), "-c", str(self._config)])

    def restrict(self, user: str) -> None:
        """Begun anew with rules that let this one read nothing."""
        self.stop()
        rules = self._acl.read_text().split("\n\n")
        self._acl.write_text("\n\n".join(one for one in rules if f"user {user}" not in one))
        self._start()

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


@contextmanager
def listening(door: Door, folder: Path, users: Iterable[str]) -> Iterator[Mosquitto]:
    """A broker that the door is made to listen to; `city` may speak for every device."""
    made = Mosquitto(folder / "mosquitto", users)
    try:
        until(made.answers)
        password = folder / "password"
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
