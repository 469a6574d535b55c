"""What people receive with: a webhook that stands for a phone, and a mail server. On loopback."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message as Mail
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

from runtime.servers.ports import free_ports


@dataclass
class Phone:
    """A webhook. `got` is what came, by path; `status` what it answers, by path.

    What comes to a `slow` path is taken, and answered only when the phone is switched off.
    """

    port: int
    got: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    status: dict[str, int] = field(default_factory=dict)
    slow: set[str] = field(default_factory=set)
    over: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "courier") -> str:
        return f"json://127.0.0.1:{self.port}/{path}"

    def messages(self, path: str = "courier") -> list[dict[str, Any]]:
        return self.got.get("/" + path, [])


@contextmanager
def a_phone() -> Iterator[Phone]:
    """A phone that is on, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = made.status.get(self.path, 200)
            if status == 200:
                made.got.setdefault(self.path, []).append(body)
            if self.path in made.slow:
                made.over.wait()
                return
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Phone(server.server_port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Postbox:
    """A mail server. `mails` is what it took."""

    port: int
    mails: list[Mail] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 taken"

    @property
    def url(self) -> str:
        return f"mailto://127.0.0.1:{self.port}?from=alerts@example.com&to=duty@example.com"


@contextmanager
def a_postbox() -> Iterator[Postbox]:
    """A mail server that is up, until the block ends."""
    made = Postbox(free_ports(1)[0])
    controller = Controller(made, hostname="127.0.0.1", port=made.port)
    controller.start()
    try:
        yield made
    finally:
        controller.stop()
