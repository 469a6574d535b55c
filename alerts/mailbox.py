"""The outbox in the database: who is owed a word, what waits, what became of it.

A *tell* is one alert at one severity for one person by one channel, and a reminder's number (0:
the first word); the table's primary key has it once and no more, whatever happens. A *message*
carries the tells of one device to one person by one channel, or of many devices where a person
would get too many at once; its text is written when it is taken, so that it says how things stand
then. Every method is called inside a transaction.
"""

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from coldchain.alert_commands import Silence
from coldchain.records import Severity
from coldchain.times import SECOND_MS

from . import budget, silences
from .composing import Composer
from .hours import quiet_until
from .messages import Message, Told, in_order, is_no_news
from .outbox import Outcome, after
from .routes import Addressee, Recipient, route
from .routes import Case as RouteCase
from .settings import AlertSettings
from .standing import RANK

#: More devices than this at once, and they are one message.
MOST_APART = 3


@dataclass(frozen=True, slots=True)
class Letter:
    """A message taken from the outbox: it is marked as being sent. `alerts`: what it tells of."""

    id: int
    recipient: str
    channel: str
    message: Message
    alerts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Owed:
    """Whom a word is owed that they did not have; `due`: when the first of them is to have it."""

    names: tuple[str, ...]
    due: int


class Mailbox:
    """The outbox on one connection."""

    def __init__(self, db: sqlite3.Connection, settings: AlertSettings) -> None:
        self._db = db
        self._routes = settings.routes
        self._zone = ZoneInfo(settings.zone)
        self._group_wait = round(settings.group_wait * SECOND_MS)
        self._group_interval = {
            "warning": round(settings.group_interval * SECOND_MS),
            "critical": round(settings.group_interval_critical * SECOND_MS),
        }
        self._digest_interval = round(settings.digest_interval * SECOND_MS)
        self._give_up_after = round(settings.give_up_after * SECOND_MS)
        self._per_minute = settings.per_minute
        self._composer = Composer(db, settings)
        self._sharing: dict[str, list[tuple[str, str]]] = {}
        for one in self._routes.recipients.values():
            for channel, url in one.channels.items():
                self._sharing.setdefault(url, []).append((one.name, channel))

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

    def due(self, now: int) -> list[str]:
        """The devices about which anything is due. Needs no transaction."""
        rows = self._db.execute(
            "SELECT DISTINCT device FROM messages WHERE state = 'pending' AND due <= ?", (now,)
        )
        return [row["device"] for row in rows]

    def take(self, now: int, busy: Collection[tuple[str, str]] = ()) -> list[Letter]:
        """What is due, at most one for each person and channel, none for those busy.

        None beyond a channel's budget, either: what waits for it then goes as one message.
        """
        waiting = self._db.execute(
            "SELECT recipient, channel, count(*) AS n, min(severity) AS gravest FROM messages"
            " WHERE state = 'pending' AND due <= ? GROUP BY recipient, channel"
            " ORDER BY gravest, min(due), min(id)",  # "critical" sorts before "warning"
            (now,),
        ).fetchall()
        letters: list[Letter] = []
        for one in waiting:
            who = (one["recipient"], one["channel"])
            room = self._room(who, now, has_critical=one["gravest"] == "critical")
            if who in busy or room == 0 or self._had_many(who, now):
                continue
            if one["n"] > min(room, MOST_APART):
                self._gather(who, now)
            letter = self._next(who, now)
            if letter is not None:
                letters.append(letter)
        return letters

    def _room(self, who: tuple[str, str], now: int, *, has_critical: bool) -> int:
        person = self._routes.recipients.get(who[0])
        url = "" if person is None else person.channels.get(who[1], "")
        sharing = self._sharing.get(url, [who])
        taken = sum(
            self._db.execute(
                "SELECT count(*) FROM messages WHERE taken > ? AND recipient = ? AND channel = ?",
                (now - budget.WINDOW_MS, *pair),
            ).fetchone()[0]
            for pair in sharing
        )
        most = budget.limit(url, len(sharing), self._per_minute)
        return budget.room(most, taken, has_critical=has_critical)

    def _had_many(self, who: tuple[str, str], now: int) -> bool:
        """Whether they had a message about many devices a moment ago: a storm, told as one."""
        row = self._db.execute(
            "SELECT 1 FROM messages WHERE taken > ? AND recipient = ? AND channel = ?"
            " AND device = '' AND state != 'pending'",
            (now - self._digest_interval, *who),
        ).fetchone()
        return row is not None

    def _gather(self, who: tuple[str, str], now: int) -> None:
        """Make one message of all that is due to a person and was not tried yet."""
        rows = self._db.execute(
            "SELECT id FROM messages WHERE state = 'pending' AND due <= ? AND attempts = 0"
            " AND kind = 'alerts' AND recipient = ? AND channel = ? ORDER BY severity, due, id",
            (now, *who),
        ).fetchall()
        if len(rows) < 2:
            return
        first, *others = (row["id"] for row in rows)
        self._db.executemany(
            "UPDATE tells SET message = ? WHERE message = ?", [(first, one) for one in others]
        )
        # Of one alert at one severity a person has one tell, so what is moved never collides.
        self._db.executemany("DELETE FROM messages WHERE id = ?", [(one,) for one in others])
        self._db.execute("UPDATE messages SET device = '' WHERE id = ?", (first,))

    def _next(self, who: tuple[str, str], now: int) -> Letter | None:
        rows = self._db.execute(
            "SELECT * FROM messages WHERE state = 'pending' AND due <= ? AND recipient = ?"
            " AND channel = ? ORDER BY severity, due, id",
            (now, *who),
        ).fetchall()
        return next((one for one in (self._take(row, now) for row in rows) if one), None)

    def _take(self, row: sqlite3.Row, now: int) -> Letter | None:
        told: list[Told] = []
        if row["kind"] == "silence":
            message = self._silence_ends(row, now)
        else:
            told = self._told_by(row, now)
            message = self._composer.alerts(row, told, now) if told else None
        if message is None:
            return None
        self._db.execute(
            "UPDATE messages SET state = 'sending', attempts = attempts + 1, changed = ?1,"
            " taken = ?1, tried = coalesce(tried, ?1), title = ?2, body = ?3 WHERE id = ?4",
            (now, message.title, message.body, row["id"]),
        )
        alerts = tuple(one.alert for one in in_order(told))
        return Letter(row["id"], row["recipient"], row["channel"], message, alerts)

    def _silence_ends(self, row: sqlite3.Row, now: int) -> Message | None:
        silence = silences.read(self._db, row["device"])
        if silence is None or not silence.mutes(silence.device, silence.compartment, now):
            self._db.execute(
                "UPDATE messages SET state = 'cancelled', changed = ? WHERE id = ?",
                (now, row["id"]),
            )
            return None
        return self._composer.silence(row, silence, now)

    def _told_by(self, row: sqlite3.Row, now: int) -> list[Told]:
        """What a message has to tell now; what has become idle is cancelled."""
        tells = self._db.execute(
            "SELECT tell.alert, max(escalated) AS escalated, max(tell.round) AS round,"
            " min(tell.round < hushed OR EXISTS (SELECT 1 FROM tells AS graver"
            " WHERE graver.alert = tell.alert AND graver.recipient = tell.recipient"
            " AND graver.channel = tell.channel AND graver.severity < tell.severity"
            " AND graver.round >= tell.round AND graver.message != tell.message"
            " AND NOT graver.cancelled)"  # "critical" sorts before "warning"
            # What quiet hours held back and is over by now is no news.
            " OR (?2 AND status NOT IN ('firing', 'escalated', 'acknowledged'))) AS is_idle"
            " FROM tells AS tell JOIN alerts ON alerts.id = tell.alert"
            " WHERE message = ?1 AND NOT cancelled GROUP BY tell.alert",
            (row["id"], row["held"]),
        ).fetchall()
        told: list[Told] = []
        for tell in tells:
            one = self._composer.told(tell["alert"], now, tell["escalated"], tell["round"])
            if not tell["is_idle"] and (row["again"] or not is_no_news(one)):
                told.append(one)
            elif not row["again"]:
                self._cancel(tell["alert"], row["id"], now)
        if not told and row["again"]:  # it may have come before it was cancelled: that stays said
            self._db.execute(
                "UPDATE messages SET state = 'uncertain', changed = ? WHERE id = ?",
                (now, row["id"]),
            )
        return told

    def note(self, message: int, outcome: Outcome, error: str, now: int) -> str:
        """What became of a message that was being sent; its new state."""
        row = self._db.execute("SELECT * FROM messages WHERE id = ?", (message,)).fetchone()
        future = after(
            outcome,
            row["severity"],
            bool(row["again"]),
            row["attempts"],
            row["tried"],
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
