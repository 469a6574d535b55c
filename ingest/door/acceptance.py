"""Durable acceptance: in Kafka, confirmed by all replicas, or on this disk, synced.

Each topic has a lane of its own, so that one that takes nothing holds up no other:

    direct    to Kafka; what it does not confirm in time goes to the spool, and from then on
    spooling  everything goes to the spool, behind what is there, until it has been drained in
              order; then direct again

A record may reach Kafka twice (confirmed, but we died before we forgot it); never not at all.
A device's records of a topic stay in the order in which they were answered.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from kafka.errors import KafkaError

from .line import Line
from .records import Record
from .spool import Spool, SpoolFullError
from .wire import Failures

T = TypeVar("T")

log = logging.getLogger(__name__)

#: How much is drained at a time.
_DRAIN_RECORDS, _DRAIN_BYTES = 2_000, 8_000_000
#: How few are left when newcomers wait until they are drained.
_LAST_RECORDS = 500
#: Seconds between tries, and how many in vain before the producer is made anew.
_PAUSE_S, _TRIES = 1.0, 3


class Lane:
    """How a topic is served. `flows`: Kafka took what it was last given of it."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.direct = False
        self.flows = True
        self.since = time.monotonic()
        self.trouble = asyncio.Event()
        self.trouble.set()
        self.gate = asyncio.Event()
        self.gate.set()

    def stumble(self, why: str) -> None:
        """Kafka did not confirm: to the spool from now on."""
        if self.direct:
            self.direct = self.flows = False
            self.since = time.monotonic()
            self.trouble.set()
            log.warning("%s: Kafka does not confirm (%s): spooling", self.topic, why)


class Acceptance:
    """What `accept` returns from is kept. Made and used on one event loop."""

    def __init__(self, line: Line, spool: Spool, topics: Iterable[str] = ()) -> None:
        self._line = line
        self._spool = spool
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._queue: list[tuple[Sequence[Record], asyncio.Future[None]]] = []
        self._flushing: asyncio.Task[None] | None = None
        self._lanes = {topic: Lane(topic) for topic in (*topics, *spool.topics())}
        self._drains: list[asyncio.Task[None]] | None = None
        self._connecting = asyncio.Lock()
        self._confirmed = float("-inf")

    @property
    def direct(self) -> bool:
        """Whether everything goes straight to Kafka."""
        return bool(self._lanes) and all(lane.direct for lane in self._lanes.values())

    @property
    def state(self) -> str:
        """`direct`, `away`, or `partly`: straight to Kafka for some topics only."""
        some = self._line.connected and any(lane.direct for lane in self._lanes.values())
        return "direct" if self.direct else "partly" if some else "away"

    @property
    def waiting(self) -> dict[str, int]:
        """Records in the spool, of each topic that is not direct."""
        lanes = self._lanes.values()
        return {lane.topic: self._spool.held_of(lane.topic) for lane in lanes if not lane.direct}

    @property
    def spooled(self) -> tuple[int, int]:
        """Records and bytes in the spool."""
        return self._spool.held, self._spool.size

    @property
    def set_aside(self) -> int:
        """Records that Kafka will never take."""
        return self._spool.set_aside

    def has_room(self, size: int) -> bool:
        """Whether so many bytes more could be kept."""
        spool = self._spool
        return self.direct or (not spool.is_broken and spool.size + size <= spool.max_bytes)

    async def start(self) -> None:
        self._drains = [asyncio.create_task(self._draining(one)) for one in self._lanes.values()]

    async def stop(self) -> None:
        """End. What is in the spool stays there for the next start."""
        for drain in self._drains or ():
            drain.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await drain
        if self._flushing is not None:
            await self._flushing
        await self._line.drop()
        await asyncio.to_thread(self._disk.shutdown)
        self._spool.close()

    async def accept(self, records: Sequence[Record]) -> None:
        """Keep all of them. Raises SpoolFullError where they can't be."""
        lanes = [self._lane(topic) for topic in {record.topic for record in records}]
        while not all(lane.gate.is_set() for lane in lanes):
            for lane in lanes:
                await lane.gate.wait()
        pending = list(records)
        while pending:
            # Kept in the same turn as their lane is seen to spool: into the spool of one that went
            # direct meanwhile nobody would look before the next trouble.
            held = [record for record in pending if not self._lanes[record.topic].direct]
            if held:
                pending = [record for record in pending if self._lanes[record.topic].direct]
                await self._keep(held)
                continue
            failed = await self._line.send(pending)
            if len(failed) < len(pending):
                self._confirmed = time.monotonic()
            for index, failure in failed.items():
                self._lanes[pending[index].topic].stumble(failure.why)
            pending = [pending[index] for index in sorted(failed)]

    def _lane(self, topic: str) -> Lane:
        lane = self._lanes.get(topic)
        if lane is None:
            lane = self._lanes[topic] = Lane(topic)
            if self._drains is not None:
                self._drains.append(asyncio.create_task(self._draining(lane)))
        return lane

    async def _keep(self, records: Sequence[Record]) -> None:
        """Into the spool: whoever waits meanwhile shares the next commit."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append((records, done))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())
        await done

    async def _flush(self) -> None:
        while self._queue:
            queue, self._queue = self._queue, []
            answers = await self._on_disk(self._append, [records for records, _ in queue])
            for (_, done), error in zip(queue, answers, strict=True):
                if done.done():  # its request has gone
                    continue
                if error is None:
                    done.set_result(None)
                else:
                    done.set_exception(error)

    def _append(self, many: list[Sequence[Record]]) -> list[SpoolFullError | None]:
        """All in one commit; where they don't fit together, each on its own."""
        try:
            self._spool.append([record for records in many for record in records])
        except SpoolFullError as error:
            if len(many) == 1:
                return [error]
            return [self._append([records])[0] for records in many]
        return [None] * len(many)

    async def _on_disk(self, what: Callable[..., T], *arguments: Any) -> T:
        """In the one thread that has the spool."""
        return await asyncio.get_running_loop().run_in_executor(self._disk, what, *arguments)

    async def _draining(self, lane: Lane) -> None:
        """Whenever there is trouble: connect, empty the lane's spool, go back to direct."""
        tries = 0
        while True:
            await lane.trouble.wait()
            try:
                done = await self._drain_some(lane)
            except KafkaError as error:
                log.info("Kafka is away: %s", error)
                done = False
            except Exception:
                log.exception("draining the spool of %s", lane.topic)
                done = False
            lane.flows = done
            if done:
                tries = 0
                continue
            tries += 1
            # Where another topic is served, it is not the producer's fault.
            if tries % _TRIES == 0 and self._confirmed < lane.since:
                await self._line.drop()
            if tries % _TRIES == 0:
                lane.since = time.monotonic()
            await asyncio.sleep(_PAUSE_S)

    async def _drain_some(self, lane: Lane) -> bool:
        """A step further; False where Kafka took nothing."""
        async with self._connecting:
            if not self._line.connected:
                await self._line.connect()
        held = self._spool.held_of(lane.topic)
        if held > _LAST_RECORDS or (held and not lane.flows):
            return await self._empty(lane)
        # The last few: whoever comes now waits for them, else there would always be a last one.
        lane.gate.clear()
        try:
            if self._flushing is not None:
                await self._flushing
            done = not self._spool.held_of(lane.topic) or await self._empty(lane)
            is_flushed = self._flushing is None or self._flushing.done()
            if is_flushed and not self._spool.held_of(lane.topic):
                lane.trouble.clear()
                lane.direct = True
                log.info("%s: straight to Kafka", lane.topic)
            return done
        finally:
            lane.gate.set()

    async def _empty(self, lane: Lane) -> bool:
        """Send the oldest and forget what was confirmed; False where nothing was."""
        limits = _DRAIN_RECORDS, _DRAIN_BYTES
        rows = await self._on_disk(self._spool.oldest, *limits, lane.topic)
        failed = await self._line.send([record for _, record in rows])
        taken, never = sort_out([record.key for _, record in rows], failed)
        if taken:
            self._confirmed = time.monotonic()
            await self._on_disk(self._spool.remove, [rows[index][0] for index in taken])
        for index in never:
            why = failed[index].why
            log.error("Kafka will never take a record of %r: %s", rows[index][1].key, why)
            await self._on_disk(self._spool.put_aside, rows[index][0], why)
        return bool(taken or never)


def sort_out(keys: Sequence[bytes], failed: Failures) -> tuple[list[int], list[int]]:
    """Which are done with and which Kafka never takes, by index; the rest is to be sent again.

    What came after a failure of the same key is sent again with it, so that it ends behind it.
    """
    taken: list[int] = []
    never: list[int] = []
    behind: set[bytes] = set()
    for index, key in enumerate(keys):
        failure = failed.get(index)
        if failure is not None and failure.never:
            never.append(index)
        elif failure is not None or key in behind:
            behind.add(key)
        else:
            taken.append(index)
    return taken, never
