"""Who is owed a word, in the database: the outbox as the books fill it.

A *tell* is one alert at one severity for one person by one channel, and a reminder's number (0:
the first word); the table's primary key has it once and no more, whatever happens. A *message*
carries the tells of one device to one person by one channel, or of many devices where a person
would get too many at once (dispatch.py). Every method is called inside a transaction.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from coldchain.alert_commands import Silence
from coldchain.records import Severity
from coldchain.times import SECOND_MS

from .hours import quiet_until
from .routes import Addressee, Recipient, route
from .routes import Case as RouteCase
from .settings import AlertSettings
from .standing import RANK


@dataclass(frozen=True, slots=True)
class Owed:
    """Whom a word is owed that they did not have; `due`: when the first of them is to have it."""

    names: tuple[str, ...]
    due: int


class Mailbox:
    """What people are owed, on one connection."""

    def __init__(self, db: sqlite3.Connection, settings: AlertSettings) -> None:
        self._db = db
        self._routes = settings.routes
        self._zone = ZoneInfo(settings.zone)
        self._group_wait = round(settings.group_wait * SECOND_MS)
        self._group_interval = {
            "warning": round(settings.group_interval * SECOND_MS),
            "critical": round(settings.group_interval_critical * SECOND_MS),
        }

    def told(self, alert: str) -> Severity | None:
        """The gravest severity at which anybody was told, or is about to be."""
        rows = self._db.execute(
            "SELECT DISTINCT severity FROM tells WHERE alert = ? AND NOT cancelled", (alert,)
        )
        return max((row["severity"] for row in rows), key=RANK.__getitem__, default=None)

    def told_by(self, alert: str, at: int) -> Severity | None:
        """The gravest severity of which a word had come to anybody, or may have, by then (ms).

        What was given up counts, too, where no other word as grave still waits: else nobody
        could ever answer an alert whose every channel fails.
        """
        rows = self._db.execute(
            "SELECT DISTINCT tells.severity FROM tells JOIN messages ON messages.id = message"
            " WHERE alert = ?1 AND NOT cancelled AND (taken <= ?2 AND (again OR state IN"
            " ('sent', 'uncertain')) OR changed <= ?2 AND state = 'given-up' AND NOT EXISTS"
            " (SELECT 1 FROM tells AS other JOIN messages AS its ON its.id = other.message"
            " WHERE other.alert = ?1 AND NOT other.cancelled"
            " AND other.severity <= tells.severity"  # "critical" sorts before "warning"
            " AND its.state IN ('pending', 'sending')))",
            (alert, at),
        )
        return max((row["severity"] for row in rows), key=RANK.__getitem__, default=None)

    def those_told(self, alert: str) -> tuple[Addressee, ...]:
        """Everybody who was told of it, or is about to be, and whom the routes still know."""
        rows = self._db.execute(
            "SELECT recipient, min(why) AS why FROM tells WHERE alert = ? AND NOT cancelled"
            " GROUP BY recipient",
            (alert,),
        )
        return tuple(
            Addressee(self._routes.recipients[row["recipient"]], row["why"])
            for row in rows
            if row["recipient"] in self._routes.recipients
        )

    def last_told(self, alert: str) -> int:
        """When a word about it was last owed to anybody, ms; 0: never."""
        row = self._db.execute(
            "SELECT max(created) FROM tells JOIN messages ON messages.id = message"
            " WHERE alert = ? AND NOT cancelled",
            (alert,),
        ).fetchone()
        return int(row[0] or 0)

    def owe(
        self,
        alert: str,
        device: str,
        people: Iterable[Addressee],
        severity: Severity,
        now: int,
        *,
        is_escalated: bool = False,
        number: int = 0,
    ) -> Owed:
        """Owe these people a word, but for those who had it; a reminder, by its number.

        A reminder goes to nobody for whom a word about it still waits.
        """
        names: list[str] = []
        first: int | None = None
        for one in people:
            for channel in one.recipient.channels:
                name = one.recipient.name
                if self._has_heard(alert, name, channel, severity, number):
                    continue
                message, due = self._waiting(device, one.recipient, channel, severity, now)
                self._db.execute(
                    "INSERT INTO tells VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO UPDATE"
                    " SET cancelled = 0, message = excluded.message, why = excluded.why"
                    " WHERE cancelled",
                    (alert, name, channel, severity, number, is_escalated, one.why, message),
                )
                names.append(f"{name} ({channel})")
                first = due if first is None else min(first, due)
        return Owed(tuple(names), now if first is None else first)

    def owe_reminder(self, silence: Silence, now: int) -> None:
        """Owe a silence's owner the word that it ends; the default's people, where unknown."""
        own = self._routes.recipients.get(silence.by)
        default = route(self._routes, RouteCase("", "warning")).now
        for person in [own] if own is not None else [one.recipient for one in default]:
            for channel in person.channels:
                self._db.execute(
                    "INSERT INTO messages (kind, device, recipient, channel, severity, state, due,"
                    " created, changed) VALUES ('silence', ?, ?, ?, 'warning', 'pending', ?, ?, ?)",
                    (silence.id, person.name, channel, now, now, now),
                )

    def _has_heard(
        self, alert: str, recipient: str, channel: str, severity: Severity, number: int
    ) -> bool:
        rows = self._db.execute(
            "SELECT tells.severity, round, state FROM tells JOIN messages ON messages.id = message"
            " WHERE alert = ? AND tells.recipient = ? AND tells.channel = ? AND NOT cancelled",
            (alert, recipient, channel),
        )
        return any(
            RANK[row["severity"]] >= RANK[severity]
            and (row["round"] >= number or row["state"] in ("pending", "sending"))
            for row in rows
        )

    def _waiting(
        self, device: str, person: Recipient, channel: str, severity: Severity, now: int
    ) -> tuple[int, int]:
        """The message that still waits for its group, or a new one; and when it is due."""
        who = (device, person.name, channel)
        due, is_held = self._due(who, person, severity, now)
        row = self._db.execute(
            "SELECT id, severity, due, held FROM messages WHERE device = ? AND recipient = ?"
            " AND channel = ? AND state = 'pending' AND attempts = 0 AND kind = 'alerts'",
            who,
        ).fetchone()
        if row is None:
            made = self._db.execute(
                "INSERT INTO messages (kind, device, recipient, channel, severity, state, due,"
                " held, created, changed) VALUES ('alerts', ?, ?, ?, ?, 'pending', ?, ?, ?, ?)",
                (*who, severity, due, is_held, now, now),
            )
            return int(made.lastrowid or 0), due
        due = min(due, row["due"])
        gravest = max(severity, row["severity"], key=RANK.__getitem__)
        self._db.execute(
            "UPDATE messages SET severity = ?, due = ?, held = ? WHERE id = ?",
            (gravest, due, row["held"] and is_held, row["id"]),
        )
        return int(row["id"]), due

    def _due(
        self, who: tuple[str, str, str], person: Recipient, severity: Severity, now: int
    ) -> tuple[int, bool]:
        """When a new word about the device is due, and whether quiet hours hold it back."""
        last = self._db.execute(
            "SELECT max(taken) FROM messages WHERE device = ? AND recipient = ? AND channel = ?"
            " AND severity <= ?",  # "critical" sorts before "warning"
            (*who, severity),
        ).fetchone()[0]
        soonest = now + self._group_wait
        if last is not None:
            soonest = max(soonest, last + self._group_interval[severity])
        if severity == "critical":
            return soonest, False
        until = quiet_until(person.quiet, soonest, self._zone)
        return until, until > soonest

    def cancel(self, alert: str, now: int) -> None:
        """What waits and surely was not heard is not sent."""
        rows = self._db.execute(
            "SELECT DISTINCT message FROM tells JOIN messages ON messages.id = tells.message"
            " WHERE alert = ? AND NOT cancelled AND state = 'pending' AND NOT again",
            (alert,),
        ).fetchall()
        for row in rows:
            unsay(self._db, alert, row["message"], now)

    def is_heard(self, alert: str) -> bool:
        """Whether a word about it has come, or still may; of a warning: also, may have come."""
        row = self._db.execute(
            "SELECT 1 FROM tells JOIN messages ON messages.id = tells.message"
            " WHERE alert = ? AND NOT cancelled AND state != 'given-up'"
            " AND NOT (state = 'uncertain' AND messages.severity = 'critical') LIMIT 1",
            (alert,),
        ).fetchone()
        return row is not None


def unsay(db: sqlite3.Connection, alert: str, message: int, now: int) -> None:
    """Take an alert out of a message; one that has nothing left to tell is cancelled."""
    db.execute("UPDATE tells SET cancelled = 1 WHERE alert = ? AND message = ?", (alert, message))
    db.execute(
        "UPDATE messages SET state = 'cancelled', changed = ? WHERE id = ? AND NOT EXISTS"
        " (SELECT 1 FROM tells WHERE message = messages.id AND NOT cancelled)",
        (now, message),
    )
