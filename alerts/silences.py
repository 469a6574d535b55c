"""Silences in the database: whose, why, until when, and the reminder before they end.

A silence that ends unseen is as bad as one forgotten: its owner is reminded `reminder` before the
end (half its length before, where it is shorter than that), with what it holds back.
"""

import sqlite3

import msgspec

from coldchain.alert_commands import Silence
from coldchain.times import from_iso

_silence = msgspec.json.Decoder(Silence)


class Silences:
    """On one connection; inside a transaction. Times in ms."""

    def __init__(self, db: sqlite3.Connection, reminder: int) -> None:
        self._db = db
        self._reminder = reminder

    def keep(self, silence: Silence, now: int) -> None:
        """Begin a silence, or change or end the one of that id."""
        start, until = from_iso(silence.at), from_iso(silence.until)
        remind_at = until - min(self._reminder, (until - start) // 2)
        self._db.execute(
            "INSERT OR REPLACE INTO silences VALUES (?, ?, ?, ?, ?)",
            (
                silence.id,
                msgspec.json.encode(silence),
                silence.device,
                until,
                remind_at if now < until else None,
            ),
        )

    def mute(self, device: str, compartment: str, now: int) -> bool:
        """Whether any keeps this compartment quiet."""
        rows = self._db.execute(
            "SELECT value FROM silences WHERE device = ? AND until > ?", (device, now)
        )
        return any(_silence.decode(row["value"]).mutes(device, compartment, now) for row in rows)

    def due(self, now: int) -> list[Silence]:
        """Those whose owners are to be reminded now; each is given once."""
        rows = self._db.execute(
            "SELECT id, value, until FROM silences WHERE remind_at <= ?", (now,)
        ).fetchall()
        self._db.execute("UPDATE silences SET remind_at = NULL WHERE remind_at <= ?", (now,))
        return [_silence.decode(row["value"]) for row in rows if row["until"] > now]


def read(db: sqlite3.Connection, name: str) -> Silence | None:
    """The silence of that id as it is now."""
    row = db.execute("SELECT value FROM silences WHERE id = ?", (name,)).fetchone()
    return None if row is None else _silence.decode(row["value"])


def held_back(db: sqlite3.Connection, silence: Silence) -> int:
    """How many troubles it keeps from being told."""
    row = db.execute(
        "SELECT count(*) FROM alerts WHERE device = ?1 AND ?2 IN ('', compartment)"
        " AND (owed = 1 OR status IN ('firing', 'escalated', 'acknowledged'))",
        (silence.device, silence.compartment),
    ).fetchone()
    return int(row[0])
