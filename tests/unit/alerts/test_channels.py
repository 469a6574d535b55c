"""What apprise says, read: taken, surely not taken, or nobody knows."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from alerts.channels import PATIENCE, Channels, _opened, fault_of
from alerts.messages import Message

MESSAGE = Message("title", "first\nsecond")


@pytest.fixture
def port() -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/drop":  # took it, and went away before it could say so
                self.close_connection = True
                return
            self.send_response(int(self.path[1:]))
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("200", "delivered"),
        ("404", "refused"),
        ("503", "refused"),
        ("504", "unclear"),
        ("drop", "unclear"),
    ],
)
def test_an_answer_tells_whether_it_was_taken(port: int, path: str, outcome: str) -> None:
    assert Channels().send(f"json://127.0.0.1:{port}/{path}", MESSAGE)[0] == outcome


def test_a_server_that_was_never_reached_took_nothing() -> None:
    # Port 9 (discard) is below those that clients are given: nobody listens there.
    assert Channels().send("json://127.0.0.1:9/", MESSAGE)[0] == "refused"
    mail = "mailto://127.0.0.1:9?from=a@example.com&to=b@example.com"
    assert Channels().send(mail, MESSAGE)[0] == "refused"


def test_an_error_never_shows_the_address(port: int) -> None:
    outcome, error = Channels().send("json://127.0.0.1:9/secret-token", MESSAGE)
    assert outcome == "refused"
    assert error
    assert "secret-token" not in error


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("json://h/x", ""),
        ("mailto://h:25?from=a@example.com&to=b@example.com&cc=c@example.com", ""),
        ("x", "holds no apprise URL"),
        ("foo://h", "holds no apprise URL"),
        ("", "holds no apprise URL"),
        ("json://h/x, json://h/y", "reaches 2 at once"),
        ("json://h/x json://h/y json://h/z", "reaches 3 at once"),
        ("mailto://h:25?from=a@example.com&to=b@example.com,c@example.com", "reaches 2 at once"),
        ("ntfys://ntfy.example.com/one/two", "reaches 2 at once"),
    ],
)
def test_an_address_is_one_that_apprise_knows_and_reaches_one(url: str, fault: str) -> None:
    said = fault_of(url)
    assert said.startswith(fault)
    assert bool(said) is bool(fault)


def test_apprise_sends_nothing_again_by_itself_and_waits_for_a_slow_answer() -> None:
    [plain] = _opened("json://127.0.0.1:9/?retry=3")
    [chosen] = _opened("json://127.0.0.1:9/?rto=2")
    assert (plain.retry, plain.socket_read_timeout) == (0, PATIENCE)
    assert chosen.socket_read_timeout == 2.0
