"""What `coldchain up` left running: one small JSON file in the state folder."""

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from runtime.folders import state_folder

_PROBE_S = 1.0


@dataclass(frozen=True, slots=True)
class Running:
    """The servers that are up: their kind, settings for other programs, who looks after them.

    `supervisor` is the process id that keeps native servers, with the moment it began (clock
    ticks since boot, where the system says), so that another process under the same number is
    not taken for it; for containers it is 0.
    """

    kind: str
    supervisor: int
    began: int
    environment: dict[str, str]
    folder: str
    pids: dict[str, int] = field(default_factory=dict)
    grafana_url: str | None = None


def path() -> Path:
    """Where it is noted."""
    return state_folder() / "servers.json"


def note(running: Running) -> None:
    """Write it down, whole or not at all; readable by its owner only (it holds the token)."""
    target = path()
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = target.with_suffix(".part")
    scratch.touch(mode=0o600)
    scratch.write_text(json.dumps(asdict(running), indent=1))
    scratch.replace(target)


def forget() -> None:
    """Nothing is up any more."""
    path().unlink(missing_ok=True)


def read() -> Running | None:
    """What was noted, whether it still lives or not; None where nothing (or rubbish) is."""
    try:
        return Running(**json.loads(path().read_text()))
    except (OSError, ValueError, TypeError):
        return None


def is_alive(running: Running) -> bool:
    """Whether its supervisor still runs; of containers, whether Kafka and InfluxDB still listen."""
    if running.supervisor == 0:
        return all(map(_listens, _addresses(running.environment)))
    try:
        os.kill(running.supervisor, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return began(running.supervisor) == running.began


def _addresses(environment: Mapping[str, str]) -> list[tuple[str, int]]:
    """Where Kafka and InfluxDB are by these settings."""
    urls = (
        f"kafka://{environment.get('COLDCHAIN_KAFKA_SERVERS', '').split(',')[0]}",
        environment.get("COLDCHAIN_INFLUXDB_URL", ""),
    )
    return [(url.hostname or "", url.port or 0) for url in map(urlsplit, urls)]


def _listens(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, _PROBE_S).close()
    except OSError:
        return False
    return True


def began(pid: int) -> int:
    """When a process began: clock ticks since boot; 0 where it ended or the system won't say."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return 0 if stat[0] == "Z" else int(stat[19])


def running_environment() -> dict[str, str]:
    """The settings of the servers that are up; empty where none are."""
    running = read()
    return running.environment if running is not None and is_alive(running) else {}
