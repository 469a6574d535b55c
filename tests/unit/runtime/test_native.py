"""Parts of the native servers that need no server."""

import os
import re
import socket
from pathlib import Path

import pytest

from coldchain.times import DAY_MS
from runtime.servers import state
from runtime.servers.influxd_build import _environment
from runtime.servers.kafka import cluster_id, properties
from runtime.servers.kafka_jars import KAFKA, locked_jars
from runtime.servers.ports import LOOPBACK, free_ports, is_free


def test_no_cluster_id_is_taken_for_an_option() -> None:
    for _ in range(1_000):
        assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{21}", cluster_id())


def test_kafka_listens_on_loopback_alone_and_makes_no_topic_unasked(tmp_path: Path) -> None:
    rows = properties(9092, 9093, tmp_path)
    assert rows["auto.create.topics.enable"] == "false"
    listeners = rows["listeners"].split(",")
    assert all(f"://{LOOPBACK}:" in listener for listener in listeners)


def test_records_of_any_date_outlive_a_run_of_tests_or_a_demo(tmp_path: Path) -> None:
    rows = properties(9092, 9093, tmp_path)
    for name in ("log.retention.check.interval.ms", "log.initial.task.delay.ms"):
        assert int(rows[name]) == DAY_MS


def test_the_lock_has_kafka_itself_and_a_digest_for_every_jar() -> None:
    jars = locked_jars()
    assert KAFKA in {jar.coordinate for jar in jars}
    assert len({jar.coordinate for jar in jars}) == len(jars)
    assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", jar.digest) and jar.size > 0 for jar in jars)


def test_nothing_of_a_users_own_go_is_used(tmp_path: Path) -> None:
    theirs = {"GOROOT": "/opt/go", "GOFLAGS": "-mod=vendor", "GOOS": "plan9", "PATH": "/bin"}
    ours = _environment(tmp_path, theirs)
    assert "GOROOT" not in ours
    assert "GOOS" not in ours
    assert ours["GOFLAGS"] == "-modcacherw"
    assert ours["PATH"] == "/bin"


def test_free_ports_are_different_and_free() -> None:
    ports = free_ports(10)
    assert len(set(ports)) == 10
    assert all(is_free(port) for port in ports)


def test_a_port_somebody_listens_on_is_not_free() -> None:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        listener.listen()
        assert not is_free(listener.getsockname()[1])


def running(supervisor: int, began: int) -> state.Running:
    return state.Running("native", supervisor, began, {"COLDCHAIN_KAFKA_SERVERS": "a:1"}, "/x")


def test_what_is_up_is_noted_for_its_owner_only_and_forgotten() -> None:
    me = running(os.getpid(), state.began(os.getpid()))
    state.note(me)
    assert state.read() == me
    assert state.path().stat().st_mode & 0o077 == 0
    assert state.running_environment() == {"COLDCHAIN_KAFKA_SERVERS": "a:1"}
    state.forget()
    assert state.read() is None


def test_another_process_under_the_same_number_is_not_taken_for_it() -> None:
    state.note(running(os.getpid(), state.began(os.getpid()) + 1))
    assert state.running_environment() == {}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"kind": "native"}', '{"more": 1}'])
def test_rubbish_in_the_state_file_is_nothing_up(text: str) -> None:
    state.path().parent.mkdir(parents=True)
    state.path().write_text(text)
    assert state.read() is None
