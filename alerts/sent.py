"""Messages for people and programs, read from the database of a service that may be running.

All raise FileNotFoundError where there is no database yet.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from coldchain.times import iso

from .composing import Composer
from .database import open_to_read
from .messages import Message, write
from .routes import Language
from .settings import AlertSettings
from .told import Reader
from .views import Alert, alert_of


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


def message_of(settings: AlertSettings, alert: str, language: Language, now: int) -> Message:
    """What a message about this alert would say now; without ids and link."""
    with closing(open_to_read(settings.database)) as db:
        composer = Composer(db, settings)
        told = composer.told(alert, now, is_escalated=False, number=0)
        reader = Reader(language, ZoneInfo(settings.zone), settings.profiles)
        return write(reader, [told], now, space=composer.space(told.record, now), is_page=True)


def list_messages(database: Path, states: Iterable[str] = ()) -> list[Sent]:
    """Messages (in these states only, if any are named), the oldest first."""
    wanted = tuple(states)
    marks = ", ".join("?" * len(wanted))
    where = f" WHERE state IN ({marks})" if wanted else ""
    with closing(open_to_read(database)) as db:
        rows = db.execute(f"SELECT * FROM messages{where} ORDER BY id", wanted).fetchall()  # noqa: S608 - question marks
        return [_message(db, row) for row in rows]


def recipient_of(database: Path, message: int) -> str | None:
    """Whom a message is for; None: there is no such message."""
    with closing(open_to_read(database)) as db:
        row = db.execute("SELECT recipient FROM messages WHERE id = ?", (message,)).fetchone()
        return None if row is None else str(row["recipient"])


def told_in(database: Path, message: int) -> list[Alert]:
    """All alerts that a message tells of, as they are now: critical first, then by their place."""
    with closing(open_to_read(database)) as db:
        rows = db.execute(
            "SELECT * FROM alerts WHERE id IN"
            " (SELECT alert FROM tells WHERE message = ? AND NOT cancelled)"
            " ORDER BY severity, asset, compartment, id",  # "critical" < "warning"
            (message,),
        ).fetchall()
        return [alert_of(db, row) for row in rows]


def _message(db: sqlite3.Connection, row: sqlite3.Row) -> Sent:
    alerts = db.execute("SELECT DISTINCT alert FROM tells WHERE message = ?", (row["id"],))
    names = [field for field in Sent.__struct_fields__ if field not in ("alerts", "again")]
    facts = {name: row[name] for name in names}
    return Sent(
        **{**facts, "created": iso(row["created"]), "changed": iso(row["changed"])},
        again=bool(row["again"]),
        alerts=[one["alert"] for one in alerts],
    )
