"""The SQLite file: alerts, history, outbox and Kafka offsets, changed in one transaction.

A crash therefore repeats nothing and forgets nothing: a record's effects and the offset after it
are on disk together, or neither is. Times are ms since the epoch, UTC.
"""

import logging
import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

#: Raised when the tables change: an older file is refused, not misread.
VERSION = 3
#: Older files that only lack tables: they are made.
_LACKING = frozenset({2})
#: Seconds that one try waits for another program's lock.
PATIENCE = 5.0

#: Threads of one process take turns here: SQLite lets whoever waits sleep, and in a storm, where
#: one transaction follows the other, the post would wait for seconds.
_TURN = threading.Lock()

_log = logging.getLogger(__name__)

_SCHEMA = f"""
BEGIN IMMEDIATE;
PRAGMA user_version = {VERSION};
CREATE TABLE IF NOT EXISTS offsets (
    topic TEXT, partition INTEGER, next INTEGER NOT NULL, PRIMARY KEY (topic, partition)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS registry (device TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS aboard (
    device TEXT, parcel TEXT, value BLOB NOT NULL, PRIMARY KEY (device, parcel)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS excursions (
    id TEXT PRIMARY KEY, alert TEXT NOT NULL, speaks INTEGER NOT NULL,
    superseded INTEGER, record BLOB NOT NULL,
    device TEXT NOT NULL, compartment TEXT NOT NULL, subject TEXT NOT NULL, until INTEGER
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS excursions_of_alert ON excursions (alert);
CREATE INDEX IF NOT EXISTS excursions_of_device ON excursions (device, compartment, subject);
CREATE TABLE IF NOT EXISTS alerts (
    id TEXT PRIMARY KEY, device TEXT NOT NULL, compartment TEXT NOT NULL, subject TEXT NOT NULL,
    asset TEXT NOT NULL, status TEXT NOT NULL, severity TEXT NOT NULL, least TEXT NOT NULL,
    raised INTEGER NOT NULL,
    told_at INTEGER, step INTEGER NOT NULL DEFAULT 0, next_step INTEGER,
    round INTEGER NOT NULL DEFAULT 0, next_repeat INTEGER, flaps INTEGER NOT NULL DEFAULT 0,
    hushed INTEGER NOT NULL DEFAULT 0, owed INTEGER NOT NULL DEFAULT 0,
    suspect INTEGER NOT NULL DEFAULT 0,
    answered TEXT, answered_by TEXT, answered_at TEXT, cause TEXT, remark TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS alerts_next_step ON alerts (next_step) WHERE next_step IS NOT NULL;
CREATE INDEX IF NOT EXISTS alerts_next_repeat ON alerts (next_repeat)
    WHERE next_repeat IS NOT NULL;
CREATE INDEX IF NOT EXISTS alerts_of_device ON alerts (device, compartment, subject);
CREATE INDEX IF NOT EXISTS alerts_by_status ON alerts (status);
CREATE INDEX IF NOT EXISTS alerts_owed ON alerts (owed) WHERE owed = 1;
CREATE INDEX IF NOT EXISTS alerts_suspect ON alerts (suspect) WHERE suspect = 1;
CREATE TABLE IF NOT EXISTS history (
    n INTEGER PRIMARY KEY, at INTEGER NOT NULL, subject TEXT NOT NULL, event TEXT NOT NULL,
    before TEXT NOT NULL, after TEXT NOT NULL, effect TEXT NOT NULL,
    who TEXT NOT NULL, note TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS history_of ON history (subject);
CREATE TRIGGER IF NOT EXISTS history_is_kept BEFORE DELETE ON history
    BEGIN SELECT RAISE(ABORT, 'history is never deleted'); END;
CREATE TRIGGER IF NOT EXISTS history_stands BEFORE UPDATE ON history
    BEGIN SELECT RAISE(ABORT, 'history is never changed'); END;
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, device TEXT NOT NULL,
    recipient TEXT NOT NULL, channel TEXT NOT NULL, held INTEGER NOT NULL DEFAULT 0,
    tried INTEGER, taken INTEGER,
    severity TEXT NOT NULL, state TEXT NOT NULL, again INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL, created INTEGER NOT NULL,
    changed INTEGER NOT NULL, title TEXT NOT NULL DEFAULT '', body TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS messages_waiting ON messages (state, due);
CREATE INDEX IF NOT EXISTS messages_of_person ON messages (recipient, channel, device, state);
CREATE INDEX IF NOT EXISTS messages_taken ON messages (taken) WHERE taken IS NOT NULL;
CREATE TABLE IF NOT EXISTS tells (
    alert TEXT, recipient TEXT, channel TEXT, severity TEXT, round INTEGER,
    escalated INTEGER NOT NULL, why TEXT NOT NULL, message INTEGER NOT NULL,
    cancelled INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (alert, recipient, channel, severity, round)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tells_of_message ON tells (message);
CREATE INDEX IF NOT EXISTS tells_to ON tells (recipient);
CREATE TABLE IF NOT EXISTS silences (
    id TEXT PRIMARY KEY, value BLOB NOT NULL, device TEXT NOT NULL, until INTEGER NOT NULL,
    remind_at INTEGER
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS silences_of_device ON silences (device, until);
CREATE TABLE IF NOT EXISTS notes (
    id TEXT PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, text TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refused (
    topic TEXT, partition INTEGER, "offset" INTEGER, at INTEGER NOT NULL,
    reason TEXT NOT NULL, value BLOB, PRIMARY KEY (topic, partition, "offset")
) WITHOUT ROWID;
COMMIT;
"""


class DatabaseVersionError(Exception):
    """A file whose tables are of another version; the message says what to do."""


class DatabaseBusyError(Exception):
    """Another program holds the file; the message says so in one line."""


def open_database(path: Path) -> sqlite3.Connection:
    """The database, made where it is not there. For one thread; commits are on disk (fsync).

    Only its owner can read it: messages in it hold links that let people in. Raises
    DatabaseVersionError, and DatabaseBusyError where another program holds it.
    """
    _keep_private(path)
    try:
        connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        return prepared(connection)
    except sqlite3.DatabaseError as error:
        raise _told(path, error) from None


def prepared(connection: sqlite3.Connection) -> sqlite3.Connection:
    """The connection with the tables made and rows read by name. Raises DatabaseVersionError."""
    connection.row_factory = sqlite3.Row
    version = _version(connection)
    if version not in (None, VERSION, *_LACKING):
        raise _of_another_version(connection)
    if version != VERSION:
        connection.executescript(_SCHEMA)
    return connection


def open_to_read(path: Path) -> sqlite3.Connection:
    """The database as it is, for a list. Raises FileNotFoundError, where there is none yet,
    DatabaseVersionError, and DatabaseBusyError.
    """
    if not path.is_file():
        raise FileNotFoundError(path)
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=PATIENCE)
    connection.row_factory = sqlite3.Row
    try:
        version = _version(connection)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise _told(path, error) from None
    if version is None:
        connection.close()  # a service is making it at this moment
        raise FileNotFoundError(path)
    if version != VERSION:
        other = _of_another_version(connection)
        connection.close()
        raise other
    return connection


@contextmanager
def transaction(
    connection: sqlite3.Connection, is_over: Callable[[], bool] = lambda: False
) -> Iterator[None]:
    """All of the block, or none of it.

    While another program holds the file it waits, and says so once. Raises DatabaseBusyError
    where `is_over` by then.
    """
    with _TURN:
        _begin(connection, is_over)
        try:
            yield
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def _begin(connection: sqlite3.Connection, is_over: Callable[[], bool]) -> None:
    is_said = False
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if not _is_busy(error):
                raise
            if is_over():
                raise DatabaseBusyError(_BUSY.format("the alerts' database")) from None
            if not is_said:
                _log.warning("%s; waiting for it", _BUSY.format("the alerts' database"))
            is_said = True
        else:
            if is_said:
                _log.warning("the alerts' database is free again; going on")
            return


_BUSY = "{} is held by another program (a shell, a backup?): let it end"


def _is_busy(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
    )


def _told(path: Path, error: sqlite3.DatabaseError) -> Exception:
    """The error of opening a file, as one line for a person where there is one to say."""
    if _is_busy(error):
        return DatabaseBusyError(_BUSY.format(path))
    if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_NOTADB:
        return DatabaseVersionError(f"{path} is no alerts' database: name another file")
    return error


def _version(connection: sqlite3.Connection) -> int | None:
    """Of which version its tables are; None: it has none yet."""
    held: int = connection.execute("PRAGMA user_version").fetchone()[0]
    is_new = connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None
    return None if is_new else held


def _of_another_version(connection: sqlite3.Connection) -> DatabaseVersionError:
    held = _version(connection)
    said = f"the alerts' database is of version {held}, this program's of {VERSION}: "
    if held in _LACKING:
        return DatabaseVersionError(said + "start `coldchain alerts run` of this program first")
    return DatabaseVersionError(
        said + "move the file away; what Kafka still holds (30 days) is read again, and the old "
        "wakes nobody"
    )


def _keep_private(path: Path) -> None:
    """The file (made where it is not there) and what SQLite has beside it, its owner's alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    # By name, never opened: closing a file would drop the locks of other connections here.
    for one in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        try:
            if stat.S_IMODE(one.stat().st_mode) & 0o077:
                one.chmod(0o600)
        except (FileNotFoundError, PermissionError):  # not there, or another's to say
            continue
