"""Fixtures of the series store's tests: a reader, a writer, and a gateway that turns away."""

import http.client
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from series.reader import Reader
from series.settings import SeriesSettings
from series.writer import Writer


@pytest.fixture
def reader(series_settings: SeriesSettings) -> Iterator[Reader]:
    one = Reader(series_settings)
    yield one
    one.close()


@pytest.fixture
def writer(series_settings: SeriesSettings) -> Iterator[Writer]:
    one = Writer(series_settings)
    yield one
    one.close()


@dataclass
class Hurdle:
    """`refusals` are given to the next requests, first to last; the others pass through."""

    url: str = ""
    refusals: list[tuple[int, Mapping[str, str]]] = field(default_factory=list)
    refused: int = 0
    passed: int = 0


@pytest.fixture
def hurdle(series_settings: SeriesSettings) -> Iterator[Hurdle]:
    """A gateway before the real InfluxDB that turns some requests away, as a busy one does."""
    there = urlsplit(series_settings.url)
    hurdle = Hurdle()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if hurdle.refusals:
                status, headers = hurdle.refusals.pop(0)
                hurdle.refused += 1
                self.answer(status, headers, b"come back later")
                return
            hurdle.passed += 1
            onward = http.client.HTTPConnection(f"{there.hostname}:{there.port}", timeout=30)
            try:
                onward.request("POST", self.path, body, {"Authorization": self.token()})
                response = onward.getresponse()
                self.answer(response.status, {}, response.read())
            finally:
                onward.close()

        def token(self) -> str:
            return self.headers.get("Authorization", "")

        def answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            if status != 204:  # which has no body, nor says how long it is
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if status != 204:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hurdle.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield hurdle
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
