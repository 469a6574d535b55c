"""By settings alone, every part reaches a Kafka that asks for TLS and a password."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from door_process import started
from secured_kafka import PASSWORD, USER, Secured, secured_kafka
from worker_bench import Bench

from broker.admin import ensure_topics
from broker.settings import KafkaSettings
from broker.topics import FRAMES
from coldchain.frames import Channel, Frame, encode_frame
from ingest.topic import read_all
from runtime.cli import main
from runtime.servers import Servers
from series.settings import SeriesSettings

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory, servers: Servers) -> Iterator[Secured]:
    """A Kafka of this file's own. `servers` says that native ones can be had."""
    if servers.kind != "native" or shutil.which("openssl") is None:
        pytest.skip("needs the native Kafka and openssl")
    with secured_kafka(tmp_path_factory.mktemp("secured")) as made:
        yield made


@pytest.fixture(params=["SCRAM-SHA-512", "PLAIN"])
def kafka(
    request: pytest.FixtureRequest, secured: Secured, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> KafkaSettings:
    """Settings of such a client, given to every process by the environment."""
    settings = KafkaSettings(
        servers=secured.servers, prefix=prefix, ca_file=secured.ca_file, username=USER,
        password=PASSWORD, mechanism=request.param, partitions=2,
    )  # fmt: skip
    for name in ("servers", "prefix", "ca_file", "username", "password", "mechanism"):
        monkeypatch.setenv(f"COLDCHAIN_KAFKA_{name.upper()}", str(getattr(settings, name)))
    ensure_topics(settings)
    return settings


def frame(device: str) -> bytes:
    now = time.time_ns() // 1_000_000
    channel = Channel(name="main.product", start=now - 60_000, step=30_000, values=[3.2, 3.3])
    return encode_frame(Frame(v=1, device=device, boot=1, seq=0, sent=now, channels=[channel]))


def test_the_front_door_replay_and_a_worker_by_tls_and_password(
    kafka: KafkaSettings,
    series_settings: SeriesSettings,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "trip.csv"
    earlier = time.gmtime(time.time() - 300)
    file.write_text(f"date,temperature\n{time.strftime('%Y-%m-%dT%H:%M:%SZ', earlier)},3.2\n")
    command = ["ingest", "replay", str(file), "--device", "tag-7", "--register"]
    with pytest.raises(SystemExit) as ended:
        main([*command, "--profile", "iced-seafood", "--json"])
    assert ended.value.code == 0
    assert json.loads(capsys.readouterr().out)["readings"] == 1

    with started(kafka, tmp_path) as door:
        status, _ = door.ask("/v1/frames", frame("tag-7"), door.token("tag-7"))
        assert status == 202
        assert door.ready()["kafka"] == "direct"
    assert len(list(read_all(kafka, FRAMES))) == 2

    bench = Bench(kafka, series_settings, tmp_path)
    with bench.worker():
        bench.wait_committed()
    assert bench.readings_stored() == 3


@pytest.mark.parametrize("wrong", ["password", "certificate", "no TLS"])
def test_who_is_wrong_about_it_is_told_in_one_line(
    kafka: KafkaSettings, secured: Secured, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes: dict[str, tuple[str, Any]] = {
        "password": ("COLDCHAIN_KAFKA_PASSWORD", "guessed"),
        "certificate": ("COLDCHAIN_KAFKA_CA_FILE", secured.other_ca_file),
        "no TLS": ("COLDCHAIN_KAFKA_CA_FILE", None),
    }
    name, value = changes[wrong]
    if value is None:
        monkeypatch.delenv(name)
    else:
        monkeypatch.setenv(name, str(value))
    command = [sys.executable, "-m", "runtime", "ingest", "rejected"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr


def test_a_password_is_not_shown_where_settings_are() -> None:
    assert PASSWORD not in repr(KafkaSettings(username=USER, password=PASSWORD))
