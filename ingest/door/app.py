"""The ASGI application: HTTP in, JSON out; everything it decides is decided elsewhere."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from broker.settings import KafkaSettings
from broker.topics import REJECTED
from coldchain.rejections import Rejection
from coldchain.times import iso

from .acceptance import Acceptance
from .answers import Accepted, Problem, Refusal, RefusedItem, word
from .asgi import Head, Receive, Scope, Send, answer, body
from .limits import Bucket, Room, owed, take
from .meters import Meters
from .mqtt import Mqtt
from .openapi import document
from .reading import KINDS, BodyError, Read, Refused, items_of, read
from .records import Record
from .settings import MOST_BODY_BYTES, FrontDoorSettings
from .spool import SpoolFullError
from .tokens import Token, TokenStore

#: What is said to wait where it can't be reckoned (s).
_RETRY_S = 5
#: How often it is looked whether tokens changed: a revoked one lives on at most so long (s).
_LOOK_S = 0.2
_encode = msgspec.json.Encoder().encode
#: A device's bodies on their way take at most one of so many parts of the memory for them.
SHARES = 32


def _now() -> int:
    return time.time_ns() // 1_000_000


@dataclass
class FrontDoor:
    """Takes requests; `app` is what a server runs. `clock` gives ms since the epoch."""

    settings: FrontDoorSettings
    kafka: KafkaSettings
    tokens: TokenStore
    acceptance: Acceptance
    clock: Callable[[], int] = _now
    meters: Meters = field(default_factory=Meters)
    _buckets: dict[str, Bucket] = field(default_factory=dict)
    _mqtt: Mqtt | None = None
    room: Room = field(init=False)
    _looked: float = float("-inf")

    def __post_init__(self) -> None:
        limits = self.settings
        share = max(2 * limits.max_body_bytes, limits.max_waiting_bytes // SHARES)
        self.room = Room(limits.max_waiting_bytes, share)

    def app(self) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
        posts = {f"/v1/{name}": Post(self, name) for name in KINDS}
        routes = [
            Route("/healthz", self._healthz, methods=["GET"]),
            Route("/readyz", self._readyz, methods=["GET"]),
            Route("/metrics", self._metrics, methods=["GET"]),
            Route("/openapi.json", self._openapi, methods=["GET"]),
            *(Route(path, post, methods=["POST"]) for path, post in posts.items()),
        ]
        handlers = {HTTPException: _http_problem}
        others = Starlette(routes=routes, lifespan=self._life, exception_handlers=handlers)  # type: ignore[arg-type]
        others.router.redirect_slashes = False  # to a host that the caller names

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            known = posts.get(scope.get("path", "")) if scope.get("method") == "POST" else None
            await (known or others)(scope, receive, send)

        return app

    @asynccontextmanager
    async def _life(self, _: Starlette) -> AsyncIterator[None]:
        await self.acceptance.start()
        if self.settings.mqtt is not None:
            self._mqtt = Mqtt(self.settings.mqtt, self.offer)
            self._mqtt.start()
        try:
            yield
        finally:
            if self._mqtt is not None:
                await self._mqtt.stop()
            await self.acceptance.stop()

    async def take(self, name: str, head: Head, receive: Receive) -> Accepted:
        """Take a POST to `/v1/<name>`. Raises Refusal."""
        token = self._authenticate(head)
        media = head.media()
        self._spend(token.device, 1)
        body = await self._body(token.device, head, receive)
        return await self._sorted(name, token.device, body, media, f"http/v1/{name}")

    async def offer(self, name: str, device: str, body: bytes, media: str, where: str) -> Accepted:
        """Take what came by another way than HTTP, the device known by it. Raises Refusal.

        Where nobody can be answered, what is refused for its size or number is kept as well.
        """
        if not device:
            nobody = Refused(0, "the topic names no device", body[:MOST_BODY_BYTES])
            await self._keep(self._dead([nobody], "", where, self.clock()))
            self.meters.items(name, "refused", 1)
            raise Refusal(400, nobody.reason)
        try:
            if len(body) > self.settings.max_body_bytes:
                raise Refusal(413, f"{len(body)} bytes, at most {self.settings.max_body_bytes}")
            return await self._sorted(name, device, body, media, where, spend=False)
        except Refusal as refusal:
            if refusal.status == 413:
                kept = body[:MOST_BODY_BYTES]
                told = f"{refusal}" + "; cut off here" * (len(kept) < len(body))
                await self._keep(self._dead([Refused(0, told, kept)], device, where, self.clock()))
                self.meters.items(name, "refused", 1)
            raise

    async def _sorted(
        self, name: str, device: str, body: bytes, media: str, where: str, spend: bool = True
    ) -> Accepted:
        now = self.clock()
        try:
            items = items_of(body, media)
        except BodyError as error:
            whole = Refused(0, str(error), body)
            await self._keep(self._dead([whole], device, where, now))
            self.meters.items(name, "refused", 1)
            raise Refusal(400, str(error)) from None
        if len(items) > self.settings.max_frames:
            if spend:
                owed(self._buckets[device], len(items) - 1, self.settings.burst)
            reason = f"{len(items)} items, at most {self.settings.max_frames} in one request"
            raise Refusal(413, reason)
        if spend:
            self._spend(device, len(items) - 1)
        kind = KINDS[name]
        found = read(items, kind, device, now, round(self.settings.skew_s * 1000))
        if found.foreign is not None:
            reason = f"{device} can't speak for {found.foreign}"
            await self._keep(self._dead([Refused(0, reason, body)], device, where, now))
            self.meters.items(name, "refused", len(items))
            raise Refusal(403, reason)
        key, topic = device.encode(), self.kafka.topic(kind.topic)
        good = [Record(topic, key, raw, now) for raw in found.taken]
        await self._keep(good + self._dead(found.refused, device, where, now))
        return self._told(name, found)

    def _told(self, name: str, found: Read) -> Accepted:
        refused = [RefusedItem(index=one.index, reason=one.reason) for one in found.refused]
        self.meters.items(name, "accepted", len(found.taken))
        self.meters.items(name, "refused", len(refused))
        self.meters.items(name, "ahead", found.ahead)
        if not found.taken:
            raise Refusal(400, refused[0].reason, refused=refused)
        return Accepted(accepted=len(found.taken), ahead=found.ahead, refused=refused)

    def _authenticate(self, head: Head) -> Token:
        secret = head.secret()
        token = None
        if time.monotonic() - self._looked < _LOOK_S:
            token = self.tokens.find(secret, self.clock())
        if token is None:  # a token just made counts at once
            self.tokens.refresh()
            self._looked = time.monotonic()
            token = self.tokens.find(secret, self.clock())
        if token is None:
            raise Refusal(401, "no valid token: Authorization: Bearer TOKEN")
        return token

    def _spend(self, device: str, items: int) -> None:
        limits, now = self.settings, time.monotonic()
        bucket = self._buckets.setdefault(device, Bucket(limits.burst, now))
        wait = take(bucket, items, limits.rate, limits.burst, now)
        if wait:
            raise Refusal(429, f"more than {limits.rate:g} items a second", retry_s=wait)

    async def _body(self, device: str, head: Head, receive: Receive) -> bytes:
        """The body, no larger than it may be, nor all bodies together, nor the device's own.

        Raises Refusal.
        """
        limit, got = self.settings.max_body_bytes, 0

        def grown(size: int) -> None:
            nonlocal got
            got += size
            self.room.take(device, size)
            if got > limit:
                raise Refusal(413, f"more than {limit} bytes")
            if self.room.has_its_share(device):
                raise Refusal(429, f"too much of {device} at once", retry_s=_RETRY_S)
            if self.room.is_full():
                raise Refusal(503, "too much at once", retry_s=_RETRY_S)

        head.check_length(limit)
        try:
            whole = await body(receive, self.settings.body_patience_s, grown)
        finally:
            self.room.give_back(device, got)
        self.meters.bytes.inc(got)
        return whole

    def _dead(self, refused: list[Refused], device: str, where: str, now: int) -> list[Record]:
        key, topic = device.encode(), self.kafka.topic(REJECTED)
        return [
            Record(topic, key, one.raw, now, Rejection(one.reason, where, iso(now)).headers())
            for one in refused
        ]

    async def _keep(self, records: list[Record]) -> None:
        size = sum(len(record.value) for record in records)
        self.room.take("", size)
        try:
            if self.room.is_full():
                raise Refusal(503, "too much at once", retry_s=_RETRY_S)
            await self.acceptance.accept(records)
        except SpoolFullError as error:
            raise Refusal(
                503, f"not straight to Kafka now, and {error}", retry_s=_RETRY_S
            ) from None
        finally:
            self.room.give_back("", size)

    async def _healthz(self, _: Request) -> Response:
        return _json(200, {"status": "alive"})

    async def _readyz(self, _: Request) -> Response:
        records, size = self.acceptance.spooled
        told: dict[str, object] = {
            "ready": self.acceptance.has_room(self.settings.max_body_bytes),
            "kafka": self.acceptance.state,
            "spooled": records,
            "waiting": self.acceptance.waiting,
            "spooled_bytes": size,
            "spool_max_bytes": self.settings.spool_max_bytes,
        }
        if self._mqtt is not None:
            told["mqtt"] = self._mqtt.state
        return _json(200 if told["ready"] else 503, told)

    async def _metrics(self, _: Request) -> Response:
        records, size = self.acceptance.spooled
        self.meters.direct.set(self.acceptance.direct)
        self.meters.spool_records.set(records)
        self.meters.spool_bytes.set(size)
        self.meters.spool_max_bytes.set(self.settings.spool_max_bytes)
        self.meters.set_aside.set(self.acceptance.set_aside)
        return Response(self.meters.text(), media_type=self.meters.content_type)

    async def _openapi(self, _: Request) -> Response:
        return _json(200, document())


class Post:
    """The ASGI application of one path."""

    def __init__(self, door: FrontDoor, name: str) -> None:
        self._door = door
        self._name = name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        try:
            accepted = await self._door.take(self._name, Head.of(scope["headers"]), receive)
        except Refusal as refusal:
            status = refusal.status
            await answer(send, status, _encode(refusal.problem), _headers(refusal).items())
        else:
            status = 202
            await answer(send, status, _encode(accepted), ())
        self._door.meters.answered(self._name, status, time.perf_counter() - began)


def _json(status: int, what: object, headers: dict[str, str] | None = None) -> Response:
    return Response(_encode(what), status, headers, "application/json")


def _headers(refusal: Refusal) -> dict[str, str]:
    headers: dict[str, str] = {}
    if refusal.retry_s is not None:
        headers["Retry-After"] = str(max(1, -int(-refusal.retry_s // 1)))
    if refusal.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="coldchain"'
    if refusal.status in (401, 413, 415, 429, 503):  # its body may not have been read
        headers["Connection"] = "close"
    return headers


async def _http_problem(_: Request, error: HTTPException) -> Response:
    problem = Problem(error=word(error.status_code), reason=error.detail)
    return _json(error.status_code, problem, dict(error.headers or {}))
