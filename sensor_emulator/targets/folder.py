"""Into a folder of files."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from coldchain.registry import Registration
from coldchain.registry_toml import dumps

from .base import TargetError


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
