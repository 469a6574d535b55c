"""Frames judged and written as the bare loop does it: the same in whatever carries the records.

Frames are judged a thousand at a time by the worker's own rules, their lines written by its own
writer, overlapped. Nothing is checkpointed: memories are plain objects of this process.
"""

import json
import os
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import msgspec

from broker.clients import consumer, partitions_of
from broker.settings import KafkaSettings
from broker.topics import REGISTRY
from coldchain.enrolment import Enrolled, Plans
from coldchain.frames import decode_frame
from coldchain.registry import Registration
from series.settings import SeriesSettings
from series.writer import Writer
from streams.batch import chunks, lines_of, standing_lines
from streams.device import Arrival, Job, judge_frames, rounds, stints_of
from streams.effects import Effects
from streams.memory import DeviceMemory

#: Frames judged at once, lines a write, writes under way.
TOGETHER, LINES, UNDER_WAY = 1_000, 5_000, 8


class Record(Protocol):
    """A record of Kafka, by whatever client: its bytes, receipt (ms) and offset."""

    @property
    def value(self) -> bytes: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def offset(self) -> int: ...


class Seen(NamedTuple):
    """A record, made of what another client calls by other names."""

    value: bytes
    timestamp: int
    offset: int


def roster_of(kafka: KafkaSettings, plans: Plans) -> dict[str, Enrolled]:
    """Every device that is registered, by name."""
    found: dict[str, Enrolled] = {}
    registry = consumer(kafka)
    ones = partitions_of(registry, kafka.topic(REGISTRY))
    registry.assign(ones)
    registry.seek_to_beginning()
    ends = registry.end_offsets(ones)
    while any(registry.position(one) < end for one, end in ends.items()):
        for records in registry.poll(timeout_ms=200).values():
            for record in records:
                one = msgspec.json.decode(record.value, type=Registration)
                found[one.device] = Enrolled.of(one, plans)
    registry.close()
    return found


class Judge:
    """Frames by the worker's own rules into lines. Not thread-safe."""

    def __init__(self, roster: dict[str, Enrolled]) -> None:
        self._roster = roster
        self._memories = {device: DeviceMemory() for device in roster}
        self.taken = 0

    def judge(self, records: Sequence[Record]) -> list[str]:
        """Lines that follow from records."""
        self.taken += len(records)
        effects = Effects()
        for together in rounds([self._job(one) for one in records], lambda job: job.frame.device):
            for error in judge_frames(together, effects):
                if error is not None:
                    raise error
        return [*lines_of(effects), *standing_lines(effects, are_said=True)]

    def _job(self, record: Record) -> Job:
        frame = decode_frame(record.value)
        enrolled = self._roster[frame.device]
        arrival = Arrival(record.timestamp, record.offset, record.timestamp + 300_000)
        stints = stints_of(enrolled, frame)
        return Job(enrolled, self._memories[frame.device], frame, arrival, stints)


class Work(Judge):
    """Judges what Kafka's registry knows, and writes. Not thread-safe."""

    def __init__(self, kafka: KafkaSettings, series: SeriesSettings, plans: Plans) -> None:
        super().__init__(roster_of(kafka, plans))
        self._writer = Writer(series)
        self._under_way: deque[Future[Any]] = deque()

    def do(self, records: Sequence[Record]) -> None:
        """Judge records and begin to write what follows; waits where too much is under way."""
        self.write(self.judge(records))

    def write(self, lines: Sequence[str]) -> None:
        """Begin to write lines; waits where too much is under way."""
        self._under_way.extend(self._writer.send(some) for some in chunks(lines, LINES))
        while len(self._under_way) > UNDER_WAY:
            self._under_way.popleft().result()

    def confirm(self) -> None:
        """Wait until all is written."""
        while self._under_way:
            self._under_way.popleft().result()

    def close(self) -> None:
        self._writer.close()


@dataclass(frozen=True)
class Order:
    """What a job in a process of its own is asked to do: `records` frames of a topic."""

    kafka: KafkaSettings
    series: SeriesSettings
    records: int
    #: A folder of its own, and a name no other job has.
    folder: str
    name: str

    @classmethod
    def read(cls) -> "Order":
        return msgspec.json.decode(os.environ["COLDCHAIN_BENCH_ORDER"], type=cls)


class Watch:
    """The time of a job: from its first record on. `told` prints seconds gone by and of CPU."""

    def __init__(self) -> None:
        self._began: tuple[float, float] | None = None

    def first(self) -> None:
        if self._began is None:
            self._began = time.perf_counter(), time.process_time()

    def told(self, records: int) -> None:
        assert self._began is not None, "no record came"
        wall, cpu = self._began
        seconds = time.perf_counter() - wall
        print(
            json.dumps({"records": records, "seconds": seconds, "cpu": time.process_time() - cpu})
        )
