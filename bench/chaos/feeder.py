"""The gateways: each sends what it has in order, keeps what is not accepted, and goes on.

Most use the front door, the others write to Kafka themselves. The ledger holds what was
accepted: answered 202, or confirmed by Kafka.
"""

import asyncio
import json
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from kafka.errors import KafkaError

from broker.clients import producer
from broker.settings import KafkaSettings
from broker.topics import CUSTODY, FRAMES, Topic

from .world import Item, World

TOPICS: dict[str, Topic] = {"frame": FRAMES, "broken": FRAMES, "scan": CUSTODY}
PATHS = {"frame": "/v1/frames", "scan": "/v1/custody"}
#: Devices out of ten that use the front door.
BY_THE_DOOR = 7


@dataclass(slots=True)
class Ledger:
    """What was accepted, what of it by a clock that is ahead, and what was answered."""

    accepted: list[Item] = field(default_factory=list)
    ahead: list[Item] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


class Feeder:
    """Sends a world over `seconds`. Its loop runs in a thread of its own; harms may hold devices
    back, or have frames sent again."""

    def __init__(
        self,
        world: World,
        tokens: Mapping[str, str],
        door: str,
        kafka: KafkaSettings,
        seconds: float,
    ) -> None:
        self.ledger = Ledger()
        self._world = world
        self._tokens = tokens
        self._door = door
        self._kafka = kafka
        self._seconds = seconds
        self._queues: dict[str, deque[Item]] = {}
        self._ready: dict[str, asyncio.Event] = {}
        self._held: dict[str, float] = {}
        self._devices = world.devices
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._made_all = False
        self.failed: BaseException | None = None
        self.done = threading.Event()

    def start(self) -> None:
        self._thread.start()

    def hold(self, devices: list[str], seconds: float) -> None:
        """These devices are out of coverage for so long; they store, and forward in order."""
        until = time.monotonic() + seconds
        for device in devices:
            self._held[device] = max(until, self._held.get(device, 0.0))

    @property
    def devices(self) -> list[str]:
        return self._devices

    @property
    def waiting(self) -> int:
        """How much was made and is not accepted yet."""
        return sum(len(queue) for queue in self._queues.values())

    async def _run(self) -> None:
        try:
            async with aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=15),
                connector=aiohttp.TCPConnector(limit=64),
            ) as session:
                gateways = [
                    asyncio.ensure_future(self._gateway(device, number, session))
                    for number, device in enumerate(["", *self._devices])
                ]
                await self._make()
                self._made_all = True
                for event in self._ready.values():
                    event.set()
                await asyncio.gather(*gateways)
        except BaseException as error:  # noqa: BLE001 - told by whoever waits for us
            self.failed = error
        finally:
            self.done.set()

    async def _make(self) -> None:
        """Items become due evenly over the time."""
        self._queues = {device: deque() for device in ["", *self._devices]}
        self._ready = {device: asyncio.Event() for device in self._queues}
        began, count = time.monotonic(), len(self._world.items)
        for number, item in enumerate(self._world.items):
            due = began + self._seconds * number / count
            if (wait := due - time.monotonic()) > 0.01:
                await asyncio.sleep(wait)
            device = "" if item.kind == "broken" else item.device
            self._queues[device].append(item)
            self._ready[device].set()

    async def _gateway(self, device: str, number: int, session: aiohttp.ClientSession) -> None:
        by_door = device != "" and number % 10 < BY_THE_DOOR
        await asyncio.sleep(0)
        while device not in self._queues:
            await asyncio.sleep(0.01)
        queue, ready = self._queues[device], self._ready[device]
        while queue or not self._made_all:
            if not queue:
                ready.clear()
                await ready.wait()
                continue
            if (held := self._held.get(device, 0.0) - time.monotonic()) > 0:
                await asyncio.sleep(min(held, 0.5))
                continue
            item = queue[0]
            done = await (self._post(item, session) if by_door else self._put(item))
            if done:
                queue.popleft()
            else:
                await asyncio.sleep(random.uniform(0.2, 1.0))

    async def _post(self, item: Item, session: aiohttp.ClientSession) -> bool:
        """Whether it was taken, or refused for good."""
        headers = {
            "Authorization": f"Bearer {self._tokens[item.device]}",
            "Content-Type": "application/json",
        }
        try:
            async with session.post(
                self._door + PATHS[item.kind], data=item.raw, headers=headers
            ) as answer:
                body = await answer.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            self.ledger.answers[type(error).__name__] += 1
            return False
        self.ledger.answers[str(answer.status)] += 1
        if answer.status == 202:
            self.ledger.accepted.append(item)
            return True
        if answer.status in (429, 503):
            return False
        self.ledger.refused[f"{answer.status} {body[:80]}"] += 1
        return True

    async def _put(self, item: Item) -> bool:
        done = await asyncio.to_thread(put, self._kafka, [item])
        self.ledger.answers["Kafka" if done else "no Kafka"] += 1
        if done:
            self.ledger.accepted.append(item)
        return done


_producers: dict[str, object] = {}
_lock = threading.Lock()


def put(kafka: KafkaSettings, items: list[Item], received: int | None = None) -> bool:
    """Write items to Kafka, as a gateway that has it; whether all are confirmed."""
    with _lock:
        if "one" not in _producers:
            _producers["one"] = producer(kafka)
    sender = _producers["one"]
    now = time.time_ns() // 1_000_000 if received is None else received
    try:
        futures = [
            sender.send(  # type: ignore[attr-defined]
                kafka.topic(TOPICS[item.kind]),
                key=item.device.encode() or None,
                value=item.raw,
                timestamp_ms=now,
            )
            for item in items
        ]
        for future in futures:
            future.get(timeout=30)
    except KafkaError:
        return False
    return True


def read_tokens(path: Path) -> dict[str, str]:
    """The devices' tokens, as `coldchain ingest token issue` writes them."""
    return dict(json.loads(path.read_text()))
