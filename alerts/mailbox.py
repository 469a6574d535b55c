"""The outbox in the database: who is owed a word, what waits, what became of it.

A *tell* is one alert at one severity for one person by one channel; the table's primary key has
it once and no more, whatever happens. A *message* carries the tells of one device to one person
by one channel; its text is written when it is taken, so that it says how things stand then. Every
method is called inside a transaction.
"""

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import msgspec

from coldchain.records import ExcursionRecord, Severity
from coldchain.times import SECOND_MS

from .messages import Message, Reader, Told, write
from .outbox import Outcome, after
from .routes import Addressee
from .settings import AlertSettings
from .standing import RANK

_record = msgspec.json.Decoder(ExcursionRecord)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message taken from the outbox: it is marked as being sent."""

    id: int
    recipient: str
    channel: str
    message: Message


class Mailbox:
    """The outbox on one connection."""

    def __init__(self, db: sqlite3.Connection, settings: AlertSettings) -> None:
        self._db = db
        self._routes = settings.routes
        self._profiles = settings.profiles
        self._zone = ZoneInfo(settings.zone)
        self._group_wait = round(settings.group_wait * SECOND_MS)
        self._give_up_after = round(settings.give_up_after * SECOND_MS)

    def told(self, alert: str) -> Severity | None:
        """The gravest severity at which anybody was told, or is about to be."""
        rows = self._db.execute(
            "SELECT DISTINCT severity FROM tells WHERE alert = ? AND NOT cancelled", (alert,)
        )
        return max((row["severity"] for row in rows), key=RANK.__getitem__, default=None)

    def owe(
        self,
        alert: str,
        device: str,
        people: Iterable[Addressee],
        severity: Severity,
        now: int,
        *,
        escalated: bool,
    ) -> list[str]:
        """Owe these people a word, but for those who had it; the names of those who did not."""
        owed: list[str] = []
        for one in people:
            for channel in one.recipient.channels:
                name = one.recipient.name
                if self._has_heard(alert, name, channel, severity):
                    continue
                message = self._waiting(device, name, channel, severity, now)
                self._db.execute(
                    "INSERT INTO tells VALUES (?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO UPDATE"
                    " SET cancelled = 0, message = excluded.message, why = excluded.why"
                    " WHERE cancelled",
                    (alert, name, channel, severity, escalated, one.why, message),
                )
                owed.append(f"{name} ({channel})")
        return owed

    def _has_heard(self, alert: str, recipient: str, channel: str, severity: Severity) -> bool:
        rows = self._db.execute(
            "SELECT severity FROM tells"
            " WHERE alert = ? AND recipient = ? AND channel = ? AND NOT cancelled",
            (alert, recipient, channel),
        )
        return any(RANK[row["severity"]] >= RANK[severity] for row in rows)

    def _waiting(
        self, device: str, recipient: str, channel: str, severity: Severity, now: int
    ) -> int:
        """The message that still waits for its group, or a new one."""
        row = self._db.execute(
            "SELECT id, severity FROM messages WHERE state = 'pending' AND attempts = 0"
            " AND device = ? AND recipient = ? AND channel = ?",
            (device, recipient, channel),
        ).fetchone()
        if row is None:
            made = self._db.execute(
                "INSERT INTO messages (device, recipient, channel, severity, state, due, created,"
                " changed) VALUES (?, ?, ?, ?, 'pending', ?, ?, ?)",
                (device, recipient, channel, severity, now + self._group_wait, now, now),
            )
            return int(made.lastrowid or 0)
        if RANK[severity] > RANK[row["severity"]]:
            self._db.execute("UPDATE messages SET severity = ? WHERE id = ?", (severity, row["id"]))
        return int(row["id"])

    def cancel(self, alert: str, now: int) -> None:
        """What waits and surely was not heard is not sent."""
        rows = self._db.execute(
            "SELECT DISTINCT message FROM tells JOIN messages ON messages.id = tells.message"
            " WHERE alert = ? AND NOT cancelled AND state = 'pending' AND NOT again",
            (alert,),
        ).fetchall()
        for row in rows:
            self._cancel(alert, row["message"], now)

    def _cancel(self, alert: str, message: int, now: int) -> None:
        self._db.execute(
            "UPDATE tells SET cancelled = 1 WHERE alert = ? AND message = ?", (alert, message)
        )
        self._db.execute(
            "UPDATE messages SET state = 'cancelled', changed = ? WHERE id = ? AND NOT EXISTS"
            " (SELECT 1 FROM tells WHERE message = messages.id AND NOT cancelled)",
            (now, message),
        )

    def has_due(self, now: int) -> bool:
        """Whether anything is due. Needs no transaction."""
        row = self._db.execute(
            "SELECT 1 FROM messages WHERE state = 'pending' AND due <= ? LIMIT 1", (now,)
        ).fetchone()
        return row is not None

    def take(self, now: int, busy: Collection[tuple[str, str]] = ()) -> list[Letter]:
        """What is due, at most one for each person and channel, none for those busy."""
        rows = self._db.execute(
            "SELECT * FROM messages WHERE state = 'pending' AND due <= ?"
            " ORDER BY severity, due, id",  # "critical" sorts before "warning"
            (now,),
        ).fetchall()
        taken = set(busy)
        letters: list[Letter] = []
        for row in rows:
            if (row["recipient"], row["channel"]) in taken:
                continue
            letter = self._take(row, now)
            if letter is not None:
                letters.append(letter)
                taken.add((row["recipient"], row["channel"]))
        return letters

    def _take(self, row: sqlite3.Row, now: int) -> Letter | None:
        told: list[Told] = []
        asset = row["device"]
        tells = self._db.execute(
            "SELECT tell.alert, escalated, asset, hushed OR EXISTS (SELECT 1 FROM tells AS graver"
            " WHERE graver.alert = tell.alert AND graver.recipient = tell.recipient"
            " AND graver.channel = tell.channel AND graver.severity < tell.severity"
            " AND graver.message != tell.message AND NOT graver.cancelled) AS is_idle"
            " FROM tells AS tell JOIN alerts ON alerts.id = tell.alert"
            " WHERE message = ? AND NOT cancelled",  # "critical" sorts before "warning"
            (row["id"],),
        ).fetchall()
        for tell in tells:
            if not tell["is_idle"]:
                told.append(
                    Told(tell["alert"], gravest_of(self._db, tell["alert"]), tell["escalated"])
                )
                asset = tell["asset"]
            elif not row["again"]:
                self._cancel(tell["alert"], row["id"], now)
        if not told:
            if row["again"]:  # it may have come before it was cancelled: that stays said
                self._db.execute(
                    "UPDATE messages SET state = 'uncertain', changed = ? WHERE id = ?",
                    (now, row["id"]),
                )
            return None
        person = self._routes.recipients.get(row["recipient"])
        language = "zh-CN" if person is None else person.language
        reader = Reader(language, self._zone, self._profiles)
        unique = list({one.alert: one for one in told}.values())
        message = write(reader, asset, unique, now, again=bool(row["again"]))
        self._db.execute(
            "UPDATE messages SET state = 'sending', attempts = attempts + 1, changed = ?,"
            " title = ?, body = ? WHERE id = ?",
            (now, message.title, message.body, row["id"]),
        )
        return Letter(row["id"], row["recipient"], row["channel"], message)

    def note(self, message: int, outcome: Outcome, error: str, now: int) -> str:
        """What became of a message that was being sent; its new state."""
        row = self._db.execute("SELECT * FROM messages WHERE id = ?", (message,)).fetchone()
        future = after(
            outcome,
            row["severity"],
            bool(row["again"]),
            row["attempts"],
            row["created"],
            now,
            self._give_up_after,
        )
        self._db.execute(
            "UPDATE messages SET state = ?, again = ?, due = ?, changed = ?, error = ?"
            " WHERE id = ?",
            (future.state, future.again, future.due, now, error[:500], message),
        )
        if future.state == "given-up":
            self._db.execute(
                "UPDATE alerts SET suspect = 1 WHERE id IN"
                " (SELECT alert FROM tells WHERE message = ? AND NOT cancelled)",
                (message,),
            )
        return future.state

    def recover(self, now: int) -> int:
        """After a start: what a crash left in `sending`; how many there were."""
        rows = self._db.execute("SELECT id FROM messages WHERE state = 'sending'").fetchall()
        for row in rows:
            self.note(row["id"], "found", "a crash fell between sending and its note", now)
        return len(rows)

    def is_heard(self, alert: str) -> bool:
        """Whether a word about it has come, may have come, or still may."""
        row = self._db.execute(
            "SELECT 1 FROM tells JOIN messages ON messages.id = tells.message"
            " WHERE alert = ? AND NOT cancelled AND state != 'given-up' LIMIT 1",
            (alert,),
        ).fetchone()
        return row is not None


def gravest_of(db: sqlite3.Connection, alert: str) -> ExcursionRecord:
    """The excursion to speak of: what speaks before what does not, what goes on, the gravest."""
    rows = db.execute("SELECT speaks, superseded, record FROM excursions WHERE alert = ?", (alert,))
    held = [
        (row["speaks"] and row["superseded"] is None, _record.decode(row["record"])) for row in rows
    ]
    return max(
        held, key=lambda one: (one[0], one[1].end is None, RANK[one[1].severity], one[1].start)
    )[1]
