"""Native servers: Kafka and InfluxDB as our own child processes."""

import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from .influxd_build import influxd
from .influxdb import influxdb_process
from .kafka import kafka_process
from .kafka_jars import kafka_jars
from .ports import LOOPBACK, free_ports
from .servers import Servers


def fetch() -> None:
    """Get everything that native servers need, with progress; nothing is done twice."""
    kafka_jars()
    influxd()


@contextmanager
def native_servers(
    folder: Path | None = None, prepare: Callable[[Servers], None] = lambda _: None
) -> Iterator[Servers]:
    """Kafka and InfluxDB on free ports, ready, until the block ends (by Ctrl-C or SIGTERM too).

    `folder` keeps logs and data; without one they are in a folder removed at the end. `prepare`
    is called once they answer (topics, buckets). Raises ServerError.
    """
    fetch()
    run = folder or Path(tempfile.mkdtemp(prefix="coldchain-"))
    run.mkdir(parents=True, exist_ok=True)
    kafka_port, controller_port, influxdb_port, rpc_port = free_ports(4)
    kafka = kafka_process(run / "kafka", kafka_port, controller_port)
    influxdb = influxdb_process(run / "influxdb", influxdb_port, rpc_port)
    servers = Servers(
        kind="native",
        kafka_servers=f"{LOOPBACK}:{kafka_port}",
        influxdb_url=f"http://{LOOPBACK}:{influxdb_port}",
        token="",
        org="coldchain",
        bucket="coldchain",
        kafka=kafka,
        influxdb=influxdb,
        folder=run,
    )
    finished = False
    with _ended_by_sigterm():
        try:
            kafka.launch()
            influxdb.launch()
            influxdb.wait_ready()
            kafka.wait_ready()
            prepare(servers)
            yield servers
            finished = True
        finally:
            kafka.ask_to_stop()  # both at once; each is then waited for
            influxdb.stop()
            kafka.stop()
            if folder is None and finished:  # after a failure its logs are wanted
                shutil.rmtree(run, ignore_errors=True)


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """SIGTERM ends the block as sys.exit would, so that what it started is stopped."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
