"""Records on disk while Kafka is away: first in, first out, each commit synced.

One process owns a spool: a lock file keeps a second one off it. Not thread-safe; its owner calls
it from one thread at a time.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec

from coldchain.rejections import Headers

from .files import open_database, owned
from .records import Record
from .reserve import Reserve

_SCHEMA = """
CREATE TABLE IF NOT EXISTS spool (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    key BLOB NOT NULL,
    value BLOB NOT NULL,
    received INTEGER NOT NULL,
    headers BLOB NOT NULL,
    size INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS spool_by_topic ON spool (topic, id);
CREATE TABLE IF NOT EXISTS set_aside (
    id INTEGER PRIMARY KEY,
    topic TEXT NOT NULL,
    key BLOB NOT NULL,
    value BLOB NOT NULL,
    received INTEGER NOT NULL,
    headers BLOB NOT NULL,
    size INTEGER NOT NULL,
    reason TEXT NOT NULL
) STRICT;
"""
_headers = msgspec.json.Decoder(list[tuple[str, bytes]])


class SpoolFullError(Exception):
    """No room; nothing of what was given was kept."""


class Spool:
    """`held` records of `size` bytes, at most `max_bytes`. Raises FileError when opened.

    `is_broken`: the disk took nothing when it was last tried.
    """

    def __init__(self, path: Path, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._owned = owned(path)
        self._reserve = Reserve(path.with_suffix(".reserve"))
        self.is_broken = False
        self._db = open_database(path, _SCHEMA, check_same_thread=False)
        self.size = self.set_aside = 0
        self._held: Counter[str] = Counter()
        self._count()

    @property
    def held(self) -> int:
        return self._held.total()

    def held_of(self, topic: str) -> int:
        """How many records of a topic there are."""
        return self._held[topic]

    def topics(self) -> list[str]:
        """Those that there are records of."""
        return [topic for topic, count in self._held.items() if count]

    def _count(self) -> None:
        rows = self._db.execute("SELECT topic, count(*), sum(size) FROM spool GROUP BY topic")
        for topic, count, size in rows.fetchall():
            self._held[topic] = count
            self.size += size
        (self.set_aside,) = self._db.execute("SELECT count(*) FROM set_aside").fetchone()

    def append(self, records: Iterable[Record]) -> None:
        """Keep all of them, on disk when this returns, or none. Raises SpoolFullError."""
        rows = [
            (r.topic, r.key, r.value, r.received, msgspec.json.encode(r.headers), r.size)
            for r in records
        ]
        grown = sum(row[-1] for row in rows)
        if self.size + grown > self.max_bytes:
            raise SpoolFullError(f"the spool is full: {self.size} of {self.max_bytes} bytes")
        self.is_broken = not self._reserve.keep()
        if self.is_broken:
            raise SpoolFullError("the spool takes nothing: its disk is full")
        try:
            with self._db:
                self._db.executemany(
                    "INSERT INTO spool (topic, key, value, received, headers, size)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    rows,
                )
        except sqlite3.Error as error:  # the disk is full, or broken
            self.is_broken = True
            raise SpoolFullError(f"the spool takes nothing: {error}") from None
        self._held.update(row[0] for row in rows)
        self.size += grown

    def oldest(
        self, most: int, most_bytes: int, topic: str | None = None
    ) -> list[tuple[int, Record]]:
        """The first records, of a topic or of all, with their ids; one at least where any is."""
        found: list[tuple[int, Record]] = []
        which, given = ("", ()) if topic is None else ("WHERE topic = ?", (topic,))
        rows = self._db.execute(
            f"SELECT id, topic, key, value, received, headers FROM spool {which}"  # noqa: S608
            " ORDER BY id LIMIT ?",
            (*given, most),
        )
        for number, topic, key, value, received, headers in rows:
            told: Headers = _headers.decode(headers)
            found.append((number, Record(topic, key, value, received, told)))
            most_bytes -= len(value)
            if most_bytes <= 0:
                break
        rows.close()
        return found

    def remove(self, ids: Iterable[int]) -> None:
        """Forget these: they are in Kafka. On a full disk, with the room that was kept back."""
        known = list(ids)
        try:
            gone = self._remove(known)
        except sqlite3.OperationalError:
            self._reserve.give()
            gone = self._remove(known)
        self._less(gone)
        if not self.held:  # give the disk back
            self._db.execute("PRAGMA incremental_vacuum").fetchall()
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self.is_broken = not self._reserve.keep()

    def _remove(self, ids: list[int]) -> list[tuple[str, int]]:
        """Topic and size of each that was there."""
        with self._db:
            return [row for one in ids for row in self._forget(one)]

    def put_aside(self, number: int, reason: str) -> None:
        """Keep one that Kafka will never take out of the others' way, with the reason."""
        with self._db:
            self._db.execute(
                "INSERT INTO set_aside SELECT *, ? FROM spool WHERE id = ?", (reason, number)
            )
            gone = self._forget(number)
        self._less(gone)
        self.set_aside += len(gone)

    def _forget(self, number: int) -> list[tuple[str, int]]:
        """Delete a record within a transaction; topic and size, nothing where it is gone."""
        return self._db.execute(
            "DELETE FROM spool WHERE id = ? RETURNING topic, size", (number,)
        ).fetchall()

    def _less(self, gone: list[tuple[str, int]]) -> None:
        """Counted as they go: counting what is left takes the longer the more there is."""
        self._held.subtract(topic for topic, _ in gone)
        self.size -= sum(size for _, size in gone)

    def close(self) -> None:
        self._db.close()
        self._owned.close()
