"""The desk of parcels: notes taken, once a checkpoint done, then acknowledged.

Per checkpoint, in this order: where the parcels are, to their devices; their records; their
state to the changelog; the notes acknowledged. Then a few parcels that are over are put away.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from broker.settings import KafkaSettings
from coldchain.book import Book
from coldchain.parcel_records import AboardRecord, ParcelRecord, aboard_key
from series.reader import Reader
from series.settings import SeriesSettings
from streams.batch import Refused, refusal
from streams.memories import partition_of
from streams.outbox import Outbox
from streams.patience import patiently
from streams.sending import send

from .look import look
from .memory import ParcelMemory, pack, unpack, waits_for_readings
from .notes import Note, decode_note
from .scans import Gone, scans_of
from .tidy import Tidy

log = logging.getLogger(__name__)

#: Parcels measured at one checkpoint at most: enough to be quick, few enough to hand over soon.
TOGETHER = 200


@dataclass(slots=True)
class _Round:
    """A checkpoint's parcels: their notes' events, their memories, whom to measure, and the scans
    that came too late."""

    events: list[Any] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    parcels: dict[str, tuple[int, ParcelMemory]] = field(default_factory=dict)
    to_measure: set[str] = field(default_factory=set)
    berths: list[AboardRecord] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DeskTopics:
    """Where the desk writes: `state` is its table's changelog."""

    aboard: Any
    parcels: Any
    state: Any


class ParcelDesk:
    """Keeps parcels. All methods run in Faust's event loop."""

    def __init__(
        self,
        kafka: KafkaSettings,
        series: SeriesSettings,
        book: Book,
        packed: MutableMapping[bytes, bytes],
        topics: DeskTopics,
        outbox: Outbox,
        tidy: Tidy,
        partitions: int,
        clock: Callable[[], int],
    ) -> None:
        """`packed`: parcels as the changelog has them; `clock`: the wall clock, ms."""
        self._kafka = kafka
        self._series = series
        self._book = book
        self._outbox = outbox
        self._tidy = tidy
        self._clock = clock
        self._packed = packed
        self._topics = topics
        self._partitions = partitions
        self._kept: dict[str, bytes] = {}
        self._taken: list[Any] = []

    def take(self, event: Any) -> None:
        """Take a note's event."""
        self._taken.append(event)

    def __len__(self) -> int:
        return len(self._taken)

    async def checkpoint(self) -> None:
        """Do what was taken. Raises what Kafka and the store raise when they stay away."""
        while self._taken:
            taken, self._taken = self._taken[:TOGETHER], self._taken[TOGETHER:]
            await self._do(await self._read(taken))
        await self._put_away()

    def drop(self) -> None:
        """Forget all: what is not acknowledged comes again."""
        self._taken.clear()
        self._kept.clear()

    async def _read(self, events: Sequence[Any]) -> _Round:
        one = _Round(list(events))
        for event in events:
            message = event.message
            try:
                note = decode_note(message.value or b"")
            except msgspec.DecodeError:
                log.exception("note at %d is none", message.offset)  # nobody else writes here
                continue
            if note.parcel not in one.parcels:
                memory = self._of(note.parcel)
                if memory.is_away and not await self._taken_up(note.parcel, message, memory):
                    reason = f"too-old: the scans of parcel {note.parcel} are no longer kept"
                    if note.event is None:
                        log.warning("%s; its last record stays", reason)
                    else:
                        one.refused.append(refusal(event, reason, self._clock()))
                    continue
                one.parcels[note.parcel] = message.partition, memory
            memory = one.parcels[note.parcel][1]
            memory.touched = max(memory.touched, round(message.timestamp * 1000))
            if note.event is not None:
                memory.first = message.offset if not memory.events else memory.first
                memory.last = max(memory.last, message.offset)
            self._apply(note, memory, one)
        return one

    async def _taken_up(self, parcel: str, message: Any, memory: ParcelMemory) -> bool:
        """Whether a parcel that was put away could be taken up again, from its scans."""
        place, first, last = message.partition, memory.first, memory.last
        try:
            scans = await asyncio.to_thread(scans_of, self._kafka, parcel, place, first, last)
        except Gone:
            return False
        memory.read_again(scans, self._book)
        return True

    async def _put_away(self) -> None:
        over = self._tidy.few(self._kept, self._clock())
        await send(
            self._topics.state,
            [(name.encode(), left, place, {}) for name, (place, left) in over.items()],
        )
        for name, (_, left) in over.items():
            self._kept.pop(name, None)
            if left is None:
                self._packed.pop(name.encode(), None)
            else:
                self._packed[name.encode()] = left

    def _apply(self, note: Note, memory: ParcelMemory, one: _Round) -> None:
        if note.event is not None and not memory.add(note.event):
            log.error("parcel %s is scanned without end; a scan is left out", note.parcel)
        if not memory.events:
            return  # measured before it was ever scanned: its scans are yet to come
        before = msgspec.structs.replace(memory)
        berths = memory.news(self._book, self._book.way(memory.events))
        one.berths += berths
        if note.event is None or not waits_for_readings(before, berths):
            one.to_measure.add(note.parcel)

    async def _do(self, one: _Round) -> None:
        await self._tell(one.berths)
        records = await patiently(lambda: self._measure(one), self._series.give_up_after)
        await self._tell(
            berth
            for record in records
            for berth in self._left(record, one.parcels[record.parcel][1])
        )
        await send(
            self._topics.parcels,
            [(r.parcel.encode(), msgspec.json.encode(r), None, {}) for r in records],
        )
        for record in records:
            one.parcels[record.parcel][1].said = record
        if one.refused:
            await self._outbox.refuse(one.refused, (), self._clock())
        packed = {parcel: pack(memory) for parcel, (_, memory) in one.parcels.items()}
        await send(
            self._topics.state,
            [(name.encode(), packed[name], place, {}) for name, (place, _) in one.parcels.items()],
        )
        self._kept |= packed
        for event in one.events:
            event.ack()

    def _measure(self, one: _Round) -> list[ParcelRecord]:
        """The records that are news, of those to measure."""
        reader = Reader(self._series)
        try:
            found = [self._judged(reader, one.parcels[parcel][1]) for parcel in one.to_measure]
        finally:
            reader.close()
        return [
            record
            for record in found
            if record is not None and record != one.parcels[record.parcel][1].said
        ]

    def _judged(self, reader: Reader, memory: ParcelMemory) -> ParcelRecord | None:
        way = self._book.way(memory.events)
        profile = self._book.profile(way)
        if profile is None:
            log.warning("parcel %s has no profile, nor has where it was", way.parcel)
            return None
        journey = self._book.judge(way, look(reader, self._book, profile))
        return None if journey is None else journey.record()

    def _left(self, record: ParcelRecord, memory: ParcelMemory) -> list[AboardRecord]:
        """Where it still is has to know what budgets are left."""
        memory.budgets = record.budgets
        return memory.news(self._book, self._book.way(memory.events))

    async def _tell(self, records: Iterable[AboardRecord]) -> None:
        await send(
            self._topics.aboard,
            [
                (
                    aboard_key(one.device, one.parcel),
                    msgspec.json.encode(one),
                    partition_of(one.device.encode(), self._partitions),
                    {},
                )
                for one in records
            ],
        )

    def _of(self, parcel: str) -> ParcelMemory:
        packed = self._kept.get(parcel) or self._packed.get(parcel.encode())
        return ParcelMemory() if packed is None else unpack(packed)
