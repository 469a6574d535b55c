"""`coldchain up`, `status`, `doctor`, `down`, as one types them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from broker.topics import TOPICS
from runtime.servers.state import began, read

pytestmark = pytest.mark.integration


def coldchain(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from runtime.cli import main; main()", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **variables},
        timeout=150,
    )


@pytest.fixture
def up() -> Iterator[dict[str, str]]:
    """Servers that are up, natively; their settings."""
    started = coldchain("up", "--servers", "native", "--json")
    assert started.returncode == 0, started.stderr
    yield json.loads(started.stdout)
    assert coldchain("down").returncode == 0


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.1)
    return holds()


def status() -> tuple[int, dict[str, Any]]:
    said = coldchain("status", "--json")
    findings = json.loads(said.stdout)["findings"]
    return said.returncode, {one["what"]: one for one in findings}


def test_up_is_up_twice_is_harmless_and_down_leaves_nothing(up: dict[str, str]) -> None:
    code, found = status()
    assert code == 0, found
    assert f"all {len(TOPICS)} topics" in found["Kafka"]["said"]

    again = coldchain("up", "--json")
    assert json.loads(again.stdout) == up
    assert "already" in again.stderr
    shell = coldchain("up").stdout.splitlines()
    assert f"export COLDCHAIN_KAFKA_SERVERS={up['COLDCHAIN_KAFKA_SERVERS']}" in shell

    doctor = coldchain("doctor")
    assert doctor.returncode == 0, doctor.stdout

    running = read()
    assert running is not None
    assert coldchain("down").returncode == 0
    pids = [running.supervisor, *running.pids.values()]
    assert not any(map(began, pids))
    assert read() is None
    assert status()[0] == 1
    assert "No servers" in coldchain("down").stderr


def test_a_server_that_dies_is_started_again(up: dict[str, str]) -> None:
    before = read()
    assert before is not None
    os.kill(before.pids["influxdb"], signal.SIGKILL)
    assert within(30, lambda: (now := read()) is not None and now.pids != before.pids)
    code, found = status()
    assert code == 0, found
    assert up["COLDCHAIN_INFLUXDB_URL"] in found["InfluxDB"]["said"]


def test_a_killed_supervisor_takes_its_servers_along_and_up_mends_it(up: dict[str, str]) -> None:
    before = read()
    assert before is not None
    os.kill(before.supervisor, signal.SIGKILL)
    assert within(10, lambda: not any(map(began, before.pids.values())))
    code, found = status()
    assert code == 1
    assert "without being asked" in found["local servers"]["said"]
    again = coldchain("up", "--servers", "native", "--json")
    assert json.loads(again.stdout) == up
    assert status()[0] == 0


def test_a_port_that_is_taken_is_one_line(up: dict[str, str], tmp_path: Path) -> None:
    port = up["COLDCHAIN_KAFKA_SERVERS"].rpartition(":")[2]
    other = coldchain(
        "up", "--servers", "native", "--kafka-port", port, COLDCHAIN_STATE=str(tmp_path / "other")
    )
    assert other.returncode == 2
    assert f"port {port}, wanted for kafka, is taken" in other.stderr
    assert "Traceback" not in other.stderr
