"""`coldchain alerts` as a person uses it: run, list, ack, silence."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from broker.clients import producer
from broker.settings import KafkaSettings
from broker.topics import EXCURSIONS
from coldchain.records import ExcursionRecord
from coldchain.times import iso

pytestmark = pytest.mark.integration

COLDCHAIN = (sys.executable, "-c", "from runtime.cli import main; main()", "alerts")

ROUTES = """
[[recipients]]
name = "wang"
language = "en"
channels = { phone = "env:WANG_PHONE" }

[default]
to = ["wang"]
"""


def _breach(kafka: KafkaSettings, name: str, compartment: str = "main") -> None:
    start = iso(time.time_ns() // 1_000_000 - 2_400_000)
    record = ExcursionRecord(
        id=name,
        state="confirmed",
        device="van-1",
        compartment=compartment,
        channel=f"{compartment}.product",
        limit="warm",
        severity="critical",
        profile="iced-seafood",
        start=start,
        confirmed=start,
        end=None,
        minutes=40.0,
        unknown_minutes=0.0,
        degree_minutes=80.0,
        peak=7.5,
        peak_at=start,
        as_of=1,
    )
    sender = producer(kafka)
    sender.send(kafka.topic(EXCURSIONS), msgspec.json.encode(record), b"van-1").get(30)
    sender.close()


def test_a_breach_is_listed_answered_and_silenced_from_the_command(
    kafka: KafkaSettings, tmp_path: Path, phone: Any
) -> None:
    (tmp_path / "routes.toml").write_text(ROUTES, encoding="utf-8")
    environment = os.environ | {
        "COLDCHAIN_KAFKA_SERVERS": kafka.servers,
        "COLDCHAIN_KAFKA_PREFIX": kafka.prefix,
        "COLDCHAIN_ALERTS_DATABASE": str(tmp_path / "alerts.sqlite"),
        "COLDCHAIN_ALERTS_ROUTES": str(tmp_path / "routes.toml"),
        "COLDCHAIN_ALERTS_GROUP_WAIT": "0",
        "WANG_PHONE": phone.url(),
    }

    def call(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*COLDCHAIN, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def listed(*arguments: str) -> list[dict[str, Any]]:
        said = call("list", "--json", *arguments)
        return list(json.loads(said.stdout)) if said.returncode == 0 else []

    def wait_for(status: str, seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while [one["status"] for one in listed()] != [status]:
            assert time.monotonic() < deadline, f"no alert became {status}"

    _breach(kafka, "feed0001")
    service = subprocess.Popen([*COLDCHAIN, "run"], env=environment, stderr=subprocess.DEVNULL)
    try:
        wait_for("firing")
        other = call("ack", "feed", "--by", "wang", "--cause", "other")
        assert (other.returncode, "needs a text" in other.stderr) == (2, True)
        assert call("ack", "beef", "--by", "wang", "--cause", "unloading").returncode == 2
        unknown = call("ack", "feed", "--by", "wnag", "--cause", "unloading")
        assert (unknown.returncode, "no recipient 'wnag'" in unknown.stderr) == (2, True)
        assert "there are wang" in unknown.stderr
        assert [one["status"] for one in listed()] == ["firing"]
        answered = call("ack", "feed", "--by", "wang", "--cause", "unloading")
        assert (answered.returncode, answered.stdout) == (0, "acknowledged feed0001 (van-1 main)\n")
        # It is said only once it is so.
        assert [one["status"] for one in listed()] == ["acknowledged"]
        muted = call("silence", "van-1", "--by", "wang", "--reason", "washed", "--for", "30m")
        assert muted.returncode == 0
        name = muted.stdout.split()[1].rstrip(":")
        database = tmp_path / "alerts.sqlite"
        _wait_for_silence(database, name)
        _breach(kafka, "feed0002", "rear")
        deadline = time.monotonic() + 60
        while len(listed()) < 2:
            assert time.monotonic() < deadline, "the second breach was not taken in"
        assert {one["id"]: one["silenced"] for one in listed()} == {
            "feed0001": False,
            "feed0002": True,
        }
        assert [one["event"] for one in listed("--history", "feed0001")] == ["worse", "acknowledge"]
    finally:
        service.terminate()
        ended = service.wait(30)
    assert ended == 0
    late = call("ack", "feed0001", "--by", "wang", "--cause", "goods-moved")
    assert (late.returncode, late.stdout.startswith("sent, not entered yet")) == (1, True)
    assert "is `coldchain alerts run` running?" in late.stderr
    assert [one["title"] for one in phone.messages()] == ["[CRITICAL] van-1 main 7.5 °C"]
    # The shipped profile gives the message its limit.
    assert "limit 4.0 °C" in phone.messages()[0]["message"]


def _wait_for_silence(database: Path, name: str) -> None:
    from alerts.views import history

    deadline = time.monotonic() + 60
    while not history(database, name):
        assert time.monotonic() < deadline, "the silence was not taken in"
        time.sleep(0.05)
