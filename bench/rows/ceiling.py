"""One worker at the ceiling: how long an excursion takes, what its state costs Kafka.

Lockers send 33,000 readings/s in real time. A latency is from a frame's sending to the time at
which Kafka appended the excursion record that follows from it (the record names the frame by its
offset). The first round of frames, with which a worker meets its lockers, is not counted.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from kafka import KafkaConsumer, TopicPartition

from bench.paced import EVERY_S, SHAPE, Paced, devices_at
from bench.processors import fresh, register
from bench.scale import Scale, progress
from bench.table import Measured, Row, Target
from bench.worker import Commits, committed, cpu_of, ended, worker
from broker.admin import ensure_topics
from broker.clients import consumer, partitions_of
from broker.settings import KafkaSettings
from broker.topics import EXCURSIONS, TOPICS, Topic
from runtime.servers import local_servers
from series.settings import SeriesSettings

CEILING = 33_000
#: A worker commits each three seconds: what is committed so long after the last frame kept up.
KEPT_UP_S = 6.0
QUANTILES = (0.5, 0.99)


class Stamped(Topic):
    """A topic whose records have the time at which Kafka appended them."""

    @property
    def config(self) -> dict[str, str]:
        return {**super().config, "message.timestamp.type": "LogAppendTime"}


class _Said(msgspec.Struct):
    """Of an excursion record what is needed here."""

    device: str
    as_of: int
    limit: str = ""


@dataclass(frozen=True)
class Held:
    """What came of a rate: latencies (ms, rising), the changelog's bytes/s, how long after the
    last frame all was committed, and the share of a core that the worker took."""

    rate: float
    latencies: list[float]
    changelog: float
    behind: float
    core: float

    @property
    def kept_up(self) -> bool:
        return self.behind <= KEPT_UP_S

    def quantile(self, part: float) -> float:
        return self.latencies[min(len(self.latencies) - 1, int(part * len(self.latencies)))]


def held(rate: float, seconds: float) -> Held:
    """One worker at so many readings a second, for so long after it met its lockers."""
    with local_servers() as servers:
        kafka = KafkaSettings(servers=servers.kafka_servers, prefix="ceiling.", partitions=4)
        ensure_topics(kafka, [one for one in TOPICS if one is not EXCURSIONS])
        ensure_topics(kafka, [Stamped(EXCURSIONS.name, EXCURSIONS.key, EXCURSIONS.retention_ms)])
        series = fresh(
            SeriesSettings(url=servers.influxdb_url, token=servers.token, org=servers.org),
            "ceiling",
        )
        paced = Paced(kafka, rate)
        register(kafka, SHAPE, paced.devices)
        with closing(Commits(kafka)) as commits, worker(kafka, series) as process:
            paced.start()
            _wait(EVERY_S + 10, process)
            paced.noting, cpu, since = True, cpu_of(process.pid), time.time()
            _wait(seconds, process)
            core = (cpu_of(process.pid) - cpu) / seconds
            until = time.time()
            paced.stop()
            stopped = time.monotonic()
            committed(commits, process, paced.sent)
            behind = time.monotonic() - stopped
        changelog = _bytes_between(kafka, since, until) / (until - since)
        return Held(rate, sorted(_latencies(kafka, paced)), changelog, behind, core)


def _wait(seconds: float, process: "subprocess.Popen[bytes]") -> None:
    """The time that a measurement takes."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        ended(process)
        time.sleep(0.5)


def _latencies(kafka: KafkaSettings, paced: Paced) -> Iterator[float]:
    """Of each excursion record that follows from a noted frame, ms."""
    with closing(consumer(kafka)) as reader:
        ones = partitions_of(reader, kafka.topic(EXCURSIONS))
        reader.assign(ones)
        reader.seek_to_beginning()
        for record in _to_the_end(reader, ones):
            try:
                said = msgspec.json.decode(record.value, type=_Said)
            except msgspec.DecodeError:
                continue
            sent = paced.at.get((record.partition, said.as_of))
            if said.limit and sent is not None:
                yield record.timestamp - sent


def _bytes_between(kafka: KafkaSettings, since: float, until: float) -> int:
    """Bytes of the records (key and value) in the states' changelog between times (s)."""
    with closing(consumer(kafka)) as reader:
        (topic,) = [
            one
            for one in reader.topics()
            if one.startswith(kafka.prefix) and one.endswith("devices-changelog")
        ]
        ones = partitions_of(reader, topic)
        reader.assign(ones)
        found = reader.offsets_for_times({one: round(since * 1000) for one in ones})
        begun = [one for one in ones if found[one] is not None]
        reader.assign(begun)
        for one in begun:
            reader.seek(one, found[one].offset)
        return sum(
            len(record.key) + len(record.value or b"")
            for record in _to_the_end(reader, begun)
            if record.timestamp < until * 1000
        )


def _to_the_end(reader: KafkaConsumer, ones: list[TopicPartition]) -> Iterator[Any]:
    ends = reader.end_offsets(ones)
    while any(reader.position(one) < end for one, end in ends.items()):
        for some in reader.poll(timeout_ms=500).values():
            yield from some


@cache
def _at_the_ceiling(scale: Scale) -> tuple[Held, Held | None]:
    """At the ceiling; where one worker does not keep up, at what it can keep up with, too."""
    rate, seconds = scale.of(CEILING, 1_000), scale.of(120, 30)
    progress(f"{rate:,} readings/s from {devices_at(rate):,} lockers, {seconds + 40} s")
    first = held(rate, seconds)
    if first.kept_up:
        return first, None
    done = rate * (seconds + EVERY_S + 10) / (seconds + EVERY_S + 10 + first.behind)
    less = round(0.6 * done, -2)
    progress(f"it was {first.behind:.0f} s behind at the end; now {less:,.0f} readings/s")
    return first, held(less, seconds)


def _size(one: Held) -> str:
    channels = devices_at(one.rate) * SHAPE.readings
    return f"{one.rate:,.0f} readings/s, {channels:,} channels, frames of 100 channels x 1 sample"


def _said(one: Held) -> str:
    parts = ", ".join(f"p{part * 100:g} {one.quantile(part):,.0f} ms" for part in QUANTILES)
    up = "kept up" if one.kept_up else f"ended {one.behind:.0f} s behind"
    return f"at {one.rate:,.0f} readings/s: {parts} of {len(one.latencies):,} records; {up};" + (
        f" {one.core:.2f} of a core"
    )


def latency(scale: Scale) -> Row:
    first, less = _at_the_ceiling(scale)
    return Row(
        "latency",
        "reading in Kafka -> excursion record in Kafka, one worker, p99",
        _size(first),
        "s",
        Measured(
            "worker",
            (first.quantile(0.99) / 1000,),
            "all rules and checkpoints; a record is said after its lines are stored",
        ),
        targets=(Target(1.0, at_least=False),),
        notes=tuple(_said(one) for one in (first, less) if one is not None),
    )


def changelog(scale: Scale) -> Row:
    first, less = _at_the_ceiling(scale)
    # Of a worker that does not keep up it would be what it manages, not what the ceiling asks.
    one = first if less is None else less
    at_ceiling = one.changelog * CEILING / one.rate / 1e6
    return Row(
        "changelog",
        "the states' changelog at the ceiling (keys and values, before compression)",
        _size(one),
        "MB/s",
        Measured("worker", (at_ceiling,), "a device's state once a checkpoint in which it sent"),
        targets=(Target(10.0, at_least=False),),
        notes=(f"measured at {one.rate:,.0f} readings/s: {one.changelog / 1e6:.2f} MB/s",),
    )
