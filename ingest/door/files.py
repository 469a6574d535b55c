"""SQLite files that only their owner may read, and that outlive a power cut."""

import os
import sqlite3
from pathlib import Path


class FileError(Exception):
    """A file can't be used; the message is one line that says which and why."""


def open_database(path: Path, schema: str, **options: bool) -> sqlite3.Connection:
    """The database, made where it is not there. Every commit is on disk when it returns.

    Raises FileError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        db = sqlite3.connect(path, timeout=10, **options)  # type: ignore[call-overload]
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.executescript(schema)
    except (OSError, sqlite3.Error) as error:
        raise FileError(f"{path}: can't be used: {error}") from None
    return db  # type: ignore[no-any-return]
