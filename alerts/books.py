"""Alerts in the database: what each record, command and passing minute does to them.

Every method is called inside a transaction and takes `now` (ms); the decisions are in
lifecycle, standing and routes.
"""

import sqlite3

import msgspec

from coldchain.alert_commands import Acknowledge, Command, CommandError, Comment, Silence
from coldchain.records import ExcursionRecord, Severity
from coldchain.registry import Entry, Registration
from coldchain.times import SECOND_MS, from_iso

from .lifecycle import UNANSWERED, Event, Status, step
from .mailbox import Mailbox
from .routes import Case, Decision, route
from .settings import AlertSettings
from .standing import RANK, Member, Standing, events, family, is_newer, is_stale, speaks, stand

_record = msgspec.json.Decoder(ExcursionRecord)
_registration = msgspec.json.Decoder(Registration)
_silence = msgspec.json.Decoder(Silence)


class Books:
    """The alerts on one connection."""

    def __init__(self, db: sqlite3.Connection, settings: AlertSettings) -> None:
        self._db = db
        self._routes = settings.routes
        self._stale_after = round(settings.stale_after * SECOND_MS)
        self.mailbox = Mailbox(db, settings)

    def registration(self, device: str, registration: Registration | None) -> None:
        """A device's history as it is now; None: taken off the registry."""
        if registration is None:
            self._db.execute("DELETE FROM registry WHERE device = ?", (device,))
            return
        self._db.execute(
            "INSERT OR REPLACE INTO registry VALUES (?, ?)",
            (device, msgspec.json.encode(registration)),
        )

    def excursion(self, record: ExcursionRecord, now: int) -> None:
        """Take in what is said of an excursion. One judged earlier than what is held is ignored."""
        ids = (record.id, *record.supersedes)
        marks = ", ".join("?" * len(ids))
        rows = {
            row["id"]: row
            for row in self._db.execute(f"SELECT * FROM excursions WHERE id IN ({marks})", ids)  # noqa: S608 - only question marks
        }
        held = _member(rows[record.id]) if record.id in rows else None
        if not is_newer(None if held is None else held.record, record):
            return
        alert, others = family(record, {name: row["alert"] for name, row in rows.items()})
        entry = self._entry(record.device, from_iso(record.start))
        self._db.execute(
            "INSERT INTO excursions VALUES (?, ?, ?, NULL, ?) ON CONFLICT DO UPDATE SET"
            " alert = excluded.alert, speaks = excluded.speaks, record = excluded.record,"
            " superseded = CASE WHEN superseded >= ? THEN superseded END",
            (
                record.id,
                alert,
                speaks(record, held, entry),
                msgspec.json.encode(record),
                record.as_of,
            ),
        )
        for old in record.supersedes:
            if old in rows and _member(rows[old]).record.as_of <= record.as_of:
                self._db.execute(
                    "UPDATE excursions SET superseded = ? WHERE id = ?", (record.as_of, old)
                )
        for one in (alert, *others):
            self._review(one, now)

    def command(self, command: Command, now: int) -> None:
        """Do what a person asked. Raises CommandError where there is nothing to do it to."""
        if isinstance(command, Silence):
            self._db.execute(
                "INSERT OR REPLACE INTO silences VALUES (?, ?)",
                (command.id, msgspec.json.encode(command)),
            )
            note = f"{command.device} {command.compartment} until {command.until}"
            self._write(
                now, command.id, "silence", who=command.by, note=f"{note}: {command.reason}"
            )
            return
        row = self._db.execute("SELECT * FROM alerts WHERE id = ?", (command.alert,)).fetchone()
        if row is None:
            raise CommandError(f"no alert {command.alert}")
        if isinstance(command, Comment):
            self._write(now, command.alert, "comment", who=command.by, note=command.text)
            return
        self._acknowledge(row, command, now)

    def tick(self, now: int) -> None:
        """What time brings: a silence that ended, a step that is due, a message given up."""
        alerts = self._db.execute(
            "SELECT * FROM alerts WHERE owed = 1 OR suspect = 1 OR next_step <= ?", (now,)
        ).fetchall()
        for row in alerts:
            if self._is_silenced(row["device"], row["compartment"], now):
                continue
            if row["owed"]:
                self._review(row["id"], now)
            if row["suspect"]:
                self._db.execute("UPDATE alerts SET suspect = 0 WHERE id = ?", (row["id"],))
                if row["status"] in UNANSWERED and not self.mailbox.is_heard(row["id"]):
                    self._happen(row["id"], "unheard", row["severity"], now)
            if row["next_step"] is not None and row["next_step"] <= now:
                self._happen(row["id"], "overdue", row["severity"], now)

    def _review(self, alert: str, now: int) -> None:
        """Look where the alert stands, and let happen what follows."""
        rows = self._db.execute("SELECT * FROM excursions WHERE alert = ?", (alert,)).fetchall()
        members = [_member(row) for row in rows]
        standing = stand(members)
        row = self._db.execute("SELECT * FROM alerts WHERE id = ?", (alert,)).fetchone()
        if row is None:
            if standing.severity is None:  # merely opened: nothing to raise
                return
            row = self._raise(alert, members, standing.severity, now)
        told = self.mailbox.told(alert)
        if row["status"] == "acknowledged" and RANK[row["answered"]] > RANK[told]:
            told = row["answered"]
        happening = events(
            standing,
            told,
            is_stale=is_stale(members, now, self._stale_after),
            is_silenced=self._is_silenced(row["device"], row["compartment"], now),
        )
        for event in happening:
            self._happen(alert, event, _gravest(standing, row), now)
        self._set(alert, owed="silenced" in happening, severity=_gravest(standing, row))

    def _raise(
        self, alert: str, members: list[Member], severity: Severity, now: int
    ) -> sqlite3.Row:
        first = next(member.record for member in members if member.speaks)
        entry = self._entry(first.device, from_iso(first.start))
        self._db.execute(
            "INSERT INTO alerts (id, device, compartment, asset, status, severity, raised)"
            " VALUES (?, ?, ?, ?, 'new', ?, ?)",
            (
                alert,
                first.device,
                first.compartment,
                first.device if entry is None else entry.asset,
                severity,
                now,
            ),
        )
        row: sqlite3.Row = self._db.execute(
            "SELECT * FROM alerts WHERE id = ?", (alert,)
        ).fetchone()
        return row

    def _happen(
        self, alert: str, event: Event, severity: Severity, now: int, who: str = "", note: str = ""
    ) -> None:
        row = self._db.execute("SELECT * FROM alerts WHERE id = ?", (alert,)).fetchone()
        before: Status = row["status"]
        found = step(before, event)
        if found is None:
            return
        after, effect = found
        changed = {"status": after, "severity": severity}
        self._set(alert, **changed)
        if after not in UNANSWERED:
            self._set(alert, next_step=None)
        if after in UNANSWERED:
            self._set(alert, hushed=0)
        if effect == "tell":
            note = self._tell(row, severity, now)
        elif effect == "escalate":
            note = self._escalate(row, severity, now)
        elif effect == "cancel":
            self._set(alert, hushed=1)
            self.mailbox.cancel(alert, now)
        elif after in UNANSWERED and before not in UNANSWERED:
            self._schedule(row, self._decision(row, severity), 0, now)
        is_news = before != after or effect in ("tell", "escalate") or who or event == "silenced"
        if is_news and (event != "silenced" or not row["owed"]):
            self._write(now, alert, event, before, after, effect, who, note)

    def _tell(self, row: sqlite3.Row, severity: Severity, now: int) -> str:
        decision = self._decision(row, severity)
        self._set(row["id"], told_at=now)
        self._schedule(row, decision, 0, now)
        owed = self.mailbox.owe(
            row["id"], row["device"], decision.now, severity, now, escalated=False
        )
        return f"{decision.rule}: {', '.join(owed)}"

    def _escalate(self, row: sqlite3.Row, severity: Severity, now: int) -> str:
        """Tell the next step's people; where no step is left, the default's."""
        decision = self._decision(row, severity)
        at = row["step"]
        if at < len(decision.steps):
            people, rule = decision.steps[at][1], f"{decision.rule}, step {at + 1}"
        else:
            people = route(self._routes, Case("", severity)).now
            rule = "default"
        self._schedule(row, decision, at + 1, row["told_at"] or now)
        owed = self.mailbox.owe(row["id"], row["device"], people, severity, now, escalated=True)
        return f"{rule}: {', '.join(owed)}"

    def _schedule(self, row: sqlite3.Row, decision: Decision, at: int, since: int) -> None:
        next_step = since + decision.steps[at][0] if at < len(decision.steps) else None
        self._set(row["id"], step=at, next_step=next_step)

    def _acknowledge(self, row: sqlite3.Row, command: Acknowledge, now: int) -> None:
        if step(row["status"], "acknowledge") is None:
            raise CommandError(f"alert {command.alert} has not been told to anybody yet")
        self._set(
            row["id"],
            answered=row["severity"],
            answered_by=command.by,
            answered_at=command.at,
            cause=command.cause,
            remark=command.text,
        )
        note = f"{command.cause}: {command.text}" if command.text else command.cause
        self._happen(row["id"], "acknowledge", row["severity"], now, command.by, note)

    def _decision(self, row: sqlite3.Row, severity: Severity) -> Decision:
        found = self._db.execute(
            "SELECT record FROM excursions WHERE alert = ? AND speaks ORDER BY superseded LIMIT 1",
            (row["id"],),
        ).fetchone()
        record = _record.decode(found["record"])
        return route(
            self._routes,
            case_of(record, severity, self._entry(record.device, from_iso(record.start))),
        )

    def _entry(self, device: str, at: int) -> Entry | None:
        row = self._db.execute("SELECT value FROM registry WHERE device = ?", (device,)).fetchone()
        return None if row is None else _registration.decode(row["value"]).in_force(at)

    def _is_silenced(self, device: str, compartment: str, now: int) -> bool:
        rows = self._db.execute("SELECT value FROM silences")
        return any(_silence.decode(row["value"]).mutes(device, compartment, now) for row in rows)

    def _set(self, alert: str, **columns: object) -> None:
        names = ", ".join(f"{name} = ?" for name in columns)
        self._db.execute(
            f"UPDATE alerts SET {names} WHERE id = ?",  # noqa: S608 - our own column names
            (*columns.values(), alert),
        )

    def _write(
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
        self._db.execute(
            "INSERT INTO history (at, subject, event, before, after, effect, who, note)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (now, subject, event, before, after, effect, who, note),
        )


def case_of(record: ExcursionRecord, severity: Severity, entry: Entry | None) -> Case:
    """What the routes look at, of an excursion and its device's registration."""
    if entry is None:
        return Case(record.device, severity, record.profile)
    return Case(record.device, severity, record.profile, entry.asset, entry.kind, entry.crew)


def _member(row: sqlite3.Row) -> Member:
    return Member(_record.decode(row["record"]), bool(row["speaks"]), row["superseded"] is not None)


def _gravest(standing: Standing, row: sqlite3.Row) -> Severity:
    severity: Severity = standing.severity or row["severity"]
    return severity
