"""Frames in Kafka -> rules -> InfluxDB: one worker beside a bare loop and other frameworks.

A round fills a topic, then each does it in turn, into a bucket of its own: each begins a round
once.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bench import processors
from bench.processors import SHAPES, Shape, bare_round, fresh, worker_round
from bench.references import environment, telegraf
from bench.references.work import Order
from bench.scale import Scale, progress
from bench.table import Measured, Row, Target
from broker.admin import ensure_topics
from broker.clients import consumer, partitions_of, producer
from broker.settings import KafkaSettings
from broker.topics import FRAMES
from coldchain.enrolment import Plans
from coldchain.frames import decode_frame
from runtime.servers import local_servers
from series.reader import Reader
from series.settings import SeriesSettings

WORKER, BARE, QUIX, BYTEWAX = "worker", "bare loop", "Quix Streams", "Bytewax"
PROMISES = {
    WORKER: "all rules, state checkpointed each second, at least once, effects idempotent",
    BARE: "the same rules and writes; no checkpoint, no offsets, no state kept",
    QUIX: "the same rules and writes; offsets committed each second after the writes, at least"
    " once; rules' state in memory only",
    BYTEWAX: "the same rules and writes; offsets in its recovery store each second after the"
    " writes, at least once; rules' state in memory only",
    telegraf.NAME: "no rules; commits what it has delivered, at least once; its records are the"
    " store's own lines",
}
#: Of a shape: devices and minutes of a full run, then of a quick one; what is to be reached.
SIZES = {"van": ((500, 600), (50, 60)), "locker": ((500, 10), (20, 5))}
TARGETS = {
    "van": (
        Target(250_000),
        Target(0.7, beside=BARE),
        Target(1.0, beside=QUIX),
        Target(1.0, beside=BYTEWAX),
        Target(4.0, beside=telegraf.NAME),
    ),
    "locker": (Target(4 * 33_000), Target(0.7, beside=BARE)),
}


@dataclass(frozen=True)
class Filled:
    """A topic that waits: its frames, readings, and the store's settings."""

    kafka: KafkaSettings
    series: SeriesSettings
    shape: Shape
    frames: int
    folder: Path

    @property
    def readings(self) -> int:
        return self.frames * self.shape.readings

    def bucket(self, name: str) -> SeriesSettings:
        own = f"{self.kafka.prefix}{name}".replace(" ", "-").replace(".", "-").lower()
        return fresh(self.series, own)


def _worker(filled: Filled) -> float:
    series = filled.bucket(WORKER)
    return worker_round(filled.kafka, series, filled.frames, filled.readings).rate


def _bare(filled: Filled) -> float:
    return bare_round(filled.kafka, filled.bucket(BARE), filled.readings, Plans).rate


def _framework(name: str) -> Callable[[Filled], float]:
    def rate(filled: Filled) -> float:
        own = f"{filled.kafka.prefix}{name.split()[0].lower()}"
        with tempfile.TemporaryDirectory(dir=filled.folder) as folder:
            order = Order(filled.kafka, filled.bucket(name), filled.frames, folder, own)
            return filled.readings / environment.run(name, order)[0]

    return rate


def _telegraf(filled: Filled) -> float:
    series, kafka = filled.bucket(telegraf.NAME), filled.kafka
    topic, group = f"{kafka.prefix}lines", f"{kafka.prefix}telegraf"
    _copy_as_lines(kafka, topic)
    reader, ends = Reader(series), consumer(kafka)
    watching = consumer(kafka, group_id=group)
    ones = partitions_of(ends, topic)
    wanted = sum(ends.end_offsets(ones).values())
    try:
        seconds = telegraf.run(
            filled.folder,
            telegraf.configuration(kafka, series, topic, group),
            lambda: bool(reader.query('SELECT "air" FROM "reading" LIMIT 1')),
            lambda: sum(watching.committed(one) or 0 for one in ones) >= wanted,
            patience=240,
        )
    finally:
        for one in (reader, ends, watching):
            one.close()
    return filled.readings / seconds


def _copy_as_lines(kafka: KafkaSettings, topic: str) -> None:
    """The frames once more, as line protocol, keyed and partitioned as they are."""
    ensure_topics(replace(kafka, prefix=""), [replace(FRAMES, name=topic)])
    reader, sender = consumer(kafka), producer(kafka)
    ones = partitions_of(reader, kafka.topic(FRAMES))
    reader.assign(ones)
    reader.seek_to_beginning()
    ends = reader.end_offsets(ones)
    while any(reader.position(one) < end for one, end in ends.items()):
        for some in reader.poll(timeout_ms=200).values():
            for record in some:
                lines = telegraf.lines_of(decode_frame(record.value))
                sender.send(topic, key=record.key, value=lines, partition=record.partition)
    sender.flush()
    sender.close()
    reader.close()


def _contestants() -> tuple[dict[str, Callable[[Filled], float]], tuple[str, ...]]:
    """Who takes part, and who does not and why."""
    found: dict[str, Callable[[Filled], float]] = {BARE: _bare}
    left_out: list[str] = []
    for name in (QUIX, BYTEWAX):
        if environment.python() is None:
            left_out.append(f"{name}: not installed (bench/references/requirements.txt)")
        else:
            found[name] = _framework(name)
    if telegraf.program() is None:
        left_out.append("Telegraf: not installed (no `telegraf` on PATH)")
    else:
        found[telegraf.NAME] = _telegraf
    return {**found, WORKER: _worker}, tuple(left_out)


def _measure(name: str, scale: Scale) -> Row:
    shape, (devices, minutes) = SHAPES[name], SIZES[name][scale.quick]
    contestants, left_out = _contestants()
    rates: dict[str, list[float]] = {one: [] for one in contestants}
    with local_servers() as servers, tempfile.TemporaryDirectory() as folder:
        series = SeriesSettings(url=servers.influxdb_url, token=servers.token, org=servers.org)
        for number in range(scale.rounds):
            prefix = f"{name}{number}."
            kafka = KafkaSettings(servers=servers.kafka_servers, prefix=prefix, partitions=4)
            count = processors.fill(kafka, shape, devices, minutes)
            filled = Filled(kafka, series, shape, count, Path(folder))
            names = [*contestants]
            turn = number % len(names)
            for one in names[turn:] + names[:turn]:
                rates[one].append(contestants[one](filled))
                progress(f"{name}, round {number + 1}: {one} {rates[one][-1]:,.0f} readings/s")
    size = len(next(processors.frames(shape, 1, minutes))[1])
    measured = {one: Measured(one, tuple(some), PROMISES[one]) for one, some in rates.items()}
    channels = shape.compartments * len(shape.quantities)
    return Row(
        name,
        "frames in Kafka -> rules -> InfluxDB, one worker",
        f"{channels} channels x {shape.samples} samples, {size:,} bytes a record",
        "readings/s",
        measured.pop(WORKER),
        tuple(measured.values()),
        TARGETS[name],
        left_out,
        (f"{filled.readings:,} readings of {devices} devices a round",),
    )


def van(scale: Scale) -> Row:
    return _measure("van", scale)


def locker(scale: Scale) -> Row:
    return _measure("locker", scale)
