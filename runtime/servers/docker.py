"""Servers as containers, by compose.yaml, where a Docker engine answers."""

import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from .errors import ServerError
from .servers import Servers


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


@contextmanager
def docker_servers(
    folder: Path | None = None,
    prepare: Callable[[Servers], None] = lambda _: None,
    wanted: Mapping[str, int] = MappingProxyType({}),
) -> Iterator[Servers]:
    """The services of compose.yaml, healthy, until the block ends. Raises ServerError."""
    raise ServerError("containers are not wired yet: use --servers native")
    yield  # type: ignore[unreachable]
