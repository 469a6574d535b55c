"""The worker: batches cut once a checkpoint, their effects overlapped, then acknowledged in order.

For each batch, in this order: its lines and records confirmed, refused records in the dead
letters, the state as of its frames in the changelog, its frames acknowledged. Batches overlap
(the next is judged while the last is being confirmed) and are finished in their order.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from kafka.errors import KafkaError

from broker.topics import FRAMES
from coldchain.times import DAY_MS
from series.writer import BadLine

from .batch import Batch, Seat, lines_of, standing_lines, updates
from .chain import Chain
from .clock import Clocks
from .feed import RegistryFeed
from .handed_on import HandedOn
from .intake import Intake
from .late import LateQueue
from .load import Place
from .manifest import Manifests
from .memories import Memories, partition_of
from .meters import Meters
from .outbox import Outbox, packed_states
from .settings import StreamSettings
from .settling import Settling
from .silence import Look, presume, silence
from .watch import Watch

log = logging.getLogger(__name__)


class Worker:
    """Runs the way from records to acknowledgements. All methods run in Faust's event loop."""

    def __init__(
        self,
        settings: StreamSettings,
        manifests: Manifests,
        feed: RegistryFeed,
        memories: Memories,
        outbox: Outbox,
        clock: Callable[[], int],
        begins: Callable[[], Mapping[int, int]],
        meters: Meters,
    ) -> None:
        """`clock`: the wall clock, ms. `begins`: the partitions of frames that are this worker's,
        and the offset from which each is read."""
        self._settings = settings
        self._manifests = manifests
        self._feed = feed
        self._memories = memories
        self._outbox = outbox
        self._clock = clock
        self._begins = begins
        self._meters = meters
        self._clocks = Clocks(time.monotonic)
        self._handed_on = HandedOn(time.monotonic)
        self._partitions = feed.partitions_of(FRAMES)
        self._late = LateQueue()
        keep_ms = settings.series.retention_days * DAY_MS
        self._intake = Intake(
            manifests, memories, self._late, settings.skew_ms, keep_ms, clock, meters
        )
        every_ms = settings.fleet_every_ms
        self._watch = Watch(manifests.find, memories, settings.silent_ms, every_ms, meters)
        self._chain = Chain()
        self._settling = Settling(
            settings, manifests, memories, outbox, clock, meters,
            self._late, self._watch, self._clocks, self._chain, self.cut,
        )  # fmt: skip
        self._is_handing_over = False
        self._closed = asyncio.Event()

    async def run(self, stream: Any) -> None:
        """Take records for ever. Raises what a sink that stays down raises."""
        async for event in stream.noack().events():
            self._intake.take(event)
            if len(self._intake) >= self._settings.batch_frames:
                await self._room()
                self.cut()

    async def run_berths(self, stream: Any) -> None:
        """Take records of who is aboard for ever; they are done with the batch they come in."""
        async for event in stream.noack().events():
            self._intake.take_berths(event)

    async def checkpoints(self) -> None:
        """Cut a batch once a checkpoint; judge again what came late once a settle time."""
        while not self._closed.is_set():
            await asyncio.sleep(self._settings.checkpoint)
            self._chain.raise_failed()
            ends = await self._read_on()
            if self._closed.is_set():
                break
            self._raise_if_nothing_comes(ends)
            self._intake.judge()
            self._look_around(ends)
            self._meters.waiting.set(len(self._late))
            await self._room()
            self.cut()
            self._settling.when_due(may_begin=not self._is_handing_over)

    async def _read_on(self) -> Mapping[int, int] | None:
        """Follow the registry; the ends of the partitions of frames, None where Kafka is away.

        A registry that cannot be read on stays as it was; what is unknown stays parked.
        """
        try:
            ends = await asyncio.to_thread(self._feed.catch_up)
        except KafkaError as error:
            log.warning("Kafka does not answer (%s); the registry stays as it was", error)
            return None
        self._intake.release()
        return ends

    def _raise_if_nothing_comes(self, ends: Mapping[int, int] | None) -> None:
        read = {
            partition: self._intake.read.get(partition, begin)
            for partition, begin in self._begins().items()
        }
        is_busy = ends is None or len(self._chain) > 0
        self._handed_on.look(read, ends or {}, is_busy=is_busy)

    def _look_around(self, ends: Mapping[int, int] | None) -> None:
        batch = self._intake.batch
        for partition, begin in self._begins().items():
            memories = self._memories.on(partition)
            if self._memories.load(partition, self._partitions):
                self._manifests.load(partition, self._partitions)
                memories = self._memories.on(partition)
                heard = max((one.heard_at for one in memories.values()), default=0)
                self._clocks.note({partition: heard} if heard else {})
            self._clocks.note(self._intake.newest)
            read = self._intake.read.get(partition, begin)
            now = self._clocks.look(partition, ends is not None and read >= ends[partition])
            if now is None:
                continue
            around = Look(self._manifests.find, memories, self._late, batch, partition)
            presume(around, now)
            silence(around, now, self._settings.silent_ms)
            end = None if ends is None else ends[partition]
            place = Place(begin, read, end, self._clock())
            batch.effects.lines += self._watch.tick(partition, now, place)
        for device, notes in self._manifests.give_up():
            batch.notes += notes
            batch.manifests.add((partition_of(device.encode(), self._partitions), device))

    def cut(self) -> None:
        """Close the open batch and begin its effects."""
        batch = self._intake.cut()
        if batch.is_empty():
            return
        memories = {seat: self._memories.of(*seat) for seat in batch.seats}
        self._clocks.note(self._intake.newest)
        self._watch.refuse(batch.refused)
        lines = lines_of(batch.effects) + self._watch.lines(batch.seats, self._clocks.times)
        self._tell_parcels(batch)
        packed = packed_states(memories), self._manifests.packed(batch.manifests)
        written = self._outbox.begin_lines(lines)
        self._chain.begin(lambda previous: self._finish(batch, written, packed, previous))

    def _tell_parcels(self, batch: Batch) -> None:
        for partition, device in batch.seats | batch.manifests:
            if not self._manifests.waits(device):
                continue
            memory = self._memories.find(partition, device)
            notes = [] if memory is None else self._manifests.tell(device, memory.channels)
            if notes:
                batch.notes += notes
                batch.manifests.add((partition, device))

    async def _finish(
        self,
        batch: Batch,
        written: "asyncio.Future[list[list[BadLine]]]",
        packed: tuple[dict[Seat, bytes], dict[Seat, bytes]],
        previous: "asyncio.Task[None] | None",
    ) -> None:
        began = time.monotonic()
        if previous is not None:
            await previous  # records stay in order; a failure before this one is ours as well
        said = batch.effects.records + updates(batch.effects)
        bad = [line for lines in await written for line in lines]
        await self._outbox.say([*map(self._manifests.named, said), *batch.effects.conditions])
        bad += await self._outbox.write(standing_lines(batch.effects, are_said=True))
        if batch.refused or bad:
            await self._outbox.refuse(batch.refused, bad, self._clock())
        await self._outbox.note(batch.notes)
        await self._outbox.keep(*packed)
        for event in batch.events:
            event.ack()
        self._meters.said(len(said), len(batch.effects.conditions))
        self._meters.checkpoint.observe(time.monotonic() - began)

    async def _room(self) -> None:
        """Wait until another batch may be under way. Raises what one of them raised."""
        while len(self._chain) >= self._settings.in_flight or (
            self._chain and self._outbox.is_full()
        ):
            await self._chain.first()
        self._chain.raise_failed()

    async def hand_over(self) -> None:
        """Partitions are given out anew: finish what is under way, forget everything else.

        What can't be finished soon is given up; not acknowledged, it comes again, to whoever
        has its partition then. Nothing of ours may reach a changelog after this.
        """
        self._is_handing_over = True
        try:
            self.cut()
            await self._chain.end(self._settling.under_way, self._settings.session / 2)
        finally:
            self._is_handing_over = False
        self._late.drop()
        self._intake.drop()
        self._clocks.drop()
        self._meters.drop()
        self._memories.drop()
        self._manifests.drop()

    async def close(self) -> None:
        """The worker stops: no more checkpoints."""
        self._closed.set()
        await asyncio.to_thread(self._feed.close)
