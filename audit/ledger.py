"""The ledger: what people entered (samplings, results, dispositions), each row once and for ever.

An SQLite file beside the archive, append-only by triggers. A row is on disk (fsync) when `append`
returns; the archiver seals the rows with all else. A correction is a row that names the one it
corrects: nothing is overwritten.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

FILE = "ledger.sqlite"

_SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS ledger (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, subject TEXT NOT NULL,
    value BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS ledger_of ON ledger (subject, number);
CREATE TABLE IF NOT EXISTS outbox (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, value BLOB NOT NULL, sent INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS ledger_is_kept BEFORE DELETE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is never deleted from'); END;
CREATE TRIGGER IF NOT EXISTS ledger_stands BEFORE UPDATE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is never changed'); END;
COMMIT;
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `at` in ms, `subject` a parcel or an appointment, `value` JSON."""

    number: int
    at: int
    subject: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A custody event to be sent: `id` its own, `key` its device."""

    id: str
    key: str
    value: bytes


class Ledger:
    """The ledger on one connection. For one thread."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def append(
        self, at: int, rows: list[tuple[str, bytes]], outgoing: list[Outgoing] | None = None
    ) -> None:
        """Rows (subject, value), and the custody events that follow from them, or none of it."""
        with self._transaction():
            self._db.executemany(
                "INSERT INTO ledger (at, subject, value) VALUES (?, ?, ?)",
                [(at, subject, value) for subject, value in rows],
            )
            self._db.executemany(
                "INSERT OR IGNORE INTO outbox (id, key, value) VALUES (?, ?, ?)",
                [(one.id, one.key, one.value) for one in outgoing or ()],
            )

    def after(self, number: int) -> list[Row]:
        """Rows from this number on, in order."""
        return self._rows("number >= ?", number)

    def of(self, subject: str) -> list[Row]:
        """A subject's rows, in order."""
        return self._rows("subject = ?", subject)

    def subjects(self, beginning: str) -> list[str]:
        """The subjects whose names begin so, by their first row."""
        rows = self._db.execute(
            "SELECT subject, min(number) FROM ledger WHERE subject >= ?1 AND subject < ?1 || ?2"
            " GROUP BY subject ORDER BY 2",
            (beginning, "\U0010ffff"),
        )
        return [subject for subject, _ in rows]

    def _rows(self, condition: str, value: str | int) -> list[Row]:
        query = f"SELECT number, at, subject, value FROM ledger WHERE {condition} ORDER BY number"  # noqa: S608 - our own text
        return [Row(*row) for row in self._db.execute(query, (value,))]

    def unsent(self) -> list[Outgoing]:
        rows = self._db.execute("SELECT id, key, value FROM outbox WHERE NOT sent ORDER BY id")
        return [Outgoing(*row) for row in rows]

    def sent(self, ids: list[str]) -> None:
        self._db.executemany("UPDATE outbox SET sent = 1 WHERE id = ?", [(one,) for one in ids])


@contextmanager
def open_ledger(folder: Path) -> Iterator[Ledger]:
    """The ledger of an archive's folder, made where it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(folder / FILE, timeout=30.0, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.executescript(_SCHEMA)
        yield Ledger(db)
