"""The rows of alerts, read and written: no decision is taken here. Inside a transaction."""

import sqlite3
from collections.abc import Iterable, Mapping

import msgspec

from coldchain.parcel_records import AboardRecord
from coldchain.profile import Profile
from coldchain.records import Severity
from coldchain.registry import Entry, Registration

from . import findings
from .findings import Record
from .standing import Member
from .trouble import Trouble

_registration = msgspec.json.Decoder(Registration)


def member(row: sqlite3.Row) -> Member:
    """A finding as the table has it."""
    superseded = row["superseded"] is not None
    return Member(findings.decode(row["record"]), bool(row["speaks"]), superseded)


class Rows:
    """Alerts, their findings, their history and the registry, on one connection."""

    def __init__(self, db: sqlite3.Connection, profiles: Mapping[str, Profile]) -> None:
        self._db = db
        self._profiles = profiles

    def registration(self, device: str, registration: Registration | None) -> None:
        """A device's history as it is now; None: taken off the registry."""
        if registration is None:
            self._db.execute("DELETE FROM registry WHERE device = ?", (device,))
            return
        self._db.execute(
            "INSERT OR REPLACE INTO registry VALUES (?, ?)",
            (device, msgspec.json.encode(registration)),
        )

    def aboard(self, record: AboardRecord) -> None:
        """A parcel's berths as last said; of one that is off the device nothing is kept."""
        if record.is_ashore:
            self.ashore(record.device, record.parcel)
            return
        self._db.execute(
            "INSERT OR REPLACE INTO aboard VALUES (?, ?, ?)",
            (record.device, record.parcel, msgspec.json.encode(record)),
        )

    def ashore(self, device: str, parcel: str) -> None:
        self._db.execute("DELETE FROM aboard WHERE device = ? AND parcel = ?", (device, parcel))

    def entry(self, device: str, at: int) -> Entry | None:
        """What the registry says of a device at that time (ms)."""
        row = self._db.execute("SELECT value FROM registry WHERE device = ?", (device,)).fetchone()
        return None if row is None else _registration.decode(row["value"]).in_force(at)

    def findings(self, ids: Iterable[str]) -> dict[str, sqlite3.Row]:
        """Those of these findings that are known, by id."""
        asked = tuple(ids)
        marks = ", ".join("?" * len(asked))
        rows = self._db.execute(f"SELECT * FROM excursions WHERE id IN ({marks})", asked)  # noqa: S608 - only question marks
        return {row["id"]: row for row in rows}

    def keep(self, record: Record, alert: str, speaks: bool, replaced: Iterable[str]) -> None:
        """The finding as last said, and those that it replaced marked so."""
        self._db.execute(
            "INSERT INTO excursions VALUES (?, ?, ?, NULL, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
            " SET alert = excluded.alert, speaks = excluded.speaks, record = excluded.record,"
            " until = excluded.until,"
            " superseded = CASE WHEN superseded >= ? THEN superseded END",
            (
                record.id,
                alert,
                speaks,
                msgspec.json.encode(record),
                record.device,
                findings.compartment(record),
                findings.subject(record, self._profiles),
                findings.ended(record),
                record.as_of,
            ),
        )
        for old in replaced:
            self._db.execute(
                "UPDATE excursions SET superseded = ? WHERE id = ?", (record.as_of, old)
            )

    def members(self, alert: str) -> list[Member]:
        """The findings of an alert."""
        rows = self._db.execute("SELECT * FROM excursions WHERE alert = ?", (alert,))
        return [member(row) for row in rows]

    def alert(self, alert: str) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._db.execute(
            "SELECT * FROM alerts WHERE id = ?", (alert,)
        ).fetchone()
        return row

    def alerts_about(self, record: Record) -> list[sqlite3.Row]:
        """The alerts about the same device, compartment and subject, the newest first."""
        return self._db.execute(
            "SELECT * FROM alerts WHERE device = ? AND compartment = ? AND subject = ?"
            " ORDER BY raised DESC LIMIT 50",
            (
                record.device,
                findings.compartment(record),
                findings.subject(record, self._profiles),
            ),
        ).fetchall()

    def open_of(self, device: str) -> list[sqlite3.Row]:
        """The alerts of a device that are open, and told."""
        return self._db.execute(
            "SELECT * FROM alerts WHERE device = ? AND owed = 0"
            " AND status IN ('firing', 'escalated', 'acknowledged')",
            (device,),
        ).fetchall()

    def reopened(self, alert: str) -> int | None:
        """When it last fired anew after it was over, ms; None: never."""
        row = self._db.execute(
            "SELECT max(at) FROM history WHERE subject = ? AND before IN ('resolved', 'closed')"
            " AND after IN ('firing', 'escalated')",
            (alert,),
        ).fetchone()
        return None if row[0] is None else int(row[0])

    def raise_alert(self, alert: str, first: Record, severity: str, now: int) -> sqlite3.Row:
        """A new alert about this finding."""
        entry = self.entry(first.device, findings.began(first))
        self._db.execute(
            "INSERT INTO alerts (id, device, compartment, subject, asset, status, severity, least,"
            " raised) VALUES (?1, ?2, ?3, ?4, ?5, 'new', ?6, ?6, ?7)",
            (
                alert,
                first.device,
                findings.compartment(first),
                findings.subject(first, self._profiles),
                first.device if entry is None else entry.asset,
                severity,
                now,
            ),
        )
        made = self.alert(alert)
        if made is None:
            raise LookupError(alert)
        return made

    def stand_at(self, alert: str, severity: Severity) -> None:
        """An alert's severity now; the least that it ever had is kept beside."""
        self.set(alert, severity=severity)
        if severity == "warning":
            self.set(alert, least=severity)

    def set(self, alert: str, **columns: object) -> None:
        names = ", ".join(f"{name} = ?" for name in columns)
        self._db.execute(
            f"UPDATE alerts SET {names} WHERE id = ?",  # noqa: S608 - our own column names
            (*columns.values(), alert),
        )

    def write(
        self,
        now: int,
        subject: str,
        event: str,
        before: str = "",
        after: str = "",
        effect: str = "",
        who: str = "",
        note: str = "",
    ) -> None:
        """A line of the history."""
        self._db.execute(
            "INSERT INTO history (at, subject, event, before, after, effect, who, note)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (now, subject, event, before, after, effect, who, note),
        )


def trouble_of(row: sqlite3.Row) -> Trouble:
    """What an alert is about."""
    return Trouble(row["compartment"], row["subject"])
