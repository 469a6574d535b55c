"""The deeds: lines to the series store, records to Kafka, state to the changelog."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from coldchain.records import ExcursionRecord
from coldchain.rejections import Rejection
from coldchain.times import iso
from series.writer import BadLine, Writer

from .batch import Refused, Seat, chunks
from .memory import DeviceMemory, pack

_RAW = {"key_serializer": "raw", "value_serializer": "raw"}


class Outbox:
    """Does what follows from frames; every method returns when it is confirmed."""

    def __init__(
        self, writer: Writer, batch_lines: int, excursions: Any, rejected: Any, table: Any
    ) -> None:
        self._writer = writer
        self._batch_lines = batch_lines
        self._excursions = excursions
        self._rejected = rejected
        self._table = table

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

    async def say(self, records: Iterable[ExcursionRecord]) -> None:
        """Publish excursion records, in order for each device."""
        await self._send(
            self._excursions,
            [(record.device.encode(), msgspec.json.encode(record), None, {}) for record in records],
        )

    async def refuse(self, refused: Iterable[Refused], bad: Iterable[BadLine], now: int) -> None:
        """Put refused records, and lines that the store won't take, into the dead letters."""
        letters: list[tuple[bytes | None, bytes, int | None, dict[str, Any]]] = [
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
        await self._send(self._rejected, letters)

    async def keep(self, packed: Mapping[Seat, bytes]) -> None:
        """Put states into the changelog, on the partition their frames came from."""
        await self._send(
            self._table.changelog_topic,
            [
                (device.encode(), state, partition, {})
                for (partition, device), state in packed.items()
            ],
        )

    async def _send(
        self,
        topic: Any,
        records: Iterable[tuple[bytes | None, bytes, int | None, dict[str, Any]]],
    ) -> None:
        sent = [
            await topic.send(key=key, value=value, partition=partition, **_RAW, **more)
            for key, value, partition, more in records
        ]
        await asyncio.gather(*sent)


def packed_states(memories: Mapping[Seat, DeviceMemory]) -> dict[Seat, bytes]:
    """The states as they are now."""
    return {seat: pack(memory) for seat, memory in memories.items()}
