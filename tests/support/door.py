"""A front door in this process, Kafka away: what is taken is in its spool. Asked as ASGI asks."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from broker.settings import KafkaSettings
from ingest.door.acceptance import Acceptance
from ingest.door.app import FrontDoor
from ingest.door.line import Line
from ingest.door.settings import FrontDoorSettings
from ingest.door.spool import Spool
from ingest.door.tokens import TokenStore

NOW = 1_795_413_720_500
FRAME = (
    b'{"v":1,"device":"van-1","boot":17,"seq":5120,"sent":1795413720500,"channels":'
    b'[{"name":"main.air","start":1795413600000,"step":30000,"values":[3.2,3.3,null,3.4]},'
    b'{"name":"main.door","at":[1795413612000,1795413655000],"values":[1,0]}],'
    b'"battery":0.93,"position":[36.0671,120.3826]}'
)
SCAN = (
    b'{"v":1,"id":"s1","parcel":"p1","act":"loaded","at":"2026-11-23T06:00:00Z","device":"van-1",'
    b'"measured":{"celsius":3.1,"where":"core"}}'
)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


@dataclass
class Asked:
    """The door, its spool, and a token of van-1."""

    door: FrontDoor
    spool: Spool
    tokens: TokenStore
    token: str

    def __post_init__(self) -> None:
        self._app = self.door.app()

    def ask(
        self,
        path: str = "/v1/frames",
        body: bytes | Sequence[bytes] = FRAME,
        method: str = "POST",
        kind: str | None = "application/json",
        token: str | None = "",
        **more: str,
    ) -> Answer:
        """`token`: empty, van-1's; None, none. `body` in parts arrives so. `more`: headers."""
        return asyncio.run(self.asked(path, body, method, kind, token, **more))

    async def asked(
        self,
        path: str = "/v1/frames",
        body: bytes | Sequence[bytes] = FRAME,
        method: str = "POST",
        kind: str | None = "application/json",
        token: str | None = "",
        **more: str,
    ) -> Answer:
        parts = [body] if isinstance(body, bytes) else list(body)
        headers = {name.replace("_", "-"): value for name, value in more.items()}
        if kind is not None:
            headers["content-type"] = kind
        if token is not None:
            headers.setdefault("authorization", f"Bearer {token or self.token}")
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http",
            "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
            "root_path": "", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
            "headers": [(key.encode(), value.encode("latin-1")) for key, value in headers.items()],
        }  # fmt: skip
        said: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if not parts:
                return {"type": "http.disconnect"}
            part = parts.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(parts)}

        async def send(message: Any) -> None:
            said.append(message)

        await self._app(scope, receive, send)
        told = {key.decode(): value.decode() for key, value in said[0]["headers"]}
        return Answer(said[0]["status"], told, b"".join(one.get("body", b"") for one in said))

    def kept(self) -> list[tuple[str, bytes]]:
        """What is in the spool: topic, value."""
        return [(r.topic, r.value) for _, r in self.spool.oldest(100_000, 1_000_000_000)]

    def forget(self) -> None:
        self.spool.remove([number for number, _ in self.spool.oldest(100_000, 1_000_000_000)])


@contextmanager
def door_in(folder: Path, **chosen: Any) -> Iterator[Asked]:
    """A door with these settings, its clock standing at NOW."""
    settings = FrontDoorSettings(folder, **chosen)
    assert settings.wrong() is None
    kafka = KafkaSettings(servers="127.0.0.1:1")
    spool = Spool(settings.spool, settings.spool_max_bytes)
    with TokenStore(settings.tokens) as tokens:
        _, token = tokens.new("van-1", time.time_ns() // 1_000_000)
        acceptance = Acceptance(Line(kafka, 5.0), spool)
        door = FrontDoor(settings, kafka, tokens, acceptance, clock=lambda: NOW)
        try:
            yield Asked(door, spool, tokens, token)
        finally:
            spool.close()
