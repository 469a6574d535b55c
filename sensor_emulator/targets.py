"""Where frames and scans go: Kafka, or a folder of files."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from broker.settings import KafkaSettings
from broker.topics import CUSTODY, FRAMES, REGISTRY, Topic
from coldchain.registry import Registration
from coldchain.registry_toml import dumps


class TargetError(Exception):
    """What was sent did not arrive; the message says why."""


class Target(Protocol):
    """A place to send to. `send` may keep back; after `flush` all is there. `close` flushes."""

    def register(self, registrations: Sequence[Registration]) -> None: ...

    def send(self, device: str, payload: bytes, received: int) -> None: ...

    def scan(self, device: str, payload: bytes, received: int) -> None: ...

    def flush(self) -> None: ...

    def close(self) -> None: ...


class KafkaTarget:
    """Registrations, then frames and scans, keyed by device.

    A record's timestamp is when it is received.

    Raises TargetError from `send` or `flush` once a record could not be delivered.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        from broker.clients import producer  # loads kafka: not for who writes to a folder

        self._producer = producer(settings)
        self._settings = settings
        self._failed: BaseException | None = None

    def register(self, registrations: Sequence[Registration]) -> None:
        for registration in registrations:
            self._producer.send(
                self._settings.topic(REGISTRY),
                key=registration.device.encode(),
                value=msgspec.json.encode(registration),
            ).add_errback(self._note)
        self.flush()

    def send(self, device: str, payload: bytes, received: int) -> None:
        self._put(FRAMES, device, payload, received)

    def scan(self, device: str, payload: bytes, received: int) -> None:
        self._put(CUSTODY, device, payload, received)

    def flush(self) -> None:
        self._producer.flush()
        self._check()

    def close(self) -> None:
        try:
            self.flush()
        finally:
            self._producer.close()

    def _put(self, topic: Topic, device: str, payload: bytes, received: int) -> None:
        self._check()
        self._producer.send(
            self._settings.topic(topic), key=device.encode(), value=payload, timestamp_ms=received
        ).add_errback(self._note)

    def _note(self, error: BaseException) -> None:
        self._failed = self._failed or error

    def _check(self) -> None:
        if self._failed is not None:
            raise TargetError(f"Kafka did not take a record: {self._failed}") from self._failed


class FolderTarget:
    """`frames.jsonl` and `custody.jsonl`, a record a line in the order sent; `registry.toml`.

    What the folder held under these names is replaced. Raises TargetError where it can't be
    written on (a full disk).
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._frames: BinaryIO = (folder / "frames.jsonl").open("wb")
        self._custody: BinaryIO = (folder / "custody.jsonl").open("wb")

    def register(self, registrations: Sequence[Registration]) -> None:
        text = dumps(list(registrations))
        (self._folder / "registry.toml").write_text(text, encoding="utf-8")

    def send(self, device: str, payload: bytes, received: int) -> None:
        self._try(lambda: self._frames.write(payload + b"\n"))

    def scan(self, device: str, payload: bytes, received: int) -> None:
        self._try(lambda: self._custody.write(payload + b"\n"))

    def flush(self) -> None:
        self._try(self._frames.flush)
        self._try(self._custody.flush)

    def close(self) -> None:
        self._try(self._frames.close)
        self._try(self._custody.close)

    def _try(self, deed: Callable[[], object]) -> None:
        try:
            deed()
        except OSError as error:
            raise TargetError(f"{self._folder}: {error.strerror}") from error
