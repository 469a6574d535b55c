"""Lists for people and programs, read from the database of a service that may be running.

All raise FileNotFoundError where there is no database yet.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from coldchain.alert_commands import Silence
from coldchain.records import ExcursionRecord
from coldchain.times import DAY_MS, from_iso, iso

from . import findings
from .composing import gravest_of
from .database import open_to_read
from .findings import Record
from .rows import member
from .silences import held_back

_silence = msgspec.json.Decoder(Silence)

#: In SQL; lifecycle.OPEN says the same. What is owed is kept quiet for now, and goes on.
_IS_OPEN = "status IN ('firing', 'escalated', 'acknowledged') OR owed"

#: Parameters: only open ones, the person told or NULL, since when (ms) those that are over count.
_IS_LISTED = (
    f"(({_IS_OPEN}) OR NOT ?1 AND (?3 = 0 OR ?3 < coalesce("  # noqa: S608 - ours
    "(SELECT max(until) FROM excursions WHERE alert = alerts.id), raised)))"
    " AND (?2 IS NULL OR id IN"
    " (SELECT alert FROM tells WHERE recipient = ?2 AND NOT cancelled))"
)


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """An alert as it is. Times are ISO 8601 UTC; `peak` °C, `minutes` known minutes beyond.

    `subject` is a limit's side, or a fleet rule, which has neither `minutes` nor `peak`. `told`
    are those whom a message reached, or may have; `waiting` those for whom it still waits.
    `silenced`: it is kept quiet, by a silence or by graver trouble of its device.
    """

    id: str
    status: str
    severity: str
    device: str
    asset: str
    compartment: str
    subject: str
    channel: str
    limit: str
    profile: str
    state: str
    start: str
    end: str | None
    minutes: float | None
    peak: float | None
    parcels: list[str]
    parcels_total: int
    raised: str
    flaps: int
    told: list[str]
    waiting: list[str]
    silenced: bool
    acknowledged_by: str | None
    acknowledged_at: str | None
    cause: str | None
    remark: str | None


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


class Quiet(msgspec.Struct, frozen=True, kw_only=True):
    """A silence. `held_back`: the troubles that go on under it. `is_over`: it has ended."""

    id: str
    device: str
    compartment: str
    by: str
    reason: str
    at: str
    until: str
    is_over: bool
    held_back: int


class ShiftNote(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody left for the next shift."""

    id: str
    at: str
    who: str
    text: str


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A record that could not be taken in."""

    topic: str
    partition: int
    offset: int
    at: str
    reason: str


def list_alerts(
    database: Path,
    *,
    is_open: bool = False,
    told: str | None = None,
    over_since: int = 0,
    most: int = -1,
) -> list[Alert]:
    """Alerts: those that go on, those that a person was told of, those not over before (ms).

    Open before over, critical before warning, then the newest first; of these, so many.
    """
    with closing(open_to_read(database)) as db:
        rows = db.execute(
            f"SELECT * FROM alerts WHERE {_IS_LISTED}"  # noqa: S608 - ours
            f" ORDER BY ({_IS_OPEN}) DESC, severity, raised DESC, id"  # "critical" < "warning"
            " LIMIT ?4",
            (is_open, told, over_since, most),
        ).fetchall()
        return [alert_of(db, row) for row in rows]


def count_alerts(
    database: Path, *, told: str | None = None, over_since: int = 0
) -> tuple[int, int]:
    """How many such alerts there are: open ones, over ones."""
    with closing(open_to_read(database)) as db:
        row = db.execute(
            f"SELECT count(*) FILTER (WHERE {_IS_OPEN}),"  # noqa: S608 - ours
            f" count(*) FILTER (WHERE NOT ({_IS_OPEN})) FROM alerts WHERE {_IS_LISTED}",
            (False, told, over_since),
        ).fetchone()
        return int(row[0]), int(row[1])


def find_alerts(database: Path, beginning: str) -> list[Alert]:
    """The alerts whose ids begin so; at most two, which says that it is not one."""
    with closing(open_to_read(database)) as db:
        rows = db.execute(
            "SELECT * FROM alerts WHERE substr(id, 1, length(?1)) = ?1 ORDER BY id LIMIT 2",
            (beginning,),
        ).fetchall()
        return [alert_of(db, row) for row in rows] if beginning else []


def findings_of(database: Path, alert: str) -> list[Record]:
    """The findings that an alert is made of and that hold, by when they began."""
    with closing(open_to_read(database)) as db:
        rows = db.execute("SELECT * FROM excursions WHERE alert = ?", (alert,))
        members = [member(row) for row in rows]
    held = [one.record for one in members if one.speaks and not one.superseded]
    return sorted(held, key=findings.began)


def was_told(database: Path, alert: str, person: str) -> bool:
    """Whether this person was told of the alert, or is about to be."""
    with closing(open_to_read(database)) as db:
        row = db.execute(
            "SELECT 1 FROM tells WHERE alert = ? AND recipient = ? AND NOT cancelled LIMIT 1",
            (alert, person),
        ).fetchone()
        return row is not None


def list_silences(database: Path, now: int) -> list[Quiet]:
    """Silences, those that end last first; the over ones of the day before, too."""
    with closing(open_to_read(database)) as db:
        rows = db.execute(
            "SELECT value FROM silences WHERE until > ? ORDER BY until DESC", (now - DAY_MS,)
        ).fetchall()
        return [_quiet(db, _silence.decode(row["value"]), now) for row in rows]


def list_notes(database: Path, since: int) -> list[ShiftNote]:
    """What was left for the next shift since then (ms), the newest first."""
    with closing(open_to_read(database)) as db:
        rows = db.execute("SELECT * FROM notes WHERE at >= ? ORDER BY at DESC, id", (since,))
        return [ShiftNote(**{**dict(row), "at": iso(row["at"])}) for row in rows]


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


def alert_of(db: sqlite3.Connection, row: sqlite3.Row) -> Alert:
    """The alert of a row, with whom it reached."""
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
            ("remark", "remark"),
        )
    }
    return Alert(
        **{
            name: row[name]
            for name in ("id", "status", "severity", "device", "asset", "compartment", "subject")
        },
        **_told_of(record),
        raised=iso(row["raised"]),
        flaps=row["flaps"],
        told=[name for name, has_heard in heard.items() if has_heard],
        waiting=[name for name, has_heard in heard.items() if not has_heard],
        silenced=bool(row["owed"]),
        **answer,
    )


def _told_of(record: Record) -> dict[str, Any]:
    """What a list shows of the finding that an alert speaks of."""
    if isinstance(record, ExcursionRecord):
        names = ("channel", "limit", "profile", "state", "start", "end", "minutes", "peak")
        return {name: getattr(record, name) for name in (*names, "parcels", "parcels_total")}
    return {
        "channel": record.subject,
        "limit": record.rule,
        "profile": "",
        "state": record.state,
        "start": record.since,
        "end": record.until,
        "minutes": None,
        "peak": None,
        "parcels": [],
        "parcels_total": 0,
    }


def _quiet(db: sqlite3.Connection, silence: Silence, now: int) -> Quiet:
    return Quiet(
        **{name: getattr(silence, name) for name in silence.__struct_fields__},
        is_over=from_iso(silence.until) <= now,
        held_back=held_back(db, silence),
    )
