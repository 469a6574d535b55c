"""Local servers of either kind."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from .docker import docker_servers, engine_answers
from .native import native_servers
from .servers import Servers

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
    if choice == "docker" or (choice == "auto" and engine_answers()):
        started = docker_servers(folder, prepare, wanted)
    else:
        started = native_servers(folder, prepare, wanted)
    with started as servers:
        yield servers
