"""The archiver as a service, and as one run that seals what is there."""

import fcntl
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kafka.errors import KafkaError

from broker.admin import ensure_topics

from .archiver import Archiver
from .catalog import open_to_write
from .errors import AuditError
from .ledger import open_ledger
from .seals import SignedSeal
from .settings import ArchiveSettings
from .signing import Signer

_log = logging.getLogger(__name__)


def wall_clock() -> int:
    """Now, ms since the epoch."""
    return time.time_ns() // 1_000_000


@contextmanager
def archiver(settings: ArchiveSettings) -> Iterator[Archiver]:
    """The archiver, alone on its archive. Raises AuditError where another has it."""
    ensure_topics(settings.kafka)
    with (
        alone(settings.folder),
        open_to_write(settings.folder) as catalog,
        open_ledger(settings.folder) as ledger,
    ):
        made = Archiver(settings, catalog, ledger, wall_clock)
        try:
            yield made
        finally:
            made.close()


def run(settings: ArchiveSettings, stop: threading.Event) -> None:
    """Archive until `stop`. What waits then stays in Kafka for the next start."""
    with archiver(settings) as one:
        one.deposit()
        while not stop.is_set():
            try:
                if one.step():
                    one.deposit()
            except KafkaError as error:
                _log.warning("Kafka: %s; trying on", error)
                stop.wait(1.0)


def seal_now(settings: ArchiveSettings) -> list[SignedSeal]:
    """Take in all that Kafka has and seal it, whatever the hour; the seals made."""
    made: list[SignedSeal] = []
    with archiver(settings) as one:
        while one.is_behind():
            one.take()
            if one.is_much():
                made += _some(one.cut())
        return made + _some(one.cut())


def hand_over(settings: ArchiveSettings, successor: Signer) -> SignedSeal | None:
    """Seal with the present key that the next one takes over."""
    with archiver(settings) as one:
        return one.cut(successor.public)


def _some(seal: SignedSeal | None) -> list[SignedSeal]:
    return [] if seal is None else [seal]


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the archive's lock. Raises AuditError where somebody else does."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "archive.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AuditError(f"another archiver is using {folder}") from None
        yield
