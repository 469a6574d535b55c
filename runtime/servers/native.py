"""Native servers: Kafka and InfluxDB as our own child processes."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from .errors import ServerError
from .influxd_build import influxd
from .influxdb import influxdb_process
from .kafka import kafka_process
from .kafka_jars import kafka_jars
from .ports import LOOPBACK, free_ports, is_free
from .servers import Servers
from .signals import ended_by_sigterm

_PORTS = ("kafka", "controller", "influxdb", "rpc")


def fetch() -> None:
    """Get everything that native servers need, with progress; nothing is done twice."""
    kafka_jars()
    influxd()


@contextmanager
def native_servers(
    folder: Path | None = None,
    prepare: Callable[[Servers], None] = lambda _: None,
    wanted: Mapping[str, int] = MappingProxyType({}),
) -> Iterator[Servers]:
    """Kafka and InfluxDB on loopback, ready, until the block ends (by Ctrl-C or SIGTERM too).

    `folder` keeps logs and data, for a later start; without one they are in a folder removed at
    the end. `prepare` is called once they answer (topics, buckets). `wanted` names ports for
    `kafka`, `influxdb`; the others are free ones. Raises ServerError.
    """
    with ended_by_sigterm():
        fetch()
        run = folder or Path(tempfile.mkdtemp(prefix="coldchain-"))
        run.mkdir(parents=True, exist_ok=True)
        ports = _ports(run, wanted)
        kafka = kafka_process(run / "kafka", ports["kafka"], ports["controller"])
        influxdb = influxdb_process(run / "influxdb", ports["influxdb"], ports["rpc"])
        servers = Servers(
            kind="native",
            kafka_servers=f"{LOOPBACK}:{ports['kafka']}",
            influxdb_url=f"http://{LOOPBACK}:{ports['influxdb']}",
            token="",
            org="coldchain",
            bucket="coldchain",
            kafka=kafka,
            influxdb=influxdb,
            folder=run,
        )
        failed = True
        try:
            kafka.launch()
            influxdb.launch()
            influxdb.wait_ready()
            kafka.wait_ready()
            prepare(servers)
            failed = False
            yield servers
        finally:
            kafka.ask_to_stop()  # both at once; each is then waited for
            influxdb.stop()
            kafka.stop()
            if folder is None and not failed:  # else its logs are wanted
                shutil.rmtree(run, ignore_errors=True)


def _ports(run: Path, wanted: Mapping[str, int]) -> dict[str, int]:
    """A port for each name: the wanted one, else the one this folder had before, else a free one.

    Raises ServerError where a wanted one is taken.
    """
    note = run / "ports.json"
    try:
        before = json.loads(note.read_text())
        chosen = {name: int(before[name]) for name in _PORTS if is_free(int(before[name]))}
    except (OSError, ValueError, KeyError, TypeError):
        chosen = {}
    for name, port in wanted.items():
        if not is_free(port):
            raise ServerError(f"port {port}, wanted for {name}, is taken")
        chosen[name] = port
    for name, port in zip(_PORTS, free_ports(len(_PORTS)), strict=True):
        chosen.setdefault(name, port)
    note.write_text(json.dumps(chosen))
    return chosen
