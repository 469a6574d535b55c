"""Native servers: started, stopped, started again on the same data; never left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from broker.admin import ensure_topics
from broker.clients import consumer, producer
from broker.settings import KafkaSettings
from broker.topics import FRAMES
from runtime.servers import Servers
from runtime.servers.native import native_servers
from runtime.servers.probes import influxdb_answers, kafka_answers
from runtime.servers.process import Process
from runtime.servers.state import began
from series.reader import Reader
from series.settings import SeriesSettings
from series.setup import ensure_bucket
from series.writer import Writer

pytestmark = pytest.mark.integration

#: A program that holds servers until it is ended; it says where they are.
HOLD = """
import sys, time
from pathlib import Path
from runtime.servers.native import native_servers
with native_servers(Path(sys.argv[1])) as servers:
    print(servers.kafka.pid, servers.influxdb.pid, flush=True)
    time.sleep(600)
"""


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    """Whether it comes to hold before the deadline."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return holds()


def lives(pid: int) -> bool:
    return began(pid) != 0


def write_both(servers: Servers, count: int) -> None:
    kafka = KafkaSettings(servers=servers.kafka_servers, partitions=1)
    ensure_topics(kafka, [FRAMES])
    sender = producer(kafka)
    for number in range(count):
        sender.send(FRAMES.name, str(number).encode(), key=b"van-1")
    sender.flush()
    sender.close()
    store = SeriesSettings(url=servers.influxdb_url, retention_days=0, give_up_after=10)
    ensure_bucket(store)
    writer = Writer(store)
    lines = [f"reading,compartment=main,device=van-1 air={n}.5 {n}" for n in range(1, count + 1)]
    assert writer.send(lines).result(30) == []
    writer.close()


def read_both(servers: Servers, count: int) -> tuple[list[int], int]:
    kafka = KafkaSettings(servers=servers.kafka_servers)
    reader = consumer(kafka, FRAMES, consumer_timeout_ms=20_000)
    frames = [int(record.value) for _, record in zip(range(count), reader, strict=False)]
    reader.close()
    store = Reader(SeriesSettings(url=servers.influxdb_url))
    stored = store.count_readings()
    store.close()
    return frames, stored


def test_a_second_start_on_the_same_data_has_all_of_it_on_the_same_ports(tmp_path: Path) -> None:
    with native_servers(tmp_path) as servers:
        first = servers.environment
        write_both(servers, 50)
    assert not kafka_answers(first["COLDCHAIN_KAFKA_SERVERS"], 0.5)
    assert not influxdb_answers(first["COLDCHAIN_INFLUXDB_URL"], 0.5)
    with native_servers(tmp_path) as servers:
        assert servers.environment == first
        assert read_both(servers, 50) == (list(range(50)), 50)


def test_killed_servers_come_back_with_all_that_was_confirmed(tmp_path: Path) -> None:
    with native_servers(tmp_path) as servers:
        write_both(servers, 50)
        for server in (servers.kafka, servers.influxdb):
            server.kill()
        assert not kafka_answers(servers.kafka_servers, 0.5)
        assert not influxdb_answers(servers.influxdb_url, 0.5)
        for server in (servers.kafka, servers.influxdb):
            server.start()
        assert read_both(servers, 50) == (list(range(50)), 50)


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A process of its own that holds servers, and the servers' process ids."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "run")],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        pids = [int(pid) for pid in process.stdout.readline().split()]
        assert len(pids) == 2
        yield process, pids
        process.kill()
    assert within(10, lambda: not any(map(lives, pids)))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_stop_the_servers_with_it(
    holder: tuple[subprocess.Popen[str], list[int]], number: signal.Signals
) -> None:
    process, pids = holder
    assert all(map(lives, pids))
    process.send_signal(number)
    process.wait(30)
    assert not any(map(lives, pids))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_a_killed_parent_leaves_no_child(
    holder: tuple[subprocess.Popen[str], list[int]],
) -> None:
    process, pids = holder
    process.kill()
    process.wait(10)
    assert within(10, lambda: not any(map(lives, pids)))


def test_a_server_that_ends_at_once_is_said_with_its_log(tmp_path: Path) -> None:
    from runtime.servers import ServerError

    server = Process(
        name="InfluxDB",
        command=[sys.executable, "-c", "raise SystemExit('no disk')"],
        log=tmp_path / "log",
        ready=lambda: False,
        folder=tmp_path,
    )
    with pytest.raises(ServerError, match=r"(?s)InfluxDB ended at once.*no disk"):
        server.start()


@pytest.mark.skipif(sys.platform != "linux", reason="looks for the compiler in /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_build_leaves_no_half_and_no_compiler(
    tmp_path: Path, number: signal.Signals
) -> None:
    cache = tmp_path / "cache"
    with subprocess.Popen(
        [sys.executable, "-c", "from runtime.servers.influxd_build import influxd; influxd()"],
        env={**os.environ, "COLDCHAIN_CACHE": str(cache)},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as build:
        assert within(30, lambda: any(cache.glob(".influxd-*.part-*/path")))
        build.send_signal(number)
        build.wait(20)

    def compilers() -> list[str]:
        return [
            line
            for one in Path("/proc").glob("[0-9]*/environ")
            if (line := _read(one)) and f"GOBIN={cache}" in line
        ]

    assert within(20, lambda: not compilers())
    assert not list(cache.glob("influxd-*"))


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode(errors="replace")
    except OSError:
        return ""
