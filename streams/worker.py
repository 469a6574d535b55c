"""The worker: batches cut once a checkpoint, their effects overlapped, then acknowledged in order.

For each batch, in this order: its lines and records confirmed, refused records in the dead
letters, the state as of its frames in the changelog, its frames acknowledged. Batches overlap
(the next is judged while the last is being confirmed) and are finished in their order.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from typing import Any

from kafka.errors import KafkaError

from broker.topics import FRAMES
from coldchain.records import ConditionRecord
from coldchain.times import DAY_MS
from series.reader import Reader
from series.writer import BadLine

from .batch import Batch, Seat, condition_lines, lines_of, standing_lines, updates
from .clock import Clocks
from .conditions import look
from .feed import RegistryFeed
from .intake import Intake, remember
from .late import LateQueue, Waiting
from .load import Place
from .manifest import Manifests
from .memories import Memories, partition_of
from .meters import Meters
from .outbox import Outbox, packed_states
from .parcels.notes import Note
from .past import Past
from .patience import patiently
from .rejudge import Rejudged, merged_lines, rejudge
from .settings import StreamSettings
from .silence import Look, presume, silence
from .watch import Watch

log = logging.getLogger(__name__)

#: Devices judged again at once: one question after another to the store, one write for all.
TOGETHER = 50


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
        self._partitions = feed.partitions_of(FRAMES)
        self._late = LateQueue()
        keep_ms = settings.series.retention_days * DAY_MS
        self._intake = Intake(
            manifests, memories, self._late, settings.skew_ms, keep_ms, clock, meters
        )
        every_ms = settings.fleet_every_ms
        self._watch = Watch(manifests.find, memories, settings.silent_ms, every_ms, meters)
        self._under_way: list[asyncio.Task[None]] = []
        self._latest: asyncio.Task[None] | None = None
        self._settle_task: asyncio.Task[None] | None = None
        self._settled = time.monotonic()
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
            self._raise_failed()
            ends = await self._read_on()
            if self._closed.is_set():
                break
            self._intake.judge()
            self._look_around(ends)
            self._meters.waiting.set(len(self._late))
            await self._room()
            self.cut()
            self._settle_when_due()

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
        packed = packed_states(memories), self._packed_manifests(batch.manifests)
        written = self._outbox.begin_lines(lines)
        task = asyncio.ensure_future(self._finish(batch, written, packed, self._latest))
        self._latest = task
        self._under_way.append(task)

    def _tell_parcels(self, batch: Batch) -> None:
        for partition, device in batch.seats | batch.manifests:
            if not self._manifests.waits(device):
                continue
            memory = self._memories.find(partition, device)
            notes = [] if memory is None else self._manifests.tell(device, memory.channels)
            if notes:
                batch.notes += notes
                batch.manifests.add((partition, device))

    def _packed_manifests(self, seats: Iterable[Seat]) -> dict[Seat, bytes]:
        return {seat: self._manifests.pack(seat[1]) for seat in seats}

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
        self._count(said, batch.effects.conditions)
        self._meters.checkpoint.observe(time.monotonic() - began)

    def _count(self, records: Sized, conditions: Sized) -> None:
        self._meters.records.labels("excursion").inc(len(records))
        self._meters.records.labels("condition").inc(len(conditions))

    async def _room(self) -> None:
        """Wait until another batch may be under way. Raises what one of them raised."""
        while len(self._under_way) >= self._settings.in_flight or (
            self._under_way and self._outbox.is_full()
        ):
            await self._first_done()
        self._raise_failed()

    async def _first_done(self) -> None:
        """Wait for the oldest batch under way. One that a rebalance cancelled is nobody's fault."""
        await asyncio.wait([self._under_way[0]])  # stays there: a rebalance meanwhile is to see it
        self._raise_failed()

    def _raise_failed(self) -> None:
        while self._under_way and self._under_way[0].done():
            first = self._under_way.pop(0)
            if not first.cancelled():
                first.result()

    def _settle_when_due(self) -> None:
        """Settle beside the checkpoints, one settling at a time: what comes in order meanwhile is
        not to wait for a city that was out of coverage. Raises what the last settling raised."""
        now, task = time.monotonic(), self._settle_task
        if task is None:
            is_due = self._late and now - self._settled >= self._settings.settle
            if is_due and not self._is_handing_over:
                self._settle_task = asyncio.ensure_future(self.settle())
        elif task.done():
            self._settle_task, self._settled = None, now
            if not task.cancelled():  # by a rebalance
                task.result()

    async def settle(self) -> None:
        """Judge again the devices to which something came late."""
        # Held first: what comes for them while the rest is written waits for the next round.
        waiting = list(self._late.take().items())
        self.cut()
        if self._latest is not None:
            await asyncio.shield(self._latest)  # what the store has yet to be told of them
        for start in range(0, len(waiting), TOGETHER):
            await self._rejudge(dict(waiting[start : start + TOGETHER]))

    async def _rejudge(self, waiting: dict[str, Waiting]) -> None:
        # A reader of its own: a settling that was cancelled may still be asking with the last one.
        reader = Reader(self._settings.series)
        past = Past(reader)
        give_up = self._settings.series.give_up_after

        def merge() -> list[str]:
            every = past.together(
                [merged_lines(device, one.channels) for device, one in waiting.items()]
            )
            return [line for lines in map(_or_raise, every) for line in lines]

        memories = {
            (one.partition, device): self._memories.of(one.partition, device)
            for device, one in waiting.items()
        }
        roster = {device: self._manifests.find(device) for device in waiting}
        known = {device: dict(memory.channels) for (_, device), memory in memories.items()}
        # Not as of frames that come from here on: they wait for the next round. Were we to die
        # with that said, they would come again and say what is true at offsets that are too low.
        as_of = {
            device: max(memory.as_of, waiting[device].as_of)
            for (_, device), memory in memories.items()
        }

        def judge() -> dict[str, Rejudged]:
            asked = {
                device: rejudge(enrolled, known[device], waiting[device].channels, as_of[device])
                for device, enrolled in roster.items()
                if enrolled is not None
            }
            done: dict[str, Rejudged] = {}
            for device, one in zip(asked, past.together(list(asked.values())), strict=True):
                if isinstance(one, Rejudged):
                    done[device] = one
                else:
                    # One device that our own code can't judge again must not stop a city; its
                    # readings are stored, and stay as they were judged.
                    log.error("device %s could not be judged again", device, exc_info=one)
            return done

        bad = await self._outbox.write(await patiently(merge, give_up))
        done = await patiently(judge, give_up)
        reader.close()
        effects = [one.effects for one in done.values()]
        bad += await self._outbox.write(line for one in effects for line in lines_of(one))
        await self._outbox.say(
            self._manifests.named(record) for one in effects for record in one.records
        )
        bad += await self._outbox.write(
            line for one in effects for line in standing_lines(one, are_said=True)
        )
        if bad:
            await self._outbox.refuse((), bad, self._clock())
        # From here to what is put in order nothing is awaited: batches cut before have the old
        # state and are kept before this, batches cut after have the new one and are kept after.
        for (_, device), memory in memories.items():
            enrolled = roster[device]
            if device in done and enrolled is not None:
                memory.channels.update(done[device].channels)
                look(enrolled, memory, as_of[device], done[device].effects)
            memory.as_of = max(memory.as_of, as_of[device])
            for mark in waiting[device].marks:
                remember(memory, mark)
            self._late.release(device)
        notes = [
            note
            for (_, device), memory in memories.items()
            for note in [
                *self._manifests.touched(
                    device, {name: late.since for name, late in waiting[device].channels.items()}
                ),
                *self._manifests.tell(device, memory.channels),
            ]
        ]
        lines = self._watch.lines(memories, self._clocks.times)
        lines += [text for one in effects for text in condition_lines(one)]
        written = self._outbox.begin_lines(lines)
        packed = packed_states(memories), self._packed_manifests(memories)
        conditions = [record for one in effects for record in one.conditions]
        events = [event for one in waiting.values() for event in one.events]
        task = asyncio.ensure_future(
            self._finish_late(conditions, written, notes, packed, events, self._latest)
        )
        self._latest = task
        self._under_way.append(task)
        await asyncio.shield(task)
        self._meters.rejudged.inc(len(done))
        for followed in effects:
            self._count(followed.records, followed.conditions)

    async def _finish_late(
        self,
        conditions: Sequence[ConditionRecord],
        written: "asyncio.Future[list[list[BadLine]]]",
        notes: Sequence[Note],
        packed: tuple[dict[Seat, bytes], dict[Seat, bytes]],
        events: Sequence[Any],
        previous: "asyncio.Task[None] | None",
    ) -> None:
        if previous is not None:
            await previous
        await written
        await self._outbox.say(conditions)
        await self._outbox.note(notes)
        await self._outbox.keep(*packed)
        for event in events:
            event.ack()

    async def hand_over(self) -> None:
        """Partitions are given out anew: finish what is under way, forget everything else.

        What can't be finished soon is given up; not acknowledged, it comes again, to whoever
        has its partition then. Nothing of ours may reach a changelog after this.
        """
        self._is_handing_over = True
        try:
            await self._end_what_is_under_way()
        finally:
            self._is_handing_over = False
        self._latest = None
        self._late.drop()
        self._intake.drop()
        self._clocks.drop()
        self._meters.drop()
        self._memories.drop()
        self._manifests.drop()

    async def _end_what_is_under_way(self) -> None:
        self.cut()
        under_way, self._under_way = self._under_way, []
        tasks: list[asyncio.Task[Any]] = [*under_way]
        if self._settle_task is not None:
            tasks.append(self._settle_task)
        if tasks:
            _, unfinished = await asyncio.wait(tasks, timeout=self._settings.session / 2)
            for task in unfinished:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        while self._under_way:  # begun meanwhile, by a settling or a checkpoint
            begun, self._under_way = self._under_way, []
            for task in begun:
                task.cancel()
            await asyncio.gather(*begun, return_exceptions=True)

    async def close(self) -> None:
        """The worker stops: no more checkpoints."""
        self._closed.set()
        await asyncio.to_thread(self._feed.close)


def _or_raise(found: list[str] | Exception) -> list[str]:
    if isinstance(found, Exception):
        raise found
    return found
