"""A worker as its users run it: the command, in a process of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from kafka import KafkaAdminClient, TopicPartition

from broker.clients import consumer, partitions_of, producer
from broker.settings import KafkaSettings
from broker.topics import ABOARD, CUSTODY, FRAMES, PARCELS, REGISTRY, SCANS, Topic
from coldchain.custody import CustodyEvent, encode_event
from coldchain.frames import Frame, encode_frame
from coldchain.parcel_records import ParcelRecord
from coldchain.records import ConditionRecord, ExcursionRecord
from coldchain.registry import Registration
from series.reader import Reader
from series.settings import SeriesSettings

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0


def wait_until(is_so: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Wait for a condition; fails, naming it, when it never comes."""
    deadline = time.monotonic() + patience
    while not is_so():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {patience:.0f} s in vain until {what}")
        time.sleep(0.1)


class Bench:
    """One Kafka prefix and one bucket: frames put in, what came of them read out."""

    def __init__(self, kafka: KafkaSettings, series: SeriesSettings, folder: Path) -> None:
        self.kafka = kafka
        self.series = series
        self.folder = folder
        self._count = 0

    def register(self, *registrations: Registration) -> None:
        with_confirmation = producer(self.kafka)
        for one in registrations:
            with_confirmation.send(
                self.kafka.topic(REGISTRY),
                key=one.device.encode(),
                value=msgspec.json.encode(one),
            )
        with_confirmation.flush()
        with_confirmation.close()

    def scan(self, *events: CustodyEvent) -> None:
        """Put scans on `coldchain.custody`."""
        records = [(one.device, encode_event(one), one.moment) for one in events]
        self.send(*records, topic=CUSTODY)

    def send(self, *records: tuple[str, bytes, int], topic: Topic = FRAMES) -> None:
        """Put records on a topic: key, value, receipt (ms)."""
        sender = producer(self.kafka)
        sent = [
            sender.send(
                self.kafka.topic(topic), key=key.encode(), value=value, timestamp_ms=received
            )
            for key, value, received in records
        ]
        sender.flush()
        for future in sent:
            future.get(timeout=30)
        sender.close()

    def send_frames(self, *frames: Frame) -> None:
        self.send(*((one.device, encode_frame(one), one.sent) for one in frames))

    @contextmanager
    def worker(self, *options: str) -> Iterator["subprocess.Popen[bytes]"]:
        """A worker, running until the block ends; then asked to stop, which it has to do."""
        process = self.start_worker(*options)
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) is not None
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    def start_worker(self, *options: str) -> "subprocess.Popen[bytes]":
        self._count += 1
        with (self.folder / f"worker-{self._count}.log").open("wb") as log:
            return subprocess.Popen(
                [
                    str(Path(sys.executable).with_name("coldchain")),
                    "stream",
                    "--log-level",
                    "info",
                    *options,
                ],
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def environment(self) -> dict[str, str]:
        return {
            "COLDCHAIN_KAFKA_SERVERS": self.kafka.servers,
            "COLDCHAIN_KAFKA_PREFIX": self.kafka.prefix,
            "COLDCHAIN_INFLUXDB_URL": self.series.url,
            "COLDCHAIN_INFLUXDB_TOKEN": self.series.token,
            "COLDCHAIN_INFLUXDB_ORG": self.series.org,
            "COLDCHAIN_INFLUXDB_BUCKET": self.series.bucket,
            "COLDCHAIN_INFLUXDB_GIVE_UP_AFTER": str(self.series.give_up_after),
        }

    def is_committed(self, *topics: Topic) -> bool:
        """Whether every partition of these topics, or else of frames, is committed to its end."""
        reader = consumer(self.kafka, group="streams")
        try:
            for topic in topics or (FRAMES,):
                ends = reader.end_offsets(partitions_of(reader, self.kafka.topic(topic)))
                if any((reader.committed(place) or 0) != end for place, end in ends.items()):
                    return False
            return True
        finally:
            reader.close()

    def wait_committed(self, patience: float = PATIENCE) -> None:
        wait_until(self.is_committed, "every partition is committed to its end", patience)

    def wait_done(self, patience: float = PATIENCE) -> None:
        """Wait until frames are done and scans, on their whole way, as well."""
        way = (CUSTODY, SCANS, ABOARD, SCANS, FRAMES)  # each is done only once the next is written
        wait_until(lambda: self.is_committed(*way), "all is committed to its end", patience)

    def records(self, topic: Topic) -> list[tuple[bytes | None, bytes, dict[str, bytes]]]:
        """All records of a topic: key, value, headers."""
        reader = consumer(self.kafka)
        try:
            partitions = partitions_of(reader, self.kafka.topic(topic))
            reader.assign(partitions)
            reader.seek_to_beginning(*partitions)
            ends = reader.end_offsets(partitions)
            found: list[tuple[bytes | None, bytes, dict[str, bytes]]] = []
            while any(reader.position(p) < end for p, end in ends.items()):
                for batch in reader.poll(timeout_ms=200).values():
                    found += [(r.key, r.value, dict(r.headers)) for r in batch]
            return found
        finally:
            reader.close()

    def places(self, topic: Topic) -> dict[int, int]:
        """How many records each partition of a topic ever had."""
        reader = consumer(self.kafka)
        try:
            ends = reader.end_offsets(partitions_of(reader, self.kafka.topic(topic)))
            return {place.partition: end for place, end in ends.items()}
        finally:
            reader.close()

    def empty(self, topic: Topic) -> None:
        """Have Kafka no longer keep what a topic holds now, as after its retention."""
        admin = KafkaAdminClient(**self.kafka.client())
        try:
            name = self.kafka.topic(topic)
            ends = {TopicPartition(name, one): n for one, n in self.places(topic).items() if n}
            admin.delete_records(ends)
        finally:
            admin.close()

    def readings_stored(self) -> int:
        """How many readings the store holds."""
        reader = Reader(self.series)
        try:
            return reader.count_readings()
        finally:
            reader.close()

    def said(self, topic: Topic) -> list[ExcursionRecord]:
        """All excursion records, each device's in order."""
        decoder = msgspec.json.Decoder(ExcursionRecord)
        values = [value for _, value, _ in self.records(topic)]
        return [decoder.decode(value) for value in values if b'"rule":' not in value]

    def conditions(self, topic: Topic) -> list[ConditionRecord]:
        """All records of fleet rules, each device's in order."""
        decoder = msgspec.json.Decoder(ConditionRecord)
        values = [value for _, value, _ in self.records(topic)]
        return [decoder.decode(value) for value in values if b'"rule":' in value]

    def parcels(self) -> dict[str, ParcelRecord]:
        """Each parcel's last record."""
        decoder = msgspec.json.Decoder(ParcelRecord)
        found = [decoder.decode(value) for _, value, _ in self.records(PARCELS)]
        return {one.parcel: one for one in found}

    def excursions(self, topic: Topic) -> dict[str, ExcursionRecord]:
        """Each excursion's last record."""
        return {one.id: one for one in self.said(topic)}

    @property
    def started(self) -> int:
        """How many workers were started so far."""
        return self._count

    def log(self, number: int) -> str:
        """What the worker started as the `number`-th said (from 1)."""
        return (self.folder / f"worker-{number}.log").read_text(errors="replace")
