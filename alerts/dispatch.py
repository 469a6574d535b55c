"""What leaves the outbox, and what became of it.

A message's text is written when it is taken, so that it says how things stand then; what is due
about many devices goes as one. Every method is called inside a transaction, but where it says so.
"""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from coldchain.times import SECOND_MS

from . import budget, silences
from .composing import Composer
from .mailbox import unsay
from .messages import Message
from .outbox import Outcome, after
from .settings import AlertSettings
from .told import Told, in_order, is_no_news

#: More devices than this at once, and they are one message.
MOST_APART = 3
#: So many critical ones a message can name, where no page has them: what is more goes as the next.
MOST_NAMED = 60


@dataclass(frozen=True, slots=True)
class Letter:
    """A message taken from the outbox: it is marked as being sent. `alerts`: what it tells of."""

    id: int
    recipient: str
    channel: str
    message: Message
    alerts: tuple[str, ...] = ()


class Dispatch:
    """The way out of the outbox on one connection."""

    def __init__(self, db: sqlite3.Connection, settings: AlertSettings) -> None:
        self._db = db
        self._routes = settings.routes
        self._digest_interval = round(settings.digest_interval * SECOND_MS)
        self._give_up_after = round(settings.give_up_after * SECOND_MS)
        self._per_minute = settings.per_minute
        self._has_pages = settings.links is not None
        self._composer = Composer(db, settings)
        self._sharing: dict[str, list[tuple[str, str]]] = {}
        for one in self._routes.recipients.values():
            for channel, url in one.channels.items():
                self._sharing.setdefault(url, []).append((one.name, channel))

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
            if not self._has_pages:
                told = self._as_many_as_it_names(row, told, now)
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
                unsay(self._db, tell["alert"], row["id"], now)
        if not told and row["again"]:  # it may have come before it was cancelled: that stays said
            self._db.execute(
                "UPDATE messages SET state = 'uncertain', changed = ? WHERE id = ?",
                (now, row["id"]),
            )
        return told

    def _as_many_as_it_names(self, row: sqlite3.Row, told: list[Told], now: int) -> list[Told]:
        """What one message names in full; the rest is put into another, which follows."""
        order = in_order(told)
        grave = sum(one.record.severity == "critical" for one in order)
        if grave <= MOST_NAMED:
            return told
        kept, others = order[:MOST_NAMED], order[MOST_NAMED:]
        made = self._db.execute(
            "INSERT INTO messages (kind, device, recipient, channel, severity, state, due, created,"
            " changed) VALUES ('alerts', '', ?, ?, ?, 'pending', ?, ?, ?)",
            (row["recipient"], row["channel"], row["severity"], now, row["created"], now),
        )
        self._db.executemany(
            "UPDATE tells SET message = ? WHERE message = ? AND alert = ?",
            [(made.lastrowid, row["id"], one.alert) for one in others],
        )
        return kept

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
        is_lost = future.state == "given-up"
        if is_lost or (future.state == "uncertain" and row["severity"] == "critical"):
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
