"""Alerts in the database: what each record, command and passing minute does to them.

Every method is called inside a transaction and takes `now` (ms); the decisions are in
lifecycle, standing, trouble and routes.
"""

import sqlite3

from coldchain.alert_commands import Acknowledge, Command, CommandError, Comment, Note, Silence
from coldchain.parcel_records import AboardRecord
from coldchain.records import Severity
from coldchain.registry import Registration
from coldchain.times import SECOND_MS, from_iso

from . import findings
from .answers import Known, weigh
from .findings import Record
from .lifecycle import UNANSWERED, Event, Status, step
from .mailbox import Mailbox
from .rows import Rows, member, trouble_of
from .settings import AlertSettings
from .silences import Silences
from .standing import (
    RANK,
    Hush,
    Standing,
    events,
    family,
    is_newer,
    is_stale,
    speaks,
    stand,
)
from .telling import Telling
from .trouble import is_same, muted_by


class Books:
    """The alerts on one connection."""

    def __init__(self, db: sqlite3.Connection, settings: AlertSettings) -> None:
        self._db = db
        self._stale_after = round(settings.stale_after * SECOND_MS)
        self._flap_window = round(settings.flap_window * SECOND_MS)
        self.mailbox = Mailbox(db, settings)
        self._rows = Rows(db, settings.profiles)
        self._silences = Silences(db, round(settings.silence_reminder * SECOND_MS))
        self._people = frozenset(settings.routes.recipients)
        self._telling = Telling(self._rows, self.mailbox, settings)

    def registration(self, device: str, registration: Registration | None) -> None:
        """A device's history as it is now; None: taken off the registry."""
        self._rows.registration(device, registration)

    def aboard(self, record: AboardRecord) -> None:
        """Where a parcel is aboard a device, and what its earlier legs have left it."""
        self._rows.aboard(record)

    def ashore(self, device: str, parcel: str) -> None:
        """A parcel is not aboard that device any more."""
        self._rows.ashore(device, parcel)

    def finding(self, record: Record, now: int) -> None:
        """Take in what is said of a finding. One judged earlier than what is held is ignored."""
        replaces = findings.supersedes(record)
        rows = self._rows.findings((record.id, *replaces))
        held = member(rows[record.id]) if record.id in rows else None
        if not is_newer(None if held is None else held.record, record):
            return
        entry = self._rows.entry(record.device, findings.began(record))
        does_speak = speaks(record, held, entry)
        alert, others = family(record, {name: row["alert"] for name, row in rows.items()})
        if does_speak and self._rows.alert(alert) is None:
            alert = self._same_trouble(record) or alert
        older = [
            one
            for one in replaces
            if one in rows and member(rows[one]).record.as_of <= record.as_of
        ]
        self._rows.keep(record, alert, does_speak, older)
        for one in (alert, *others):
            self._review(one, now)

    def command(self, command: Command, now: int) -> None:
        """Do what a person asked. Raises CommandError where there is nothing to do it to."""
        if isinstance(command, Silence):
            self._silences.keep(command, now)
            note = f"{command.device} {command.compartment} until {command.until}"
            self._rows.write(
                now, command.id, "silence", who=command.by, note=f"{note}: {command.reason}"
            )
            return
        if isinstance(command, Note):
            self._db.execute(
                "INSERT OR IGNORE INTO notes VALUES (?, ?, ?, ?)",
                (command.id, from_iso(command.at), command.by, command.text),
            )
            return
        row = self._rows.alert(command.alert)
        if row is None:
            raise CommandError(f"no alert {command.alert}")
        if isinstance(command, Comment):
            self._rows.write(now, command.alert, "comment", who=command.by, note=command.text)
            return
        self._acknowledge(row, command, now)

    def tick(self, now: int) -> None:
        """What time brings: a silence that ends, a step or a repeat due, a message given up."""
        for silence in self._silences.due(now):
            self.mailbox.owe_reminder(silence, now)
        alerts = self._db.execute(
            "SELECT id FROM alerts WHERE owed = 1 OR suspect = 1 OR next_step <= ?1"
            " OR next_repeat <= ?1",
            (now,),
        ).fetchall()
        for found in alerts:
            self._look_at(found["id"], now)

    def _look_at(self, alert: str, now: int) -> None:
        row = self._known(alert)
        if self._hush(row, row["severity"], now) is not None:
            return
        if row["owed"]:
            self._review(alert, now)
        if row["suspect"]:
            self._rows.set(alert, suspect=0)
            row = self._known(alert)
            if row["status"] in UNANSWERED and not self.mailbox.is_heard(alert):
                self._happen(alert, "unheard", row["severity"], now)
        row = self._known(alert)
        if row["next_step"] is not None and row["next_step"] <= now:
            self._happen(alert, "overdue", row["severity"], now)
        row = self._known(alert)
        if row["next_repeat"] is not None and row["next_repeat"] <= now:
            self._rows.set(alert, next_repeat=None)
            self._happen(alert, "lasting", row["severity"], now)

    def _same_trouble(self, record: Record) -> str | None:
        """The alert that this finding goes on with, though it is not of its family yet."""
        for row in self._rows.alerts_about(record):
            speaking = [one.record for one in self._rows.members(row["id"]) if one.speaks]
            if is_same(speaking, record, self._flap_window):
                return str(row["id"])
        return None

    def _review(self, alert: str, now: int) -> None:
        """Look where the alert stands, and let happen what follows."""
        members = self._rows.members(alert)
        standing = stand(members)
        row = self._rows.alert(alert)
        if row is None:
            if standing.severity is None:  # merely opened: nothing to raise
                return
            first = next(one.record for one in members if one.speaks)
            row = self._rows.raise_alert(alert, first, standing.severity, now)
        told = self.mailbox.told(alert)
        if row["status"] == "acknowledged" and RANK[row["answered"]] > RANK[told]:
            told = row["answered"]
        severity = _severity(standing, row)
        happening = events(
            standing,
            told,
            is_stale=is_stale(members, now, self._stale_after),
            hush=self._hush(row, severity, now),
        )
        for event in happening:
            self._happen(alert, event, severity, now)
        is_owed = any(event in ("silenced", "inhibited") for event in happening)
        self._rows.set(alert, owed=is_owed)
        self._rows.stand_at(alert, severity)

    def _hush(self, row: sqlite3.Row, severity: Severity, now: int) -> Hush | None:
        """Why nobody is told of it for now, if that is so."""
        if self._silences.mute(row["device"], row["compartment"], now):
            return "silenced"
        if severity == "warning":
            others = [one for one in self._rows.open_of(row["device"]) if one["id"] != row["id"]]
            if muted_by(trouble_of(row), map(trouble_of, others)) is not None:
                return "inhibited"
        return None

    def _happen(
        self, alert: str, event: Event, severity: Severity, now: int, who: str = "", note: str = ""
    ) -> None:
        row = self._known(alert)
        before: Status = row["status"]
        found = step(before, event)
        if found is None:
            return
        after, effect = found
        self._rows.set(alert, status=after)
        self._rows.stand_at(alert, severity)
        if after in UNANSWERED:
            self._rows.set(alert, hushed=0)
        else:
            self._rows.set(alert, next_step=None)
            if before != after:
                self._rows.set(alert, next_repeat=None)
        if effect == "cancel":
            self._rows.set(alert, hushed=row["round"] + 1)
            self.mailbox.cancel(alert, now)
        elif effect:
            note = self._telling.do(effect, row, severity, now)
        elif after in UNANSWERED and before not in UNANSWERED:
            self._telling.reopened(row, severity, now)
        if event == "acknowledge" and after == "acknowledged":
            self._telling.in_hand(row, now)
        if effect == "tell":
            self._quieten(row, now)
        is_news = before != after or effect not in ("", "cancel") or who
        if is_news or (event in ("silenced", "inhibited") and not row["owed"]):
            self._rows.write(now, alert, event, before, after, effect, who, note)

    def _quieten(self, graver: sqlite3.Row, now: int) -> None:
        """What this trouble says already and nobody has heard yet, is not said beside it."""
        for row in self._rows.open_of(graver["device"]):
            is_warning = row["severity"] == "warning" and row["status"] in UNANSWERED
            if row["id"] == graver["id"] or not is_warning:
                continue
            if muted_by(trouble_of(row), [trouble_of(graver)]) is not None:
                self.mailbox.cancel(row["id"], now)
                self._rows.set(row["id"], owed=1)
                self._rows.write(now, row["id"], "inhibited", row["status"], row["status"])

    def _acknowledge(self, row: sqlite3.Row, command: Acknowledge, now: int) -> None:
        if command.by not in self._people:  # who has it in hand has to be somebody
            raise CommandError(f"nobody in the routes is called {command.by!r}")
        if step(row["status"], "acknowledge") is None:
            raise CommandError(f"alert {command.alert} has not been told to anybody yet")
        at = min(from_iso(command.at), now)
        known = Known(
            self._rows.reopened(row["id"]),
            row["least"],
            self.mailbox.told_by(row["id"], at),
            self.mailbox.told(row["id"]),
        )
        weighed = weigh(at, row["severity"], known)
        note = f"{command.cause}: {command.text}" if command.text else command.cause
        if weighed.verdict != "counts":
            status = row["status"]
            self._rows.write(
                now, row["id"], weighed.verdict, status, status, who=command.by, note=note
            )
            return
        answered = weighed.severity
        if row["status"] == "acknowledged":  # an older answer takes nothing back from another
            answered = max(answered, row["answered"], key=RANK.__getitem__)
        self._rows.set(
            row["id"],
            answered=answered,
            answered_by=command.by,
            answered_at=command.at,
            cause=command.cause,
            remark=command.text,
        )
        self._happen(row["id"], "acknowledge", row["severity"], now, command.by, note)

    def _known(self, alert: str) -> sqlite3.Row:
        row = self._rows.alert(alert)
        if row is None:
            raise LookupError(alert)
        return row


def _severity(standing: Standing, row: sqlite3.Row) -> Severity:
    severity: Severity = standing.severity or row["severity"]
    return severity
