"""Who has no token can't fill the memory, nor keep out who has one; the door as a process."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from door import FRAME
from door_process import Door, until

from broker.settings import KafkaSettings
from ingest.door.connections import MOST_HEAD_BYTES
from runtime.servers.ports import free_ports

pytestmark = pytest.mark.integration


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """A door whose Kafka is away, so that what it takes is in its spool."""
    nowhere = KafkaSettings(servers="127.0.0.1:1")
    made = Door(nowhere, tmp_path, free_ports(1)[0], {"max_connections": 50})
    made.start()
    try:
        yield made
    finally:
        made.kill()


def stranger(door: Door) -> socket.socket:
    return socket.create_connection(("127.0.0.1", door.port), timeout=60)


def answer(line: socket.socket) -> tuple[int, dict[str, str]]:
    """Status and JSON of what is answered before the connection is closed."""
    told = b""
    while True:
        try:
            part = line.recv(65_536)
        except ConnectionResetError:
            part = b""
        if not part:
            break
        told += part
    head, _, body = told.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def _is_closed(line: socket.socket) -> bool:
    try:
        return line.recv(1) == b""
    except ConnectionResetError:
        return True


def resident(pid: int) -> int:
    """Bytes in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


def test_a_head_that_never_ends_is_refused_and_takes_no_memory(door: Door) -> None:
    before = resident(door.pid)
    with stranger(door) as line:
        sent = 0
        line.sendall(b"GET /healthz HTTP/1.1\r\n")
        try:
            while sent < 60_000_000:
                sent += line.send(b"x-%07d: %s\r\n" % (sent % 10**7, b"v" * 1_000))
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert sent < 60_000_000
    with stranger(door) as line:
        line.sendall(b"GET /" + b"a" * MOST_HEAD_BYTES)
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            line.sendall(b"a" * 60_000_000)
    assert resident(door.pid) - before < 30_000_000


def test_a_head_somewhat_too_large_is_refused_in_json(door: Door) -> None:
    with stranger(door) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nhost: here\r\n")
        line.sendall(b"x: " + b"v" * 1_000)
        line.sendall(b"v" * MOST_HEAD_BYTES)
        status, problem = answer(line)
    assert status == 431
    assert str(MOST_HEAD_BYTES) in problem["reason"]


def test_a_head_that_does_not_come_is_waited_for_only_so_long(door: Door) -> None:
    with stranger(door) as silent, stranger(door) as half:
        half.sendall(b"POST /v1/frames HTTP/1.1\r\nhost: here\r\n")
        assert [answer(line)[0] for line in (silent, half)] == [408, 408]


def test_what_is_no_http_is_refused_in_json(door: Door) -> None:
    with stranger(door) as line:
        line.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
        status, problem = answer(line)
    assert (status, problem["error"]) == (400, "malformed")


def test_silent_strangers_make_room_for_who_has_a_token(door: Door) -> None:
    token = door.token("van-1")
    with ExitStack() as many:
        silent = [many.enter_context(stranger(door)) for _ in range(200)]
        assert door.ask("/v1/frames", FRAME, token)[0] == 202
        log = door.folder / "log"
        until(lambda: "connections closed for others: 50 are" in log.read_text())
        for line in silent[:100]:  # the oldest had to go
            assert _is_closed(line)


def test_a_path_with_a_slash_too_many_is_not_found_and_leads_nowhere(door: Door) -> None:
    status, told = door.ask("/v1/frames/", FRAME, door.token("van-1"))
    assert (status, told["error"]) == (404, "not-found")
