"""What was taken of a watched folder, on disk: a file is known by its content, not its name."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .door.files import open_database, owned
from .settling import Stamp

_SCHEMA = """
CREATE TABLE IF NOT EXISTS taken (
    device TEXT NOT NULL,
    hash BLOB NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (device, hash)
) STRICT;
CREATE TABLE IF NOT EXISTS done (
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    written INTEGER NOT NULL
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file as it was found: where, its name within the folder as it is shown, its stamp, and its
    content's hash."""

    path: Path
    name: str
    stamp: Stamp
    device: str
    hash: bytes


def hash_of(path: Path) -> bytes:
    """The SHA-256 of a file's content. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


class Taken:
    """The record of one folder, one process's at a time. Raises FileError when opened."""

    def __init__(self, path: Path) -> None:
        self._owned = owned(path)
        self._db = open_database(path, _SCHEMA)

    def close(self) -> None:
        self._db.close()
        self._owned.close()

    def done(self) -> dict[str, Stamp]:
        """The files that need not be looked at again as long as they stay as they were, by name."""
        rows = self._db.execute("SELECT path, size, written FROM done")
        return {path: Stamp(size, written) for path, size, written in rows}

    def knows(self, device: str, content: bytes) -> str | None:
        """The name under which this content was taken as that device's."""
        row = self._db.execute(
            "SELECT name FROM taken WHERE device = ? AND hash = ?", (device, content)
        ).fetchone()
        return None if row is None else str(row[0])

    def add(self, files: Iterable[Dropped], now: int) -> None:
        """They are taken; on disk when this returns. `now` in ms."""
        with self._db:
            for one in files:
                self._db.execute(
                    "INSERT OR IGNORE INTO taken VALUES (?, ?, ?, ?)",
                    (one.device, one.hash, one.name, now),
                )
                self._db.execute(
                    "INSERT OR REPLACE INTO done VALUES (?, ?, ?)",
                    (one.name, one.stamp.size, one.stamp.written),
                )
