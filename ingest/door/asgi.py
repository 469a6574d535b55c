"""A POST as ASGI brings it: its head read in one pass, its body within bounds, its answer sent.

A gateway sends one frame a request, so that this is most of what a frame costs. Starlette, which
answers everything else, would take half as much again (decision 0028).
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .answers import Refusal
from .reading import JSON, LINES

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_WANTED = frozenset({b"authorization", b"content-type", b"content-encoding", b"content-length"})
_HEADERS = [(b"content-type", JSON.encode())]


@dataclass(frozen=True, slots=True)
class Head:
    """What a request says of itself, header by header as it came; empty where it does not."""

    authorization: bytes
    content_type: bytes
    content_encoding: bytes
    content_length: bytes

    @classmethod
    def of(cls, headers: Iterable[tuple[bytes, bytes]]) -> "Head":
        """Of ASGI's headers, their names in lower case; of one said twice the first counts."""
        found: dict[bytes, bytes] = {}
        for name, value in headers:
            if name in _WANTED:
                found.setdefault(name, value)
        get = found.get
        return cls(
            get(b"authorization", b""),
            get(b"content-type", b""),
            get(b"content-encoding", b""),
            get(b"content-length", b""),
        )

    def secret(self) -> str:
        """The bearer token; empty where there is none."""
        scheme, _, secret = self.authorization.partition(b" ")
        return secret.strip().decode("latin-1") if scheme.lower() == b"bearer" else ""

    def media(self) -> str:
        """What the body is. Raises Refusal where it is none of what is taken."""
        if self.content_encoding.strip().lower() not in (b"", b"identity"):
            raise Refusal(415, "Content-Encoding: none is taken")
        media = _media(self.content_type)
        if media not in (JSON, LINES):
            raise Refusal(415, f"Content-Type: {JSON} or {LINES}")
        return media

    def check_length(self, limit: int) -> None:
        """Raises Refusal where it says that the body is larger than it may be."""
        length = self.content_length
        if length.isdigit() and len(length) < 20 and int(length) > limit:
            raise Refusal(413, f"{length.decode()} bytes, at most {limit}")


@lru_cache(maxsize=64)
def _media(content_type: bytes) -> str:
    return content_type.decode("latin-1").partition(";")[0].strip().lower()


async def body(receive: Receive, patience_s: float, grown: Callable[[int], None]) -> bytes:
    """The whole body. `grown` is told of each part's bytes, and may raise.

    Raises Refusal where it does not come, in time or at all.
    """
    parts: list[bytes] = []
    try:
        async with asyncio.timeout(patience_s):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Refusal(400, "the body broke off")
                part = message.get("body", b"")
                grown(len(part))
                parts.append(part)
                if not message.get("more_body", False):
                    return parts[0] if len(parts) == 1 else b"".join(parts)
    except TimeoutError:
        raise Refusal(400, f"the body did not come within {patience_s:g} s") from None


async def answer(send: Send, status: int, text: bytes, more: Iterable[tuple[str, str]]) -> None:
    """Answer with JSON. `more`: further headers."""
    headers = [*_HEADERS, (b"content-length", b"%d" % len(text))]
    headers += [(name.lower().encode(), value.encode()) for name, value in more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
