"""The courier's phone: a webhook on loopback that apprise really delivers to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from runtime.servers.ports import LOOPBACK

LONGEST = 65_536


@dataclass(frozen=True, slots=True)
class Received:
    """A message as it arrived: whose phone, what it says."""

    to: str
    title: str
    body: str


@dataclass
class Phone:
    """What arrived so far. `url(name)` is the apprise address of somebody's phone."""

    port: int
    messages: list[Received] = field(default_factory=list)

    def url(self, name: str) -> str:
        return f"json://{LOOPBACK}:{self.port}/{name}"


@contextmanager
def phone(on_message: Callable[[Received], None]) -> Iterator[Phone]:
    """A phone that is on until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), LONGEST)
            try:
                said = json.loads(self.rfile.read(length))
                received = Received(self.path.strip("/"), str(said["title"]), str(said["message"]))
            except (ValueError, KeyError, TypeError):
                self.send_response(400)
                self.end_headers()
                return
            ours.messages.append(received)
            on_message(received)
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing: what arrives is printed by the demo."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    ours = Phone(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, name="phone", daemon=True)
    thread.start()
    try:
        yield ours
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
