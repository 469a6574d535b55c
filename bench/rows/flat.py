"""What a reading costs a worker, from a thousand channels to a million.

Counted is the CPU time of the worker's process for as many frames in each size, after it has met
every device once, until all that follows from them is done and committed.
"""

from contextlib import closing
from itertools import islice

from bench import processors
from bench.processors import SHAPES, fresh, register, send
from bench.scale import Scale, progress
from bench.table import Measured, Row, Target
from bench.worker import Commits, committed, cpu_of, worker
from broker.admin import ensure_topics
from broker.settings import KafkaSettings
from runtime.servers import local_servers
from series.settings import SeriesSettings

SHAPE = SHAPES["locker"]
CHANNELS = (1_000, 10_000, 100_000, 1_000_000)
#: Frames of each size at least, full and quick; of a device at least, after the first.
FRAMES, FRAMES_EACH = (20_000, 1_000), 2


def _microseconds(kafka: KafkaSettings, series: SeriesSettings, devices: int, frames: int) -> float:
    """CPU microseconds a reading: of the frames after each device's first, from first to last."""
    ensure_topics(kafka)
    register(kafka, SHAPE, devices)
    each = max(FRAMES_EACH, frames // devices)
    made = processors.frames(SHAPE, devices, each // 2 + 1)
    with closing(Commits(kafka)) as commits, worker(kafka, series) as process:
        count = send(kafka, islice(made, devices))
        committed(commits, process, count)
        before = cpu_of(process.pid)
        more = send(kafka, made)
        committed(commits, process, count + more)
        spent = cpu_of(process.pid) - before
    return spent / (more * SHAPE.readings) * 1e6


def flat(scale: Scale) -> Row:
    found: dict[int, float] = {}
    with local_servers() as servers:
        series = SeriesSettings(url=servers.influxdb_url, token=servers.token, org=servers.org)
        for channels in CHANNELS[: scale.of(len(CHANNELS), 2)]:
            prefix = f"flat{channels}."
            kafka = KafkaSettings(servers=servers.kafka_servers, prefix=prefix, partitions=4)
            bucket = fresh(series, f"flat{channels}")
            devices = channels // SHAPE.readings
            found[channels] = _microseconds(kafka, bucket, devices, FRAMES[scale.quick])
            progress(f"flat: {channels:,} channels, {found[channels]:.1f} us of CPU a reading")
    least, most = min(found), max(found)
    name = f"{least:,} channels"
    return Row(
        "flat",
        f"a worker's cost a reading at {most:,} channels",
        "100 channels x 1 sample a record, one worker",
        "us of CPU a reading",
        Measured("worker", (found[most],), "all rules, checkpoints, changelog"),
        (Measured(name, (found[least],)),),
        (Target(1.5, at_least=False, beside=name),),
        notes=(", ".join(f"{size:,}: {cost:.1f}" for size, cost in found.items()),),
    )
