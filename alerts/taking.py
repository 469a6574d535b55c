"""One record into the books, or among the refused with its reason: never in the way of the next."""

import logging
import sqlite3
from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from broker.topics import ABOARD, ALERT_COMMANDS, EXCURSIONS, REGISTRY, Topic
from coldchain.alert_commands import decode_command
from coldchain.parcel_records import AboardRecord
from coldchain.registry import Registration

from .books import Books
from .findings import checked, decode

_log = logging.getLogger(__name__)

#: What a record itself can cause. Not OperationalError: a full disk is not its doing.
_AT_FAULT = (
    msgspec.DecodeError,
    ValueError,  # CommandError is one
    ArithmeticError,
    LookupError,
    TypeError,
    RecursionError,
    sqlite3.DataError,
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
)


class Arrived(Protocol):
    """A record as Kafka's client gives it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


_registration = msgspec.json.Decoder(Registration)
_aboard = msgspec.json.Decoder(AboardRecord)


class Taking:
    """Takes records in, each by its topic. `name` is what a topic is called in Kafka."""

    def __init__(self, db: sqlite3.Connection, books: Books, name: Callable[[Topic], str]) -> None:
        self._db = db
        self._books = books
        self._takers: Mapping[str, Callable[[Arrived, int], None]] = {
            name(EXCURSIONS): self._finding,
            name(ALERT_COMMANDS): self._command,
            name(REGISTRY): self._registration,
            name(ABOARD): self._aboard,
        }

    @property
    def topics(self) -> list[str]:
        return list(self._takers)

    def take(self, record: Arrived, now: int) -> None:
        """Inside a transaction: the record's effects, or a line in `refused`."""
        self._db.execute("SAVEPOINT record")
        try:
            self._takers[record.topic](record, now)
        except _AT_FAULT as error:
            self._db.execute("ROLLBACK TO record")
            where = (record.topic, record.partition, record.offset)
            reason = f"{error}"[:500].encode(errors="replace").decode() or type(error).__name__
            _log.warning("refused %s/%d/%d: %s", *where, reason)
            self._db.execute(
                "INSERT OR REPLACE INTO refused VALUES (?, ?, ?, ?, ?, ?)",
                (*where, now, reason, record.value),
            )
        self._db.execute("RELEASE record")

    def _finding(self, record: Arrived, now: int) -> None:
        self._books.finding(checked(decode(record.value or b"")), now)

    def _command(self, record: Arrived, now: int) -> None:
        self._books.command(decode_command(record.value or b""), now)

    def _registration(self, record: Arrived, now: int) -> None:
        device = (record.key or b"").decode()
        value = None if record.value is None else _registration.decode(record.value)
        self._books.registration(device, value)

    def _aboard(self, record: Arrived, _now: int) -> None:
        if record.value is not None:
            self._books.aboard(_aboard.decode(record.value))
            return
        device, _, parcel = (record.key or b"").decode().partition("/")
        self._books.ashore(device, parcel)
