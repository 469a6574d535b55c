"""`/healthz` and `/metrics` of a worker, over HTTP, on the loopback."""

import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import msgspec
from prometheus_client import CollectorRegistry, make_wsgi_app

from .watchdog import Watchdog

HOST = "127.0.0.1"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """A scrape every few seconds is nothing to write down."""


class Web:
    """The server; `port` 0 takes a free one. Raises OSError where it cannot listen."""

    def __init__(self, registry: CollectorRegistry, watchdog: Watchdog, port: int) -> None:
        self._metrics = make_wsgi_app(registry)
        self._watchdog = watchdog
        self._server = make_server(HOST, port, self._answer, _Server, _Quiet)
        self.port = self._server.server_port

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, name="web", daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, asked: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = asked.get("PATH_INFO", "")
        if path == "/metrics":
            answer: Iterable[bytes] = self._metrics(asked, start)
            return answer
        if path != "/healthz":
            start("404 Not Found", [("Content-Type", "text/plain")])
            return [b"there are /healthz and /metrics\n"]
        one = self._watchdog
        said = {
            "well": one.is_well,
            "lag": one.lag,
            "stalled_seconds": round(one.stalled_for, 1),
        }
        status = "200 OK" if one.is_well else "503 Service Unavailable"
        start(status, [("Content-Type", "application/json")])
        return [msgspec.json.encode(said)]
