"""What every target is."""

from collections.abc import Sequence
from typing import Protocol

from coldchain.registry import Registration


class TargetError(Exception):
    """What was sent did not arrive; the message says why."""


class Target(Protocol):
    """A place to send to. `send` may keep back; after `flush` all is there. `close` flushes."""

    def register(self, registrations: Sequence[Registration]) -> None: ...

    def send(self, device: str, payload: bytes, received: int) -> None: ...

    def scan(self, device: str, payload: bytes, received: int) -> None: ...

    def flush(self) -> None: ...

    def close(self) -> None: ...
