"""Servers as containers, by compose.yaml, where a Docker engine answers.

Every run is a compose project of its own, on free ports, with secrets of its own.
"""

import json
import os
import secrets
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from .errors import ServerError
from .ports import LOOPBACK, free_ports, is_free
from .probes import influxdb_answers, kafka_answers
from .servers import Controllable, Servers
from .signals import ended_by_sigterm
from .state import Running

COMPOSE_FILE = Path(__file__).resolve().parents[2] / "compose.yaml"
#: The services that local servers consist of; compose.yaml has the project's own besides.
SERVICES = ("kafka", "influxdb", "grafana")
_PATIENCE_S = 60.0
_PORTS = {
    "kafka": "COLDCHAIN_KAFKA_PORT",
    "influxdb": "COLDCHAIN_INFLUXDB_PORT",
    "grafana": "COLDCHAIN_GRAFANA_PORT",
}


def engine_answers() -> bool:
    """Whether a Docker engine (not just its client) answers here."""
    docker = shutil.which("docker")
    if docker is None:
        return False
    try:
        done = subprocess.run(
            [docker, "info", "--format", "{{.ServerVersion}}"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and bool(done.stdout.strip())


def compose_command() -> list[str]:
    """Docker's compose: the plugin, else the program of its own. Raises ServerError."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) is None:
            continue
        said = subprocess.run([*command, "version"], stdin=subprocess.DEVNULL, capture_output=True)
        if said.returncode == 0:
            return command
    raise ServerError("Docker answers but has no compose: install its compose plugin")


@dataclass(frozen=True, slots=True)
class Project:
    """A compose project: its name, and the variables that compose.yaml asks for."""

    name: str
    variables: Mapping[str, str]

    def run(self, *arguments: str, **more: str) -> None:
        """One `docker compose` command. Raises ServerError with what it said.

        `more` are variables besides the project's.
        """
        command = [*compose_command(), "-p", self.name, "-f", str(COMPOSE_FILE), *arguments]
        done = subprocess.run(
            command,
            env={**os.environ, **self.variables, **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            said = " / ".join((done.stderr.strip() or done.stdout.strip()).splitlines()[-4:])
            raise ServerError(f"docker compose {arguments[0]} failed: {said}")

    def up(self, boards: Path) -> None:
        """Start the services and wait until they are healthy; images are fetched when missing.

        Grafana's boards are written to the folder `boards` first: the project's own image, which
        would do it, is not built for that.
        """
        _write_boards(boards)
        self.run("up", "--detach", "--wait", "--no-deps", *SERVICES, COLDCHAIN_BOARDS=str(boards))

    def down(self, delete_data: bool) -> None:
        """Stop and remove them; their volumes too with `delete_data`."""
        self.run("down", "--remove-orphans", *(["--volumes"] if delete_data else []))


@dataclass(frozen=True, slots=True)
class Service:
    """One service of a project, stopped and started again on the same port and volume."""

    project: Project
    name: str
    ready: Callable[[], bool]

    def start(self) -> None:
        """Start it and wait until it answers. Raises ServerError."""
        self.project.run("start", self.name)
        deadline = time.monotonic() + _PATIENCE_S
        while not self.ready():
            if time.monotonic() > deadline:
                raise ServerError(f"{self.name} does not answer: see `docker compose logs`")
            time.sleep(0.2)

    def stop(self) -> None:
        self.project.run("stop", self.name)

    def kill(self) -> None:
        self.project.run("kill", self.name)


def new_secrets() -> dict[str, str]:
    """The secrets that compose.yaml asks for."""
    return {
        "COLDCHAIN_INFLUXDB_TOKEN": secrets.token_urlsafe(32),
        "COLDCHAIN_INFLUXDB_PASSWORD": secrets.token_urlsafe(16),
        "COLDCHAIN_GRAFANA_PASSWORD": secrets.token_urlsafe(16),
    }


def project(name: str, wanted: Mapping[str, int], hidden: Mapping[str, str]) -> Project:
    """A project on the wanted and else free ports, with these secrets. Raises ServerError."""
    for service, port in wanted.items():
        if not is_free(port):
            raise ServerError(f"port {port}, wanted for {service}, is taken")
    ports = dict(zip(_PORTS, free_ports(len(_PORTS)), strict=True)) | dict(wanted)
    return Project(
        name,
        {variable: str(ports[service]) for service, variable in _PORTS.items()}
        | {"COLDCHAIN_INFLUXDB_ORG": "coldchain", "COLDCHAIN_INFLUXDB_BUCKET": "coldchain"}
        | dict(hidden),
    )


def _servers(compose: Project, folder: Path) -> Servers:
    at = {service: f"{LOOPBACK}:{compose.variables[name]}" for service, name in _PORTS.items()}
    url = f"http://{at['influxdb']}"
    kafka: Controllable = Service(compose, "kafka", lambda: kafka_answers(at["kafka"]))
    influxdb: Controllable = Service(compose, "influxdb", lambda: influxdb_answers(url))
    return Servers(
        kind="docker",
        kafka_servers=at["kafka"],
        influxdb_url=url,
        token=compose.variables["COLDCHAIN_INFLUXDB_TOKEN"],
        org=compose.variables["COLDCHAIN_INFLUXDB_ORG"],
        bucket=compose.variables["COLDCHAIN_INFLUXDB_BUCKET"],
        kafka=kafka,
        influxdb=influxdb,
        folder=folder,
        grafana_url=f"http://{at['grafana']}",
    )


@contextmanager
def docker_servers(
    folder: Path | None = None,
    prepare: Callable[[Servers], None] = lambda _: None,
    wanted: Mapping[str, int] = MappingProxyType({}),
) -> Iterator[Servers]:
    """The services of compose.yaml, healthy, until the block ends. Raises ServerError.

    Their data is in volumes removed at the end; `folder` is only where a caller may put more.
    """
    compose = project(f"coldchain-{uuid.uuid4().hex[:8]}", wanted, new_secrets())
    with ended_by_sigterm(), tempfile.TemporaryDirectory(prefix="coldchain-") as scratch:
        servers = _servers(compose, folder or Path(scratch))
        try:
            compose.up(Path(scratch) / "boards")
            prepare(servers)
            yield servers
        finally:
            compose.down(delete_data=True)


def bring_up_containers(wanted: Mapping[str, int], kept: Path) -> Running:
    """The services under the project `coldchain`, left running. Raises ServerError.

    Their volumes outlive `down`, and so must the secrets they were made with: in the file `kept`.
    """
    compose = project("coldchain", wanted, _kept_secrets(kept))
    compose.up(kept.parent.resolve() / "boards")
    servers = _servers(compose, COMPOSE_FILE.parent)
    return Running(
        kind="docker",
        supervisor=0,
        began=0,
        environment=servers.environment,
        folder=str(servers.folder),
        grafana_url=servers.grafana_url,
    )


def take_down_containers(kept: Path, delete_data: bool) -> None:
    """Stop what `bring_up_containers` left running. Raises ServerError."""
    project("coldchain", {}, _kept_secrets(kept)).down(delete_data)
    if delete_data:
        kept.unlink(missing_ok=True)


def _write_boards(folder: Path) -> None:
    """Every board in each language, readable by Grafana's own user."""
    from dashboards.boards import BOARDS
    from dashboards.words import LANGUAGES

    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    for board in BOARDS:
        for language in LANGUAGES:
            file = folder / f"{board.uid(language)}.json"
            file.write_text(board.text(language) + "\n", encoding="utf-8")
            file.chmod(0o644)


def _kept_secrets(kept: Path) -> dict[str, str]:
    try:
        return dict(json.loads(kept.read_text()))
    except (OSError, ValueError):
        made = new_secrets()
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(json.dumps(made))
        return made
