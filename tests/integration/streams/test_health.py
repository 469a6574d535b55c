"""A worker tells how it does over HTTP; one whose commits stand still ends with one line."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from worker_bench import Bench, wait_until

from coldchain.frames import Channel, Frame
from coldchain.registry import CompartmentEntry, Entry, Registration
from runtime.servers import Servers
from runtime.servers.influxdb import influxdb_process
from runtime.servers.ports import free_ports
from series.setup import ensure_bucket

pytestmark = pytest.mark.integration

T0 = 1_795_413_600_000
REGISTRATION = Registration(
    device="van-1",
    history=[
        Entry(
            since="2026-01-01T00:00:00Z",
            kind="van",
            asset="V1",
            compartments={"main": CompartmentEntry(profile="iced-seafood")},
        )
    ],
)


def frame(minute: int) -> Frame:
    at = T0 + minute * 60_000
    air = Channel(name="main.air", start=at, step=30_000, values=[2.0, 2.1])
    return Frame(v=1, device="van-1", boot=1, seq=minute, sent=at + 60_000, channels=[air])


def asked(port: int, path: str) -> tuple[int, str]:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        client.request("GET", path)
        answer = client.getresponse()
        return answer.status, answer.read().decode()
    except OSError:
        return 0, ""
    finally:
        client.close()


def counted(text: str, name: str) -> float:
    return sum(float(one) for one in re.findall(rf"^coldchain_stream_{name} (\S+)$", text, re.M))


def test_a_worker_tells_what_it_judged_and_how_far_it_is(bench: Bench) -> None:
    bench.register(REGISTRATION)
    bench.send_frames(*(frame(minute) for minute in range(5)))
    [port] = free_ports(1)
    with bench.worker("--checkpoint", "0.2", "--metrics-port", str(port)):
        bench.wait_committed()
        wait_until(
            lambda: counted(asked(port, "/metrics")[1], "frames_total") == 5,
            "its frames are counted",
        )
        wait_until(
            lambda: (
                'lag{partition="0"} 0.0' in asked(port, "/metrics")[1]
                and counted(asked(port, "/metrics")[1], r"lag{[^}]*}") == 0
            ),
            "nothing waits",
        )
        text = asked(port, "/metrics")[1]
        assert counted(text, "samples_total") == 10
        assert asked(port, "/healthz")[0] == 200


def status(bench: Bench) -> tuple[int, dict[str, str]]:
    """What `coldchain status` exits with, and its finding on workers."""
    command = str(Path(sys.executable).with_name("coldchain"))
    done = subprocess.run(
        [command, "status", "--json"],
        env={**os.environ, **bench.environment},
        capture_output=True,
        check=False,
    )
    [found] = [one for one in json.loads(done.stdout)["findings"] if one["what"] == "workers"]
    return done.returncode, found


def test_status_says_how_many_workers_there_are_and_what_waits(bench: Bench) -> None:
    bench.register(REGISTRATION)
    assert status(bench)[1]["state"] == "note"
    bench.send_frames(frame(0))
    code, found = status(bench)
    assert (code, found["state"], found["said"]) == (1, "bad", "none, and 1 frame not judged yet")
    with bench.worker("--checkpoint", "0.2"):
        bench.wait_committed()
        found = status(bench)[1]
        assert (found["state"], found["said"]) == ("well", "1 worker, 0 frames not judged yet")


def test_a_worker_whose_commits_stand_still_ends_with_one_line_and_loses_nothing(
    bench: Bench,
) -> None:
    """The store takes no more: it is waited for with patience, and not for ever."""
    port, rpc_port, metrics = free_ports(3)
    own = influxdb_process(bench.folder / "influxdb", port, rpc_port)
    own.start()
    try:
        bench.series = replace(bench.series, url=f"http://127.0.0.1:{port}", give_up_after=600.0)
        ensure_bucket(bench.series)
        bench.register(REGISTRATION)
        options = ("--checkpoint", "0.2", "--stalled", "8", "--metrics-port", str(metrics))
        worker = bench.start_worker(*options)
        try:
            bench.send_frames(frame(0))
            bench.wait_committed()
            assert own.pid is not None
            os.kill(own.pid, signal.SIGSTOP)
            bench.send_frames(frame(1))
            wait_until(lambda: asked(metrics, "/healthz")[0] == 503, "its health is bad")
            wait_until(lambda: worker.poll() is not None, "the worker ends by itself")
        finally:
            worker.kill()
            worker.wait()
        assert worker.returncode == 1
        said = [line for line in bench.log(1).splitlines() if "nothing was committed for" in line]
        assert any(line.startswith("coldchain stream:") for line in said)
        os.kill(own.pid, signal.SIGCONT)
        with bench.worker():
            bench.wait_committed()
        assert bench.readings_stored() == 4
    finally:
        if own.pid is not None:
            os.kill(own.pid, signal.SIGCONT)
        own.stop()


def test_a_worker_whose_kafka_is_gone_stops_when_it_is_told_to(
    bench: Bench, servers: Servers
) -> None:
    """Its client's thread used to die unsaid, and was waited for for a minute."""
    bench.register(REGISTRATION)
    bench.send_frames(frame(0))
    with bench.worker("--checkpoint", "0.2") as worker:
        bench.wait_committed()
        servers.kafka.kill()
        try:
            wait_until(lambda: "Kafka does not answer" in bench.log(1), "it misses Kafka")
            assert worker.poll() is None
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(30) == 0
        finally:
            servers.kafka.start()
