"""The stage: real servers, the front door and workers, each a process that is started again."""

import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from broker.admin import ensure_topics
from broker.settings import KafkaSettings
from runtime.servers import Servers
from runtime.servers.influxdb import influxdb_process
from runtime.servers.kafka import kafka_process
from runtime.servers.native import fetch
from runtime.servers.ports import LOOPBACK, free_ports
from runtime.servers.process import Process
from runtime.servers.signals import ended_by_sigterm
from series.settings import SeriesSettings
from series.setup import ensure_bucket

from .network import Link
from .people import SETTINGS, write_routes

ROOT = Path(__file__).parents[2]
COMMAND = str(Path(sys.executable).with_name("coldchain"))
PREFIX = "chaos."
#: Small, so that Kafka's absence fills it and the door has to refuse.
SPOOL_BYTES = 1_000_000
ALERTS = "alert service"
WORKER = ("stream", "--settle", "1", "--leg-patience", "10", "--log-level", "info")


@dataclass(slots=True)
class Stage:
    """What runs. `processes` by name; those in `down` are meant to be. `links`: the network before
    each server, by its name."""

    servers: Servers
    links: dict[str, Link]
    kafka: KafkaSettings
    series: SeriesSettings
    folder: Path
    port: int
    processes: dict[str, Process] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    restarts: dict[str, int] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def door(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def alerts(self) -> Path:
        """The alert service's database."""
        return self.folder / "alerts.sqlite"

    def workers(self) -> list[str]:
        """The workers that run now."""
        with self.lock:
            return [
                name
                for name, process in self.processes.items()
                if name.startswith("worker") and process.running
            ]

    def add(self, name: str, *arguments: str, patience: float = 60.0) -> Process:
        """Start a process of ours; it is started again when it dies."""
        made = Process(
            name=name,
            command=[COMMAND, *arguments],
            log=self.folder / f"{name.replace(' ', '-')}.log",
            ready=lambda: True,
            folder=ROOT,
            environment=self.environment,
            patience=patience,
        )
        made.launch()
        with self.lock:
            self.processes[name] = made
        return made

    def remove(self, name: str) -> None:
        """Have a process leave in order, for good."""
        with self.lock:
            process = self.processes.pop(name)
        process.stop()

    def watch(self, stop: threading.Event) -> None:
        """Start again what died, as an init system would."""
        while not stop.wait(0.5):
            with self.lock:
                for name, process in self.processes.items():
                    if not process.running and name not in self.down:
                        self.restarts[name] = self.restarts.get(name, 0) + 1
                        process.launch()

    @property
    def environment(self) -> dict[str, str]:
        return {
            **self.servers.environment,
            "COLDCHAIN_KAFKA_PREFIX": PREFIX,
            "COLDCHAIN_INFLUXDB_BUCKET": self.series.bucket,
            "COLDCHAIN_INFLUXDB_GIVE_UP_AFTER": "10",
            "COLDCHAIN_INGEST_FOLDER": str(self.folder / "door"),
            "COLDCHAIN_INGEST_PORT": str(self.port),
            "COLDCHAIN_INGEST_SPOOL_MAX_BYTES": str(SPOOL_BYTES),
            "COLDCHAIN_INGEST_KAFKA_PATIENCE_S": "2",
            **{f"COLDCHAIN_ALERTS_{name}": value for name, value in SETTINGS.items()},
            "COLDCHAIN_ALERTS_DATABASE": str(self.alerts),
            "COLDCHAIN_STATE": str(self.folder / "state"),
        }

    def run(self, *arguments: str) -> str:
        """A command of ours, run to its end."""
        done = subprocess.run(
            [COMMAND, *arguments],
            env={**os.environ, **self.environment},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def wait_for_door(self, patience: float = 60.0) -> None:
        """Wait until the front door answers."""
        deadline = time.monotonic() + patience
        while True:
            try:
                with urllib.request.urlopen(f"{self.door}/healthz", timeout=2):  # noqa: S310 - ours
                    return
            except (urllib.error.URLError, OSError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def wait_for_alerts(self, patience: float = 60.0) -> None:
        """Wait until the alert service has begun. Raises TimeoutError."""
        deadline = time.monotonic() + patience
        while not self.alerts.exists():
            if time.monotonic() > deadline:
                raise TimeoutError(f"no alert service: {self.processes[ALERTS].tail()}")
            time.sleep(0.2)


@contextmanager
def stage(folder: Path, workers: int, phone: str) -> Iterator[Stage]:
    """The stage set: servers up, topics and bucket made, everybody on it. `phone`: the apprise
    address at which people are told."""
    [port] = free_ports(1)
    with _servers(folder / "servers") as (servers, links):
        kafka = KafkaSettings(servers=servers.kafka_servers, prefix=PREFIX, partitions=8)
        ensure_topics(kafka)
        series = SeriesSettings(url=servers.influxdb_url, bucket="chaos", retention_days=0)
        ensure_bucket(series)
        set_up = Stage(servers, links, kafka, series, folder, port)
        stop = threading.Event()
        keeper = threading.Thread(target=set_up.watch, args=(stop,), daemon=True)
        try:
            set_up.add("front door", "ingest", "serve")
            set_up.wait_for_door()
            for number in range(1, workers + 1):
                set_up.add(f"worker {number}", *WORKER)
            routes = write_routes(folder / "alert-routes.toml", phone)
            set_up.add(ALERTS, "alerts", "run", "--routes", str(routes))
            set_up.wait_for_alerts()
            keeper.start()
            yield set_up
        finally:
            stop.set()
            if keeper.is_alive():
                keeper.join()
            for process in set_up.processes.values():
                process.ask_to_stop()
            for process in set_up.processes.values():
                process.stop()


@contextmanager
def _servers(folder: Path) -> Iterator[tuple[Servers, dict[str, Link]]]:
    """Kafka and InfluxDB, and before each the network by which everybody comes to it."""
    names = ("kafka", "controller", "influxdb", "rpc", "to Kafka", "to InfluxDB")
    with ended_by_sigterm():
        fetch()
        port = dict(zip(names, free_ports(len(names)), strict=True))
        links = {
            "Kafka": Link(port["to Kafka"], port["kafka"]),
            "InfluxDB": Link(port["to InfluxDB"], port["influxdb"]),
        }
        told = {"advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{links['Kafka'].port}"}
        kafka = kafka_process(folder / "kafka", port["kafka"], port["controller"], told)
        influxdb = influxdb_process(folder / "influxdb", port["influxdb"], port["rpc"])
        try:
            for link in links.values():
                link.start()
            influxdb.start()
            kafka.start()
            yield (
                Servers(
                    kind="native",
                    kafka_servers=f"{LOOPBACK}:{links['Kafka'].port}",
                    influxdb_url=f"http://{LOOPBACK}:{links['InfluxDB'].port}",
                    token="",
                    org="coldchain",
                    bucket="coldchain",
                    kafka=kafka,
                    influxdb=influxdb,
                    folder=folder,
                ),
                links,
            )
        finally:
            kafka.ask_to_stop()
            influxdb.stop()
            kafka.stop()
            for link in links.values():
                link.close()
