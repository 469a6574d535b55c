"""Kafka's jars, downloaded once, each checked against the digest in kafka.lock."""

import hashlib
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from runtime.folders import cache_folder

from .cache import made_once
from .errors import ServerError
from .progress import progress

KAFKA = "org.apache.kafka:kafka_2.13:4.1.0"
LOCK = Path(__file__).with_name("kafka.lock")
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Jar:
    """One jar of the lock: its Maven coordinate, its size in bytes, its SHA-256."""

    coordinate: str
    size: int
    digest: str


def locked_jars() -> tuple[Jar, ...]:
    """The jars that kafka.lock names."""
    rows = (line.split() for line in LOCK.read_text().splitlines() if not line.startswith("#"))
    return tuple(Jar(name, int(size), digest) for name, size, digest in rows)


def is_ready() -> bool:
    """Whether the jars are there already."""
    return _folder().is_dir()


def kafka_jars() -> Path:
    """The folder of Kafka's jars. Raises ServerError when one can't be had."""
    return made_once(_folder(), _download)


def _folder() -> Path:
    content = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    return cache_folder() / f"kafka-{KAFKA.rpartition(':')[2]}-{content}"


def _download(folder: Path) -> None:
    try:
        from jgo.maven import MavenContext
    except ImportError:
        raise ServerError(
            "Kafka can't be fetched without jgo: install the extra `coldchain[servers]`"
        ) from None

    jars = locked_jars()
    repository = folder / ".repository"
    context = MavenContext(repo_cache=repository, timeout=60)

    def fetch(jar: Jar) -> Jar:
        group, artifact, version = jar.coordinate.split(":")
        path = context.project(group, artifact).at_version(version).artifact().resolve()
        if hashlib.sha256(path.read_bytes()).hexdigest() != jar.digest.removeprefix("sha256:"):
            raise ServerError(f"{jar.coordinate} is not what kafka.lock says: its digest differs")
        path.rename(folder / path.name)
        return jar

    total = sum(jar.size for jar in jars)
    with (
        progress(f"Downloading Kafka ({total // 1_000_000} MB)", total) as advance,
        ThreadPoolExecutor(_AT_ONCE) as pool,
    ):
        try:
            for jar in pool.map(fetch, jars):
                advance(jar.size, jar.coordinate.split(":")[1])
        except (OSError, RuntimeError) as error:
            raise ServerError(f"Kafka could not be downloaded: {error}") from error
    shutil.rmtree(repository)
