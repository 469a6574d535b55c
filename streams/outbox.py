"""The deeds: lines to the series store, records to Kafka, state to the changelog."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from coldchain.records import ConditionRecord, ExcursionRecord
from coldchain.rejections import Rejection
from coldchain.times import iso
from series.writer import BadLine, Writer

from .batch import Refused, Seat, chunks
from .memory import DeviceMemory, pack
from .parcels.notes import Note, encode_note
from .sending import Sent, send


@dataclass(frozen=True, slots=True)
class Topics:
    """Where a worker writes: `states` and `manifests` are its tables' changelogs."""

    excursions: Any
    rejected: Any
    scans: Any
    states: Any
    manifests: Any


class Outbox:
    """Does what follows from frames; every method returns when it is confirmed."""

    def __init__(self, writer: Writer, batch_lines: int, topics: Topics) -> None:
        self._writer = writer
        self._batch_lines = batch_lines
        self._topics = topics

    def is_full(self) -> bool:
        """Whether so much is under way that no more frames should be taken."""
        return self._writer.is_full()

    def begin_lines(self, lines: Sequence[str]) -> "asyncio.Future[list[list[BadLine]]]":
        """Hand lines to the writer now, in this order; await the result for those rejected."""
        futures = [
            asyncio.wrap_future(self._writer.send(chunk))
            for chunk in chunks(lines, self._batch_lines)
        ]
        return asyncio.gather(*futures)

    async def write(self, lines: Iterable[str]) -> list[BadLine]:
        """Write lines; those that the store rejected."""
        return [bad for some in await self.begin_lines(list(lines)) for bad in some]

    async def say(self, records: Iterable[ExcursionRecord | ConditionRecord]) -> None:
        """Publish what was found of devices, in order for each."""
        await send(
            self._topics.excursions,
            [(record.device.encode(), msgspec.json.encode(record), None, {}) for record in records],
        )

    async def refuse(self, refused: Iterable[Refused], bad: Iterable[BadLine], now: int) -> None:
        """Put refused records, and lines that the store won't take, into the dead letters."""
        letters: list[Sent] = [
            (
                one.key,
                one.value,
                None,
                {"headers": one.rejection.headers(), "timestamp": one.timestamp},
            )
            for one in refused
        ]
        for line in bad:
            why = Rejection(f"InfluxDB refuses it: {line.reason}", "series", iso(now))
            letters.append((None, line.line.encode(), None, {"headers": why.headers()}))
        await send(self._topics.rejected, letters)

    async def note(self, notes: Iterable[Note]) -> None:
        """Tell parcels what is there to measure them by."""
        await send(
            self._topics.scans,
            [(one.parcel.encode(), encode_note(one), None, {}) for one in notes],
        )

    async def keep(
        self, states: Mapping[Seat, bytes], manifests: Mapping[Seat, bytes] | None = None
    ) -> None:
        """Put states into the changelogs, on the partition their frames came from."""
        await send(self._topics.states, _by_device(states))
        await send(self._topics.manifests, _by_device(manifests or {}))


def _by_device(packed: Mapping[Seat, bytes]) -> list[Sent]:
    return [(device.encode(), state, place, {}) for (place, device), state in packed.items()]


def packed_states(memories: Mapping[Seat, DeviceMemory]) -> dict[Seat, bytes]:
    """The states as they are now."""
    return {seat: pack(memory) for seat, memory in memories.items()}
