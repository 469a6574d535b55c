"""Faust's Kafka client, mended in seven places.

1. *Seek before resume.* After recovery Faust resumes the stream partitions and only then seeks
   them to the committed offsets (faust-streaming 0.15.3, issue 596). Records fetched in between
   come from the wrong place: the head of a partition is skipped in this run, false gaps enter
   the ack list, the committed offset stands still. Here stream partitions stay held until the
   seek is done.
2. *Nothing fetched from nowhere.* Faust hands its live set of active partitions to the fetch; a
   pause may empty it meanwhile, and an empty set means all to aiokafka. Records are then taken
   off partitions that are paused, and dropped; and where nothing was committed yet, nothing
   seeks back. Here the fetch gets a copy, never an empty one, and a partition without a
   committed offset is sought to its beginning.
3. *Nothing committed that is not acknowledged.* Faust commits from the lowest acknowledged offset
   on. Where the very next to be committed is still being done and those after it are
   acknowledged, it commits past it (`min(acked) - committed > 1` in `_new_offset`: off by one;
   and where nothing was committed yet, it does not look at all). Were the worker to die then,
   that record would be lost. Likewise a record after a gap counts as acknowledged with the gap.
   Here what was handed on and is not acknowledged is kept in order: the first of it is the limit.
4. *A cheaper drain.* Faust awaits each message beside a second task that watches for a
   rebalance: four tasks a record, most of its cost. Here the callback is awaited directly, and
   the loop breaks off where the flow is suspended.
5. *A thread that ends.* Where Kafka is gone, aiokafka's consumer lets the cancellation of its own
   fetch escape from `stop`; the driver's thread then dies without saying so, and whoever stops
   the worker waits for it for a minute. Here the thread says that it has ended.
6. *A commit that ends.* Where the group's coordinator is lost while aiokafka's consumer closes, its
   commit tries for ever; a rebalance that waits for it never ends, and the worker never stops.
   Here a commit is given up after a while and tried again with the next; Faust would count it
   as done.
7. *A produce request that is asked again.* One number of aiokafka's says both how long a record may
   wait for its confirmation and how long an answer; Faust's is 1,200 s. A connection that swallows
   what is put in and says nothing then holds a checkpoint for twenty minutes. Here an answer has
   some seconds, after which the request goes over a new connection.
"""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, ClassVar

from faust.transport.drivers import aiokafka as driver
from faust.types import TP

log = logging.getLogger(__name__)

#: Records between two looks at the event loop.
YIELD_EVERY = 100
#: Seconds after which a commit is given up.
COMMIT_WITHIN = 10.0
#: How long a broker has to answer a producer, seconds.
PRODUCED_WITHIN = 15.0


class _Thread(driver.AIOKafkaConsumerThread):
    """The driver's thread, that ends whatever its consumer does at its end, as its commits do."""

    async def on_thread_stop(self) -> None:
        with suppress(asyncio.CancelledError):
            await super().on_thread_stop()

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        try:
            return bool(await asyncio.wait_for(super()._commit(offsets), COMMIT_WITHIN))
        except TimeoutError:
            log.warning("a commit was given up after %.0f s", COMMIT_WITHIN)
            return False


class Consumer(driver.Consumer):
    """The driver's consumer, that seeks before it resumes and drains cheaply.

    `begins`: the offset from which each partition is read since it was assigned.
    """

    begins: dict[TP, int]
    _held: set[TP]
    _handed_on: defaultdict[TP, deque[int]]
    _again: dict[TP, int]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._held = set()
        self._handed_on = defaultdict(deque)
        self._again = {}
        self.begins = {}

    def _new_consumer_thread(self) -> driver.AIOKafkaConsumerThread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    def resume_partitions(self, tps: Iterable[TP]) -> None:
        """Resume changelog partitions at once, stream partitions when they have been sought."""
        wanted = set(tps)
        changelogs = {tp for tp in wanted if self._is_changelog_tp(tp)}
        self._held |= wanted - changelogs
        super().resume_partitions(changelogs)

    def pause_partitions(self, tps: Iterable[TP]) -> None:
        """Pause, and no longer wait to resume."""
        paused = set(tps)
        self._held -= paused
        super().pause_partitions(paused)

    async def perform_seek(self) -> None:
        """Seek to the committed offsets (where there are none, to the beginning), then resume."""
        await super().perform_seek()
        self._handed_on.clear()  # all of it comes again
        self._again.clear()
        self._acked.clear()
        self._acked_index.clear()
        streams = [tp for tp in self.assignment() if not self._is_changelog_tp(tp)]
        # What a topic no longer holds can't be waited for.
        earliest = await self.earliest_offsets(*streams) if streams else {}
        fresh = {tp: offset for tp, offset in earliest.items() if not self._read_offset[tp]}
        if fresh:
            await self.seek_wait(fresh)
        self.begins = {
            tp: max(earliest[tp], self._read_offset[tp] or 0)
            for tp in streams
            if tp in self.assignment()
        }
        held, self._held = self._held & set(self.assignment()), set()
        if held:
            super().resume_partitions(held)

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Any:
        """Records of the active partitions, as they were when this was called."""
        if active_partitions is not None:
            if not active_partitions:
                return {}
            active_partitions = set(active_partitions)
        return await super()._getmany(active_partitions, timeout)

    def _new_offset(self, tp: TP) -> int | None:
        """What may be committed: the offset after the last before which all is acknowledged."""
        handed_on, acked = self._handed_on[tp], self._acked_index[tp]
        done: int | None = None
        while handed_on and handed_on[0] in acked:
            done = handed_on.popleft()
            acked.discard(done)
        self._acked[tp].clear()
        failed = self._again.pop(tp, None)
        return failed if done is None else done + 1

    async def _commit_offsets(
        self, offsets: Mapping[TP, int], start_new_transaction: bool = True
    ) -> bool:
        """Commit; what failed is still to be committed."""
        before = {tp: self._committed_offset[tp] for tp in offsets}
        if await super()._commit_offsets(offsets, start_new_transaction):
            return True
        for tp, offset in offsets.items():
            self._again[tp] = max(offset, self._again.get(tp, offset))
            if self._committed_offset[tp] == offset:  # so Faust says of what it could not commit
                self._committed_offset[tp] = before[tp]
        return False

    async def _drain_messages(self, fetcher: Any) -> None:
        """Hand every record fetched to the streams, in order, until stopped."""
        callback, read_offset = self.callback, self._read_offset
        try:
            while not (self._stopped.is_set() or fetcher._stopped.is_set()):
                records = self.getmany(timeout=1.0)
                await self.sleep(0)
                if self.should_stop:
                    continue
                count = 0
                async for tp, message in records:
                    if self.suspend_flow.is_set():
                        break  # a rebalance: what is not handed on is fetched again
                    count += 1
                    if count % YIELD_EVERY == 0:
                        await asyncio.sleep(0)
                    offset, last = message.offset, read_offset[tp]
                    if last is not None and offset < last:
                        continue
                    if self.app.topics.acks_enabled_for(tp.topic):
                        self._handed_on[tp].append(offset)
                    if self._commit_every is not None and self._n_acked >= self._commit_every:
                        self._n_acked = 0
                        await self.commit()
                    await callback(message)
                    read_offset[tp] = offset
        except self.consumer_stopped_errors:
            if not self.transport.app.should_stop:
                raise
        except asyncio.CancelledError:
            if not self.transport.app.should_stop:
                raise


class Producer(driver.Producer):
    """The driver's producer, whose requests do not wait as long as its records may."""

    def _new_producer(self, transactional_id: str | None = None) -> Any:
        made = super()._new_producer(transactional_id)
        made.client._request_timeout_ms = round(PRODUCED_WITHIN * 1000)
        return made


class Transport(driver.Transport):
    """The driver's transport with that consumer and that producer."""

    Consumer: ClassVar[type] = Consumer
    Producer: ClassVar[type] = Producer
