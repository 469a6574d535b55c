"""The line to Kafka: records sent, and word of each as it is confirmed or refused.

kafka-python calls back from a thread of its own; what it says is handed to the event loop, many
at a time.
"""

import asyncio
import contextlib
import logging
import threading
from collections import deque
from collections.abc import Sequence
from typing import Any

from kafka.errors import (
    InvalidTimestampError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
)

from broker.clients import producer
from broker.settings import KafkaSettings
from broker.topics import CUSTODY, FRAMES, REJECTED

from .records import Record

log = logging.getLogger(__name__)

#: What Kafka says of a record that it will not take later either.
NEVER = (InvalidTimestampError, MessageSizeTooLargeError, RecordListTooLargeError)
_LINGER_MS = 20


class _Waiting:
    """Records sent together, and which of them failed, by index."""

    def __init__(self, left: int, future: "asyncio.Future[dict[int, Exception]]") -> None:
        self.left = left
        self.future = future
        self.failed: dict[int, Exception] = {}


class Line:
    """A producer that is made when Kafka can be reached, and made anew when told to."""

    def __init__(self, settings: KafkaSettings, patience_s: float) -> None:
        self._settings = settings
        self._patience_ms = round(patience_s * 1000)
        self._producer: Any = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._finished: deque[_Waiting] = deque()
        self._told = False

    @property
    def connected(self) -> bool:
        return self._producer is not None

    async def connect(self) -> None:
        """Make the producer. Raises KafkaError where Kafka does not answer."""
        self._loop = asyncio.get_running_loop()
        self._producer = await asyncio.to_thread(self._make)

    def _make(self) -> Any:
        made = producer(
            self._settings,
            linger_ms=_LINGER_MS,
            delivery_timeout_ms=self._patience_ms,
            request_timeout_ms=self._patience_ms - _LINGER_MS - 1,
            max_block_ms=1_000,
            metrics_enabled=False,
            reconnect_backoff_max_ms=1_000,
        )
        # Asked for now, so that no send waits for it: that would hold up the event loop.
        try:
            for topic in (FRAMES, REJECTED, CUSTODY):
                made.partitions_for(self._settings.topic(topic))
        except BaseException:
            made.close(timeout=0)
            raise
        return made

    async def drop(self) -> None:
        """Forget the producer, and what it still has: whoever waits is told that it failed."""
        dropped, self._producer = self._producer, None
        if dropped is not None:
            with contextlib.suppress(Exception):
                await asyncio.to_thread(dropped.close, timeout=1)

    async def send(self, records: Sequence[Record]) -> dict[int, Exception]:
        """Send them in order; those not confirmed, by index, and why."""
        kafka, loop = self._producer, asyncio.get_running_loop()
        if kafka is None:
            return {index: KafkaError("no connection") for index in range(len(records))}
        if not records:
            return {}
        waiting = _Waiting(len(records), loop.create_future())
        for index, record in enumerate(records):
            try:
                sent = kafka.send(
                    record.topic,
                    value=record.value,
                    key=record.key,
                    headers=record.headers,
                    timestamp_ms=record.received,
                )
            except Exception as error:  # noqa: BLE001 - whatever it is, it was not taken
                self._end(waiting, index, error)
                continue
            sent.add_callback(self._end, waiting, -1)
            sent.add_errback(self._end, waiting, index)
        return await waiting.future

    def _end(self, waiting: _Waiting, index: int, said: Any) -> None:
        with self._lock:
            if index >= 0:
                waiting.failed[index] = said
            waiting.left -= 1
            if waiting.left:
                return
            self._finished.append(waiting)
            tell, self._told = not self._told, True
        if tell and self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits
                self._loop.call_soon_threadsafe(self._settle)

    def _settle(self) -> None:
        with self._lock:
            done, self._finished = self._finished, deque()
            self._told = False
        for waiting in done:
            if not waiting.future.done():
                waiting.future.set_result(waiting.failed)
