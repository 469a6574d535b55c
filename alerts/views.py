"""Lists for people and programs, read from the database of a service that may be running."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from coldchain.records import ExcursionRecord
from coldchain.times import iso

from .database import open_to_read
from .mailbox import gravest_of

_record = msgspec.json.Decoder(ExcursionRecord)


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """An alert as it is. Times are ISO 8601 UTC; `peak` °C, `minutes` known minutes beyond.

    `told` are those whom a message reached, or may have; `waiting` those for whom it still waits.
    """

    id: str
    status: str
    severity: str
    device: str
    asset: str
    compartment: str
    channel: str
    limit: str
    profile: str
    state: str
    start: str
    end: str | None
    minutes: float
    peak: float
    raised: str
    told: list[str]
    waiting: list[str]
    silenced: bool
    acknowledged_by: str | None
    acknowledged_at: str | None
    cause: str | None


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it is. `again`: it may have come twice, or says that it may have come before."""

    id: int
    state: str
    again: bool
    severity: str
    recipient: str
    channel: str
    device: str
    alerts: list[str]
    title: str
    body: str
    attempts: int
    created: str
    changed: str
    error: str


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the history."""

    at: str
    subject: str
    event: str
    before: str
    after: str
    effect: str
    who: str
    note: str


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A record that could not be taken in."""

    topic: str
    partition: int
    offset: int
    at: str
    reason: str


def list_alerts(database: Path) -> list[Alert]:
    """Every alert, the newest first. Raises FileNotFoundError where there is no database."""
    with closing(open_to_read(database)) as db:
        rows = db.execute("SELECT * FROM alerts ORDER BY raised DESC, id").fetchall()
        return [_alert(db, row) for row in rows]


def list_messages(database: Path) -> list[Sent]:
    """Every message, the oldest first. Raises FileNotFoundError."""
    with closing(open_to_read(database)) as db:
        rows = db.execute("SELECT * FROM messages ORDER BY id").fetchall()
        return [_message(db, row) for row in rows]


def history(database: Path, subject: str | None = None) -> list[Happening]:
    """What happened, in order: all of it, or that of one alert or silence."""
    with closing(open_to_read(database)) as db:
        rows = db.execute(
            "SELECT * FROM history WHERE ?1 IS NULL OR subject = ?1 ORDER BY n", (subject,)
        )
        return [
            Happening(at=iso(row["at"]), **{key: row[key] for key in row.keys()[2:]})
            for row in rows
        ]


def list_refused(database: Path) -> list[Refused]:
    """Records that could not be taken in, by when. Raises FileNotFoundError."""
    with closing(open_to_read(database)) as db:
        rows = db.execute('SELECT topic, partition, "offset", at, reason FROM refused ORDER BY at')
        return [Refused(**{**dict(row), "at": iso(row["at"])}) for row in rows]


def _alert(db: sqlite3.Connection, row: sqlite3.Row) -> Alert:
    record = gravest_of(db, row["id"])
    heard = {
        one["recipient"]: bool(one["heard"])
        for one in db.execute(
            "SELECT tells.recipient, max(again OR state IN ('sent', 'uncertain')) AS heard"
            " FROM tells JOIN messages ON messages.id = message WHERE alert = ? AND NOT cancelled"
            " AND (again OR state NOT IN ('cancelled', 'given-up')) GROUP BY tells.recipient",
            (row["id"],),
        )
    }
    has_answer = row["status"] in ("acknowledged", "closed")
    answer: dict[str, Any] = {
        name: row[column] if has_answer else None
        for name, column in (
            ("acknowledged_by", "answered_by"),
            ("acknowledged_at", "answered_at"),
            ("cause", "cause"),
        )
    }
    return Alert(
        **{name: row[name] for name in ("id", "status", "severity", "device", "asset")},
        **{
            name: getattr(record, name)
            for name in (
                "compartment",
                "channel",
                "limit",
                "profile",
                "state",
                "start",
                "end",
                "minutes",
                "peak",
            )
        },
        raised=iso(row["raised"]),
        told=[name for name, has_heard in heard.items() if has_heard],
        waiting=[name for name, has_heard in heard.items() if not has_heard],
        silenced=bool(row["owed"]),
        **answer,
    )


def _message(db: sqlite3.Connection, row: sqlite3.Row) -> Sent:
    alerts = db.execute("SELECT DISTINCT alert FROM tells WHERE message = ?", (row["id"],))
    names = [field for field in Sent.__struct_fields__ if field not in ("alerts", "again")]
    facts = {name: row[name] for name in names}
    return Sent(
        **{**facts, "created": iso(row["created"]), "changed": iso(row["changed"])},
        again=bool(row["again"]),
        alerts=[one["alert"] for one in alerts],
    )
