"""A front door of a test's own, in a process or in this one."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from broker.settings import KafkaSettings
from ingest.door.tokens import TokenStore
from runtime.servers.ports import free_ports


def _until(said: Callable[[], object], seconds: float = 60.0) -> None:
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
        _until(lambda: self.ask("/healthz")[0] == 200)

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


@pytest.fixture
def until() -> Callable[..., None]:
    """Waits for a condition; fails where it does not come in time."""
    return _until


@pytest.fixture
def door(kafka: KafkaSettings, tmp_path: Path) -> Iterator[Door]:
    """Started, and straight to Kafka."""
    made = Door(kafka, tmp_path, free_ports(1)[0])
    made.start()
    try:
        _until(lambda: made.ready().get("kafka") == "direct")
        yield made
    finally:
        made.kill()
