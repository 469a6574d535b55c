"""Strangers' connections within bounds: uvicorn's protocol, with a limit to heads and to silence.

A head is read before anyone knows whose it is, and llhttp takes one of any size. So what is no
whole head after a while, or beyond a size, is refused; and where there are as many connections as
there may be, a new one takes the place of the one that has kept us waiting for the longest.
"""

import asyncio
import logging
import resource

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .answers import Problem, word

log = logging.getLogger(__name__)

#: How large a head may be, beside what one read from the socket brings.
MOST_HEAD_BYTES = 32_768
#: How long a head may take (s), and how often it is looked.
HEAD_PATIENCE_S, LOOK_S = 10.0, 1.0
#: Files that are open beside connections: databases, Kafka's process, the listening socket.
SPARE_FILES = 64
_STATUS = {400: "Bad Request", 408: "Request Timeout", 431: "Request Header Fields Too Large"}


class Guard:
    """Which connections keep us waiting: `heads` for a request's head, `idle` for the next one.

    The oldest is the first in each. At most `most` connections are open.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.heads: dict[Guarded, float] = {}
        self.idle: dict[Guarded, None] = {}
        self._looks = False
        self._dropped = 0

    def protocol(self) -> type[asyncio.Protocol]:
        """What uvicorn makes for each connection."""
        return type("GuardedHere", (Guarded,), {"guard": self})

    def opened(self, one: "Guarded", count: int) -> None:
        """One more is open, of `count`."""
        self.heads[one] = one.loop.time()
        if count > self.most:
            victim = next(iter(self.heads))
            if victim is one and self.idle:
                victim = next(iter(self.idle))
            self._dropped += 1
            self.heads.pop(victim, None)
            self.idle.pop(victim, None)
            victim.transport.abort()
        if not self._looks:
            self._looks = True
            one.loop.call_later(LOOK_S, self._look, one.loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Refuse whoever takes too long; say how many had to go."""
        late = loop.time() - HEAD_PATIENCE_S
        while self.heads:
            one, since = next(iter(self.heads.items()))
            if since > late:
                break
            one.refuse(408, f"no whole request head within {HEAD_PATIENCE_S:g} s")
        if self._dropped:
            log.warning(
                "%d connections closed for others: %d are as many as there may be",
                self._dropped, self.most,
            )  # fmt: skip
            self._dropped = 0
        loop.call_later(LOOK_S, self._look, loop)


class Guarded(HttpToolsProtocol):
    """A connection. What it refuses by itself it refuses in JSON, as the application does."""

    guard: Guard
    _in_head = True
    #: Heads begun, and what reads brought that were of the last one alone.
    _heads = _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.guard.opened(self, len(self.connections))

    def connection_lost(self, exc: Exception | None) -> None:
        self.guard.heads.pop(self, None)
        self.guard.idle.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        before = self._heads if self._in_head else -1
        super().data_received(data)
        if self._in_head and self._heads in (before, before or 1):
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                self.refuse(431, f"a request head of more than {MOST_HEAD_BYTES} bytes")

    def on_message_begin(self) -> None:
        self._in_head, self._head_bytes = True, 0
        self._heads += 1
        self.guard.idle.pop(self, None)
        self.guard.heads.setdefault(self, self.loop.time())
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self.guard.heads.pop(self, None)
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.transport.is_closing() and self not in self.guard.heads:
            self.guard.idle[self] = None

    def send_400_response(self, msg: str) -> None:
        self.refuse(400, msg)

    def refuse(self, status: int, reason: str) -> None:
        """Answer and close, or only close where another answer is under way."""
        self.guard.heads.pop(self, None)
        if self._heads > 1 and not self.cycle.response_complete:
            self.transport.abort()
            return
        body = msgspec.json.encode(Problem(error=word(status), reason=reason))
        head = (
            f"HTTP/1.1 {status} {_STATUS[status]}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()


def most_connections(wanted: int) -> int:
    """As many of those wanted as this process may have files; it is let have all it may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or soft < hard:
        soft = wanted + SPARE_FILES if hard == resource.RLIM_INFINITY else hard
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(1, min(wanted, soft - SPARE_FILES))
