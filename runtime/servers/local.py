"""Local servers of either kind."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from .docker import COMPOSE_FILE, docker_servers, engine_answers
from .native import native_servers
from .servers import Kind, Servers

Choice = Literal["auto", "native", "docker"]


@contextmanager
def local_servers(
    choice: Choice = "auto",
    folder: Path | None = None,
    prepare: Callable[[Servers], None] = lambda _: None,
    wanted: Mapping[str, int] = MappingProxyType({}),
) -> Iterator[Servers]:
    """Kafka and InfluxDB, ready, until the block ends. Raises ServerError.

    `auto`: containers where a Docker engine answers, else native servers. `folder` keeps logs
    and data. `prepare` is called once, when they answer. `wanted`: ports for `kafka`, `influxdb`.
    """
    start = docker_servers if chosen(choice) == "docker" else native_servers
    with start(folder, prepare, wanted) as servers:
        yield servers


def chosen(choice: Choice) -> Kind:
    """Which kind a choice comes to here."""
    if choice != "auto":
        return choice
    return "docker" if engine_answers() and COMPOSE_FILE.is_file() else "native"
