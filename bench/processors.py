"""Frames in Kafka -> rules -> InfluxDB, end to end, one worker; beside a bare loop over the same.

    .venv/bin/python bench/processors.py [--shape van|locker] [--devices 500] [--minutes 300]
                                         [--rounds 3] [--json]

`van`: 4 channels x 15 samples a frame; `locker`: 100 channels x 1 sample. The bare loop consumes,
decodes, judges by the same rules and writes overlapped, with no framework, state or checkpoint;
once with the fleet's rules (doors, sensors' faults, rises) and once without, to see their price.
Each has its own process, bucket and consumer group over one filled topic. Prints readings/s
(median, and all rounds) and CPU seconds per million readings, of the process and of the servers.
"""

import argparse
import gc
import json
import random
import resource
import statistics
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace

import msgspec

from bench.references.work import TOGETHER, Work
from bench.worker import Commits, committed, ended, worker
from broker.admin import ensure_topics
from broker.clients import consumer, partitions_of, producer
from broker.settings import KafkaSettings
from broker.topics import FRAMES, REGISTRY
from coldchain.enrolment import Plans
from coldchain.frames import Channel, Frame, encode_frame
from coldchain.registry import CompartmentEntry, Duty, Entry, Registration
from coldchain.rules.given import NONE, Given
from runtime.profiles import load_profiles
from runtime.servers import Servers, local_servers
from series.reader import Reader
from series.settings import SeriesSettings
from series.setup import ensure_bucket

T0 = 1_795_413_600_000
STEP = 30_000
PROFILES = ("iced-seafood", "frozen")
WITHOUT = "bare loop, limits alone"


@dataclass(frozen=True)
class Shape:
    """A device's frames: its compartments, quantities a compartment, samples a frame."""

    compartments: int
    quantities: tuple[str, ...]
    samples: int

    @property
    def readings(self) -> int:
        return self.compartments * len(self.quantities) * self.samples


SHAPES = {
    "van": Shape(2, ("air", "product"), 15),
    "locker": Shape(50, ("air", "product"), 1),
}


@dataclass(frozen=True)
class Result:
    """One round: readings, seconds, CPU seconds of the process."""

    readings: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        return self.readings / self.seconds


def registration(number: int, shape: Shape) -> Registration:
    entry = Entry(
        since="2026-01-01T00:00:00Z",
        kind="van",
        asset=f"V{number}",
        compartments={
            f"c{room:02}": CompartmentEntry(profile=PROFILES[room % 2])
            for room in range(shape.compartments)
        },
        county="Huangdao",
    )
    return Registration(device=f"van-{number:05}", history=[entry])


def frames(shape: Shape, devices: int, minutes: int) -> Iterator[tuple[str, bytes, int]]:
    """Device, frame, receipt (ms), by time; a device in a hundred goes warm in the second half."""
    chance = random.Random(1)
    span = shape.samples * STEP
    for seq in range(minutes * 60_000 // span):
        start = T0 + seq * span
        for number in range(devices):
            warm = 6.0 if number % 100 == 0 and seq * span > minutes * 30_000 else 0.0
            channels = [
                Channel(
                    name=f"c{room:02}.{quantity}",
                    start=start,
                    step=STEP,
                    values=[
                        round((2.0, -20.0)[room % 2] + warm + chance.uniform(-0.5, 0.5), 2)
                        for _ in range(shape.samples)
                    ],
                )
                for room in range(shape.compartments)
                for quantity in shape.quantities
            ]
            device = f"van-{number:05}"
            frame = Frame(
                v=1,
                device=device,
                boot=1,
                seq=seq,
                sent=start + span,
                channels=channels,
                battery=0.9,
            )
            yield device, encode_frame(frame), start + span


def register(kafka: KafkaSettings, shape: Shape, devices: int) -> None:
    """Put devices into the registry."""
    with closing(producer(kafka)) as sender:
        for number in range(devices):
            one = registration(number, shape)
            value = msgspec.json.encode(one)
            sender.send(kafka.topic(REGISTRY), key=one.device.encode(), value=value)
        sender.flush()


def send(kafka: KafkaSettings, some: Iterable[tuple[str, bytes, int]]) -> int:
    """Put frames into Kafka; how many. Device, frame, receipt (ms)."""
    count = 0
    with closing(producer(kafka)) as sender:
        for device, value, received in some:
            key = device.encode()
            sender.send(kafka.topic(FRAMES), key=key, value=value, timestamp_ms=received)
            count += 1
        sender.flush()
    return count


def fill(kafka: KafkaSettings, shape: Shape, devices: int, minutes: int) -> int:
    """Fill the topics; how many frames."""
    ensure_topics(kafka)
    register(kafka, shape, devices)
    return send(kafka, frames(shape, devices, minutes))


def worker_round(
    kafka: KafkaSettings, series: SeriesSettings, records: int, readings: int
) -> Result:
    """One worker, from its first reading stored to its last frame committed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with (
        closing(Reader(series)) as reader,
        closing(Commits(kafka)) as commits,
        worker(kafka, series) as process,
    ):
        until = time.monotonic() + 120
        while not reader.query('SELECT "air" FROM "reading" LIMIT 1'):
            ended(process)
            if time.monotonic() > until:
                raise SystemExit("the worker stored nothing within two minutes")
            time.sleep(0.02)
        began = time.perf_counter()
        committed(commits, process, records)
        seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Result(readings, seconds, cpu)


class LimitsAlone(Plans):
    """Plans whose channels are given none of the fleet's rules."""

    def rules(self, name: str, quantity: str, duty: Duty) -> Given:
        return NONE


def bare_round(
    kafka: KafkaSettings, series: SeriesSettings, readings: int, kind: type[Plans]
) -> Result:
    """Consume, decode, judge, write overlapped; nothing else. Collects garbage as a worker does."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    work = Work(kafka, series, kind(load_profiles()))
    reader = consumer(kafka, max_poll_records=TOGETHER)
    ones = partitions_of(reader, kafka.topic(FRAMES))
    reader.assign(ones)
    reader.seek_to_beginning()
    ends = reader.end_offsets(ones)
    began, cpu = time.perf_counter(), time.process_time()
    while any(reader.position(one) < end for one, end in ends.items()):
        work.do([one for some in reader.poll(timeout_ms=200).values() for one in some])
    work.confirm()
    result = Result(readings, time.perf_counter() - began, time.process_time() - cpu)
    work.close()
    reader.close()
    gc.unfreeze()
    gc.set_threshold(*usual)
    return result


def price(rounds: list[Result]) -> float:
    """CPU seconds a reading, of the cheapest round."""
    return min(one.cpu / one.readings for one in rounds)


def fresh(series: SeriesSettings, name: str) -> SeriesSettings:
    made = replace(series, bucket=name)
    ensure_bucket(made)
    return made


def run(
    servers: Servers, shape: Shape, devices: int, minutes: int, rounds: int
) -> dict[str, object]:
    kafka = KafkaSettings(servers=servers.kafka_servers, partitions=4)
    series = SeriesSettings(url=servers.influxdb_url, token=servers.token, org=servers.org)
    found: dict[str, list[Result]] = {"worker": [], "bare loop": [], WITHOUT: []}
    for number in range(rounds):
        topic = replace(kafka, prefix=f"bench{number}.")
        count = fill(topic, shape, devices, minutes)
        readings = count * shape.readings
        for name, kind in (("bare loop", Plans), (WITHOUT, LimitsAlone)):
            bucket = fresh(series, f"{name.replace(', ', '-').replace(' ', '-')}{number}")
            found[name].append(bare_round(topic, bucket, readings, kind))
        found["worker"].append(
            worker_round(topic, fresh(series, f"worker{number}"), count, readings)
        )
    rates = {name: statistics.median(one.rate for one in all_) for name, all_ in found.items()}
    return {
        "record_bytes": len(next(frames(shape, 1, minutes))[1]),
        "readings_a_record": shape.readings,
        "readings": found["worker"][0].readings,
        "readings_per_second": {name: round(rate) for name, rate in rates.items()},
        "rounds": {name: [round(one.rate) for one in all_] for name, all_ in found.items()},
        "cpu_seconds_per_million": {
            name: round(statistics.median(one.cpu / one.readings * 1e6 for one in all_), 2)
            for name, all_ in found.items()
        },
        "fleet_rules_cpu": round(price(found["bare loop"]) / price(found[WITHOUT]) - 1, 3),
        "worker_to_bare_loop": round(rates["worker"] / rates["bare loop"], 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", choices=SHAPES, default="van")
    parser.add_argument("--devices", type=int, default=500)
    parser.add_argument("--minutes", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with local_servers() as servers:
        said = run(servers, SHAPES[chosen.shape], chosen.devices, chosen.minutes, chosen.rounds)
    if chosen.json:
        print(json.dumps(said))
        return
    for name, value in said.items():
        print(f"{name:26} {value}")


if __name__ == "__main__":
    main()
