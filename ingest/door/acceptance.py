"""Durable acceptance: in Kafka, confirmed by all replicas, or on this disk, synced.

    direct    to Kafka; what it does not confirm in time goes to the spool, and from then on
    spooling  everything goes to the spool, behind what is there, until it has been drained in
              order; then direct again

A record may reach Kafka twice (confirmed, but we died before we forgot it); never not at all.
A device's records stay in the order in which they were answered.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
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


class Acceptance:
    """What `accept` returns from is kept. Made and used on one event loop."""

    def __init__(self, line: Line, spool: Spool) -> None:
        self._line = line
        self._spool = spool
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._queue: list[tuple[Sequence[Record], asyncio.Future[None]]] = []
        self._flushing: asyncio.Task[None] | None = None
        self._drain: asyncio.Task[None] | None = None
        self._trouble = asyncio.Event()
        self._gate = asyncio.Event()
        self._gate.set()
        self.direct = False

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
        return self.direct or self._spool.size + size <= self._spool.max_bytes

    async def start(self) -> None:
        self._trouble.set()
        self._drain = asyncio.create_task(self._draining())

    async def stop(self) -> None:
        """End. What is in the spool stays there for the next start."""
        if self._drain is not None:
            self._drain.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._drain
        if self._flushing is not None:
            await self._flushing
        await self._line.drop()
        await asyncio.to_thread(self._disk.shutdown)
        self._spool.close()

    async def accept(self, records: Sequence[Record]) -> None:
        """Keep all of them. Raises SpoolFullError where they can't be."""
        await self._gate.wait()
        left = records
        if self.direct:
            failed = await self._line.send(records)
            if not failed:
                return
            if self.direct:
                self.direct = False
                self._trouble.set()
                why = next(iter(failed.values()))
                log.warning("Kafka does not confirm (%s): spooling", why.why)
            left = [record for index, record in enumerate(records) if index in failed]
        await self._keep(left)

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

    async def _draining(self) -> None:
        """Whenever there is trouble: connect, empty the spool, go back to direct."""
        tries = 0
        while True:
            await self._trouble.wait()
            try:
                done = await self._drain_some()
            except KafkaError as error:
                log.info("Kafka is away: %s", error)
                done = False
            except Exception:
                log.exception("draining the spool")
                done = False
            if done:
                tries = 0
                continue
            tries += 1
            if tries % _TRIES == 0:
                await self._line.drop()
            await asyncio.sleep(_PAUSE_S)

    async def _drain_some(self) -> bool:
        """A step further; False where Kafka took nothing."""
        if not self._line.connected:
            await self._line.connect()
        if self._spool.held > _LAST_RECORDS:
            return await self._empty()
        # The last few: whoever comes now waits for them, else there would always be a last one.
        self._gate.clear()
        try:
            if self._flushing is not None:
                await self._flushing
            done = self._spool.held == 0 or await self._empty()
            if self._spool.held == 0:
                self._trouble.clear()
                self.direct = True
                log.info("straight to Kafka")
            return done
        finally:
            self._gate.set()

    async def _empty(self) -> bool:
        """Send the oldest and forget what was confirmed; False where nothing was."""
        rows = await self._on_disk(self._spool.oldest, _DRAIN_RECORDS, _DRAIN_BYTES)
        failed = await self._line.send([record for _, record in rows])
        taken, never = sort_out([record.key for _, record in rows], failed)
        if taken:
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
