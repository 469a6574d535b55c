"""One worker as its users run it: the command, in a process of its own; what it has committed."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from broker.clients import consumer, partitions_of
from broker.settings import KafkaSettings
from broker.topics import FRAMES
from series.settings import SeriesSettings

COMMAND = str(Path(sys.executable).with_name("coldchain"))
TICKS = os.sysconf("SC_CLK_TCK")


class Commits:
    """How many frames the worker's group has committed; one client, so that asking is cheap."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._reader = consumer(kafka, group="streams")
        self._ones = partitions_of(self._reader, kafka.topic(FRAMES))

    def count(self) -> int:
        return sum(self._reader.committed(one) or 0 for one in self._ones)

    def lag(self) -> int:
        """Frames in Kafka that are not committed."""
        ends: dict[object, int] = self._reader.end_offsets(self._ones)
        return sum(ends.values()) - self.count()

    def close(self) -> None:
        self._reader.close()


@contextmanager
def worker(
    kafka: KafkaSettings, series: SeriesSettings, *arguments: str
) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker, just begun; ended in order with the block."""
    environment = {
        "COLDCHAIN_KAFKA_SERVERS": kafka.servers,
        "COLDCHAIN_KAFKA_PREFIX": kafka.prefix,
        "COLDCHAIN_INFLUXDB_URL": series.url,
        "COLDCHAIN_INFLUXDB_TOKEN": series.token,
        "COLDCHAIN_INFLUXDB_BUCKET": series.bucket,
    }
    process = subprocess.Popen(
        [COMMAND, "stream", *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def ended(process: "subprocess.Popen[bytes]") -> None:
    """Raises SystemExit where a worker ended by itself."""
    if process.poll() is not None:
        raise SystemExit(f"the worker ended by itself, status {process.returncode}")


def committed(
    commits: Commits, process: "subprocess.Popen[bytes]", frames: int, patience: float = 120.0
) -> None:
    """Wait until so many frames are committed.

    Raises SystemExit where a worker ended by itself, or stood still for `patience` seconds.
    """
    done, moved = commits.count(), time.monotonic()
    while done < frames:
        ended(process)
        if time.monotonic() - moved > patience:
            raise SystemExit(
                f"the worker stands still: {done:,} of {frames:,} frames committed, and no more"
                f" in {patience:.0f} s"
            )
        time.sleep(0.1)
        before, done = done, commits.count()
        moved = moved if done == before else time.monotonic()


def cpu_of(pid: int) -> float:
    """CPU seconds of a process."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / TICKS
