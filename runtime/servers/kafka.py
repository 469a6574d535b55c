"""A native Kafka: one KRaft node on loopback."""

import os
import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from coldchain.times import DAY_MS

from .errors import ServerError
from .java import java
from .kafka_jars import kafka_jars
from .ports import LOOPBACK
from .probes import kafka_answers
from .process import Process

#: A frame may be 1 MiB; a batch of them with keys and headers must pass too.
MAX_MESSAGE_BYTES = 2_097_152
_HEAP = ("-Xms256m", "-Xmx512m")


def properties(port: int, controller_port: int, data: Path) -> dict[str, str]:
    """The settings of a single node that is broker and controller at once."""
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller_port}",
        "listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{port}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": str(data),
        "auto.create.topics.enable": "false",
        "message.max.bytes": str(MAX_MESSAGE_BYTES),
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "8",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "4",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
        # Records go by their own time. What is emulated or played again here may be of any date,
        # and would be gone half a minute after the start: what is too old is looked for daily.
        "log.retention.check.interval.ms": str(DAY_MS),
        "log.initial.task.delay.ms": str(DAY_MS),
        "log.cleaner.dedupe.buffer.size": "16777216",
        "num.network.threads": "2",
        "num.io.threads": "4",
    }


def _java_command(*arguments: str) -> list[str]:
    return [
        str(java()),
        *_HEAP,
        "-XX:+ExitOnOutOfMemoryError",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        "-Dorg.slf4j.simpleLogger.showDateTime=true",
        "-cp",
        str(kafka_jars() / "*"),
        *arguments,
    ]


def kafka_process(
    folder: Path,
    port: int,
    controller_port: int,
    more: Mapping[str, str] = MappingProxyType({}),
    scram: Sequence[str] = (),
) -> Process:
    """Kafka with its data in `folder` (formatted when new), not started yet.

    `more` are further properties, or others in place of ours; the listener at `port` stays as it
    is. `scram` are its first users, as Kafka's storage tool is told of them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / "data"
    settings = folder / "server.properties"
    rows = properties(port, controller_port, data) | dict(more)
    settings.write_text("".join(f"{name}={value}\n" for name, value in rows.items()))
    if not (data / "meta.properties").exists():
        _format(settings, scram)
    return Process(
        name="Kafka",
        command=_java_command("kafka.Kafka", str(settings)),
        log=folder / "kafka.log",
        ready=lambda: kafka_answers(f"{LOOPBACK}:{port}"),
        folder=folder,
    )


def cluster_id() -> str:
    """A new id for a cluster: 16 bytes as Kafka writes them.

    Never one that begins with a dash, which Kafka's tools would take for an option.
    """
    first, *rest = uuid.uuid4().bytes
    return urlsafe_b64encode(bytes([first & 0x7F, *rest])).decode().rstrip("=")


def _format(settings: Path, scram: Sequence[str]) -> None:
    users = [part for user in scram for part in ("--add-scram", user)]
    command = _java_command(
        "kafka.tools.StorageTool", "format", "-t", cluster_id(), "-c", str(settings), *users
    )
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=dict(os.environ)
    )
    if done.returncode != 0:
        raise ServerError(f"Kafka's data folder could not be made: {done.stderr.strip()[-500:]}")
