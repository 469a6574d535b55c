"""SQLite files that only their owner may read, and that outlive a power cut."""

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import IO


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


def owned(path: Path) -> IO[bytes]:
    """Ours until it is closed, by a lock file beside it. Raises FileError where it is another's."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.fdopen(os.open(path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600), "r+b")
    except OSError as error:
        raise FileError(f"{path}: can't be used: {error}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise FileError(f"{path}: another process has it") from None
    return lock
