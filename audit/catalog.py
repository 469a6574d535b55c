"""The archive's SQLite file: seals, shards, who is in which, offsets, accounts.

A seal, what it covers and the offsets after it are one transaction, so that a crash archives
nothing twice and misses nothing. Frames are found by the hour, so only the subjects of the other
kinds are indexed. Seals are never changed or deleted.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from coldchain.times import DAY_MS

from .accounts import Account
from .entries import Kind, subject_hash
from .errors import AuditError
from .seals import SignedSeal, decode_signed, encode_signed
from .shards import Shard

FILE = "archive.sqlite"

_SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS seals (
    number INTEGER PRIMARY KEY, at INTEGER NOT NULL, signed BLOB NOT NULL,
    published INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS seals_at ON seals (at);
CREATE TRIGGER IF NOT EXISTS seals_are_kept BEFORE DELETE ON seals
    BEGIN SELECT RAISE(ABORT, 'seals are never deleted'); END;
CREATE TRIGGER IF NOT EXISTS seals_stand BEFORE UPDATE OF number, at, signed ON seals
    BEGIN SELECT RAISE(ABORT, 'seals are never changed'); END;
CREATE TABLE IF NOT EXISTS shards (
    id INTEGER PRIMARY KEY, seal INTEGER NOT NULL, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    hour INTEGER NOT NULL, size INTEGER NOT NULL, blocks BLOB NOT NULL, firsts BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS shards_of_seal ON shards (seal, kind);
CREATE INDEX IF NOT EXISTS shards_of_hour ON shards (kind, hour);
CREATE TABLE IF NOT EXISTS subjects (
    kind TEXT, subject BLOB, shard INTEGER, PRIMARY KEY (kind, subject, shard)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS offsets (
    topic TEXT, partition INTEGER, next INTEGER NOT NULL, PRIMARY KEY (topic, partition)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS accounts (
    device TEXT, boot INTEGER, ranges BLOB NOT NULL, repeats INTEGER NOT NULL,
    PRIMARY KEY (device, boot)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS deposits (
    day INTEGER, place TEXT, at INTEGER NOT NULL, PRIMARY KEY (day, place)
) WITHOUT ROWID;
COMMIT;
"""

#: How much of a subject's hash the index keeps: shards are looked into anyway.
_INDEXED = 16

_ranges = msgspec.msgpack.Decoder(tuple[tuple[int, int], ...])


@dataclass(frozen=True, slots=True)
class Sealing:
    """All that one seal changes: its shards in the seal's order, each with its subjects."""

    seal: SignedSeal
    shards: list[tuple[Shard, set[str]]]
    offsets: Mapping[tuple[str, int], int]
    accounts: Mapping[tuple[str, int], Account]


class Catalog:
    """The catalogue on one connection. For one thread."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    # What the archiver asks and does.

    def last(self) -> SignedSeal | None:
        row = self._db.execute("SELECT signed FROM seals ORDER BY number DESC LIMIT 1").fetchone()
        return None if row is None else decode_signed(row[0])

    def offsets(self) -> dict[tuple[str, int], int]:
        rows = self._db.execute("SELECT topic, partition, next FROM offsets")
        return {(topic, partition): following for topic, partition, following in rows}

    def record(self, sealing: Sealing) -> None:
        """A seal, its shards and the offsets after them, or nothing of it. Raises AuditError."""
        seal = sealing.seal.seal
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(
                "INSERT INTO seals (number, at, signed) VALUES (?, ?, ?)",
                (seal.number, seal.moment, encode_signed(sealing.seal)),
            )
            for shard, subjects in sealing.shards:
                self._put(seal.number, shard, subjects)
            self._db.executemany(
                "INSERT OR REPLACE INTO offsets VALUES (?, ?, ?)",
                [(*where, following) for where, following in sealing.offsets.items()],
            )
            self._db.executemany(
                "INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, ?)",
                [
                    (*which, msgspec.msgpack.encode(one.ranges), one.repeats)
                    for which, one in sealing.accounts.items()
                ],
            )
            self._db.execute("COMMIT")
        except BaseException as error:
            if self._db.in_transaction:  # a full disk may have ended it
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise _not_written(error) from None
            raise

    def _put(self, number: int, shard: Shard, subjects: set[str]) -> None:
        added = self._db.execute(
            "INSERT INTO shards (seal, name, kind, hour, size, blocks, firsts)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (number, shard.name, shard.kind, shard.hour, shard.size, shard.blocks, shard.firsts),
        )
        self._db.executemany(
            "INSERT INTO subjects VALUES (?, ?, ?)",
            sorted((shard.kind, _key(subject), added.lastrowid) for subject in subjects),
        )

    def unpublished(self) -> list[SignedSeal]:
        rows = self._db.execute("SELECT signed FROM seals WHERE NOT published ORDER BY number")
        return [decode_signed(row[0]) for row in rows]

    def published(self, number: int) -> None:
        self._db.execute("UPDATE seals SET published = 1 WHERE number <= ?", (number,))

    def last_of_days(self, end: int) -> list[tuple[int, SignedSeal]]:
        """The last seal of every day (its start, ms) that is over at `end` (ms), in order."""
        rows = self._db.execute(
            "SELECT at / ?1 * ?1, signed, MAX(number) FROM seals"
            " WHERE at < ?2 / ?1 * ?1 GROUP BY 1",
            (DAY_MS, end),
        )
        return [(day, decode_signed(signed)) for day, signed, _ in rows]

    def deposits(self, place: str) -> set[int]:
        """The days of which the last seal was deposited at a place."""
        rows = self._db.execute("SELECT day FROM deposits WHERE place = ?", (place,))
        return {day for (day,) in rows}

    def deposited(self, day: int, place: str, at: int) -> None:
        self._db.execute("INSERT OR IGNORE INTO deposits VALUES (?, ?, ?)", (day, place, at))

    def account(self, device: str, boot: int) -> Account:
        row = self._db.execute(
            "SELECT ranges, repeats FROM accounts WHERE device = ? AND boot = ?", (device, boot)
        ).fetchone()
        return Account() if row is None else Account(_ranges.decode(row[0]), row[1])

    # What readers ask.

    def accounts(self) -> Iterator[tuple[str, int, Account]]:
        """Of every device its boots, and what is known of each."""
        rows = self._db.execute(
            "SELECT device, boot, ranges, repeats FROM accounts ORDER BY device, boot"
        )
        for name, boot, ranges, repeats in rows:
            yield name, boot, Account(_ranges.decode(ranges), repeats)

    def seals(self, first: int, last: int) -> list[SignedSeal]:
        """The seals of these numbers, both included."""
        rows = self._db.execute(
            "SELECT signed FROM seals WHERE number BETWEEN ? AND ? ORDER BY number", (first, last)
        )
        return [decode_signed(row[0]) for row in rows]

    def first_seal_at(self, moment: int) -> int | None:
        """The number of the first seal made at `moment` (ms) or later."""
        row = self._db.execute(
            "SELECT number FROM seals WHERE at >= ? ORDER BY number LIMIT 1", (moment,)
        ).fetchone()
        return None if row is None else int(row[0])

    def shards(self, kind: Kind, first: int, last: int) -> list[tuple[int, Shard]]:
        """The shards of a kind under the seals first to last, each with its seal's number."""
        rows = self._db.execute(
            "SELECT seal, name, kind, hour, size, blocks, firsts FROM shards"
            " WHERE seal BETWEEN ? AND ? AND kind = ? ORDER BY seal, id",
            (first, last, kind),
        )
        return [(row[0], Shard(*row[1:])) for row in rows]

    def shards_with(self, kind: Kind, subject: str) -> list[tuple[int, Shard]]:
        """The shards in which a subject (not of frames) is, each with its seal's number."""
        rows = self._db.execute(
            "SELECT seal, name, s.kind, hour, size, blocks, firsts FROM subjects AS i"
            " JOIN shards AS s ON s.id = i.shard WHERE i.kind = ? AND i.subject = ?"
            " ORDER BY seal, id",
            (kind, _key(subject)),
        )
        return [(row[0], Shard(*row[1:])) for row in rows]

    def totals(self) -> dict[str, int]:
        """How many entries of each kind are archived."""
        return dict(self._db.execute("SELECT kind, SUM(size) FROM shards GROUP BY kind").fetchall())


def _key(subject: str) -> bytes:
    return bytes.fromhex(subject_hash(subject))[:_INDEXED]


@contextmanager
def open_to_write(folder: Path) -> Iterator[Catalog]:
    """The archive's catalogue, made where it is not there. Commits are on disk (fsync).

    Raises AuditError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(folder / FILE, timeout=30.0, isolation_level=None)) as db:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.executescript(_SCHEMA)
        except sqlite3.Error as error:
            raise _not_written(error) from None
        yield Catalog(db)


def _not_written(error: sqlite3.Error) -> AuditError:
    return AuditError(
        f"the archive's {FILE} can't be written: {error}; what is not sealed is still in Kafka:"
        " mend that, and start again"
    )


@contextmanager
def open_to_read(folder: Path) -> Iterator[Catalog]:
    """The catalogue as it is. Raises AuditError where there is no archive."""
    path = folder / FILE
    if not path.is_file():
        raise AuditError(f"no archive in {folder}; `coldchain audit archive` makes one")
    uri = f"{path.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=30.0)) as db:
        if db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None:
            raise AuditError(f"the archive in {folder} is being made; try again")
        yield Catalog(db)
