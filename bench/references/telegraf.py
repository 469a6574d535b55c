"""Telegraf carrying the same readings from Kafka to InfluxDB, with no rules: where it is on PATH.

Its topic has a record a frame, as line protocol: the store's own lines, so that it need not know
our frames. At least once: it commits what its output has delivered.
"""

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from broker.settings import KafkaSettings
from coldchain.frames import Frame
from series.lines import columns, head
from series.schema import READING
from series.settings import SeriesSettings

NAME = "Telegraf"
CONFIG = """
[agent]
interval = "1s"
flush_interval = "1s"
metric_batch_size = 5000
metric_buffer_limit = 200000
omit_hostname = true
quiet = true
[[inputs.kafka_consumer]]
brokers = ["{broker}"]
topics = ["{topic}"]
consumer_group = "{group}"
offset = "oldest"
max_undelivered_messages = 2000
kafka_version = "3.6.0"
data_format = "influx"
influx_timestamp_precision = "1ms"
[[outputs.influxdb]]
urls = ["{url}"]
database = "{bucket}"
skip_database_creation = true
content_encoding = "identity"
"""


def program() -> str | None:
    return shutil.which("telegraf")


def lines_of(frame: Frame) -> bytes:
    """A frame's readings as the store's lines, without rules."""
    rooms: dict[str, list[tuple[str, list[float]]]] = {}
    times: list[int] = []
    for channel in frame.channels:
        room, _, quantity = channel.name.partition(".")
        times = list(channel.times())
        values = [0.0 if value is None else value for value in channel.values]
        rooms.setdefault(room, []).append((quantity, values))
    found: list[str] = []
    for room, rows in rooms.items():
        start = head(READING.name, {"compartment": room, "device": frame.device})
        found += columns(start, [name for name, _ in rows], times, [values for _, values in rows])
    return "\n".join(found).encode()


def configuration(kafka: KafkaSettings, series: SeriesSettings, topic: str, group: str) -> str:
    broker = kafka.servers.split(",")[0]
    return CONFIG.format(
        broker=broker, topic=topic, group=group, url=series.url, bucket=series.bucket
    )


def run(
    folder: Path, config: str, begun: Callable[[], bool], done: Callable[[], bool], patience: float
) -> float:
    """Seconds from its first reading stored to all being committed."""
    command = program()
    assert command is not None, "not installed"
    path = folder / "telegraf.conf"
    path.write_text(config)
    with (folder / "telegraf.log").open("w") as log:
        process = subprocess.Popen([command, "--config", str(path)], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + patience
        _until(begun, process, deadline, 0.02)
        began = time.perf_counter()
        _until(done, process, deadline, 0.1)
        return time.perf_counter() - began
    finally:
        process.terminate()
        process.wait()


def _until(
    is_so: Callable[[], bool], process: "subprocess.Popen[bytes]", deadline: float, pause: float
) -> None:
    while not is_so():
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("Telegraf ended by itself, or took too long")
        time.sleep(pause)


def version() -> str:
    """As it says of itself; empty where it is not there."""
    command = program()
    if command is None:
        return ""
    said = subprocess.run([command, "--version"], capture_output=True, text=True, check=False)
    return " ".join(islice(_words(said.stdout), 2))


def _words(text: str) -> Iterator[str]:
    yield from re.findall(r"\S+", text)
