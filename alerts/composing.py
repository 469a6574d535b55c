"""The facts of a message out of the database, as it is taken: how things stand then."""

import sqlite3
from zoneinfo import ZoneInfo

import msgspec

from coldchain.alert_commands import Silence
from coldchain.parcel_records import AboardRecord
from coldchain.records import ExcursionRecord
from coldchain.registry import Entry, Registration
from coldchain.times import MINUTE_MS

from . import findings, messages, silences
from .allowances import Allowance, least_left
from .findings import Record
from .links import MESSAGE
from .messages import Message
from .nearest import Space, nearest
from .rows import member
from .settings import AlertSettings
from .standing import RANK, gravest
from .told import Reader, Told, in_order

_aboard = msgspec.json.Decoder(AboardRecord)
_registration = msgspec.json.Decoder(Registration)


class Composer:
    """Writes what is sent. Inside a transaction; for one thread."""

    def __init__(self, db: sqlite3.Connection, settings: AlertSettings) -> None:
        self._db = db
        self._settings = settings
        self._zone = ZoneInfo(settings.zone)
        self._aboard: tuple[str, int, list[AboardRecord]] = ("", 0, [])
        self._spaces: tuple[int, list[tuple[str, Entry]]] = (-MINUTE_MS, [])

    def told(self, alert: str, now: int, is_escalated: bool, number: int) -> Told:
        """One alert as a message tells it now."""
        row = self._db.execute("SELECT * FROM alerts WHERE id = ?", (alert,)).fetchone()
        record = gravest_of(self._db, alert)
        silence = self._silent(record.device)
        is_lost = silence is not None and isinstance(record, ExcursionRecord)
        return Told(
            alert,
            record,
            row["asset"],
            is_escalated=bool(is_escalated),
            number=number,
            flaps=row["flaps"],
            silent_since=findings.began(silence) if silence is not None and is_lost else None,
            left=self._left(record, now),
            lost=self._lost(record),
            allowances=self._allowances(record, now),
        )

    def alerts(self, row: sqlite3.Row, told: list[Told], now: int) -> Message:
        """The message about these alerts to the person of an outbox row."""
        reader = self._reader(row["recipient"])
        first = in_order(told)[0]
        links = self._settings.links
        opens = first.alert if len(told) == 1 else f"{MESSAGE}{row['id']}"
        return messages.write(
            reader,
            told,
            now,
            again=bool(row["again"]),
            space=self.space(first.record, now),
            link="" if links is None else links.to(row["recipient"], opens, now),
        )

    def silence(self, row: sqlite3.Row, silence: Silence, now: int) -> Message:
        """The word that a silence ends, to its owner."""
        reader = self._reader(row["recipient"])
        links = self._settings.links
        link = "" if links is None else links.to(row["recipient"], "", now)
        return messages.silence_ends(
            reader, silence, silences.held_back(self._db, silence), now, link
        )

    def space(self, record: Record, now: int) -> Space | None:
        """The nearest cold space that works, for the goods that this is about."""
        if not isinstance(record, ExcursionRecord):
            return None
        here = self._settings.locate(record.device) or self._standing_at(record.device, now)
        if here is None:
            return None
        rows = self._db.execute(
            "SELECT DISTINCT device FROM alerts"
            " WHERE status IN ('firing', 'escalated', 'acknowledged')"
        )
        troubled = {row["device"] for row in rows}
        return nearest(here, record.device, record.profile, self._standing_spaces(now), troubled)

    def _standing_at(self, device: str, now: int) -> tuple[float, float] | None:
        row = self._db.execute("SELECT value FROM registry WHERE device = ?", (device,)).fetchone()
        entry = None if row is None else _registration.decode(row["value"]).in_force(now)
        return None if entry is None else entry.position

    def _standing_spaces(self, now: int) -> list[tuple[str, Entry]]:
        """What the registry has with a position, as of at most a minute ago."""
        if now - self._spaces[0] >= MINUTE_MS:
            rows = self._db.execute("SELECT device, value FROM registry")
            entries = [
                (row["device"], _registration.decode(row["value"]).in_force(now)) for row in rows
            ]
            found = [
                (device, entry)
                for device, entry in entries
                if entry is not None and entry.position is not None
            ]
            self._spaces = (now, found)
        return self._spaces[1]

    def _reader(self, recipient: str) -> Reader:
        person = self._settings.routes.recipients.get(recipient)
        language = "zh-CN" if person is None else person.language
        return Reader(language, self._zone, self._settings.profiles)

    def _silent(self, device: str) -> Record | None:
        """The condition by which a device is silent now."""
        row = self._db.execute(
            "SELECT record FROM excursions WHERE device = ? AND subject = 'device-silent'"
            " AND until IS NULL AND superseded IS NULL AND speaks",
            (device,),
        ).fetchone()
        return None if row is None else findings.decode(row["record"])

    def _lost(self, record: Record) -> ExcursionRecord | None:
        """The gravest excursion that was going on when the device fell silent."""
        if findings.subject(record, {}) != "device-silent" or findings.ended(record) is not None:
            return None
        rows = self._db.execute(
            "SELECT record FROM excursions WHERE device = ? AND until IS NULL AND speaks"
            " AND superseded IS NULL",
            (record.device,),
        )
        held = [findings.decode(row["record"]) for row in rows]
        beyond = [one for one in held if isinstance(one, ExcursionRecord)]
        return max(beyond, key=lambda one: (RANK[one.severity], one.start), default=None)

    def _allowances(self, record: Record, now: int) -> tuple[Allowance, ...]:
        """What the parcels in an excursion's compartment have left, those with the least."""
        if not isinstance(record, ExcursionRecord):
            return ()
        if (record.device, now) != self._aboard[:2]:  # its other alerts ask for the same
            rows = self._db.execute("SELECT value FROM aboard WHERE device = ?", (record.device,))
            self._aboard = record.device, now, [_aboard.decode(row["value"]) for row in rows]
        aboard = self._aboard[2]
        return least_left(record, aboard, self._settings.profiles, now, messages.MOST_ALLOWANCES)

    def _left(self, record: Record, now: int) -> int | None:
        """How long (ms) until a graver limit of the same side is passed, if it goes on like this.

        Known where that limit's excursion is open already and counts its allowed time.
        """
        limit = findings.limit_of(record, self._settings.profiles)
        if limit is None or record.severity == "critical" or findings.ended(record) is not None:
            return None
        rows = self._db.execute(
            "SELECT record FROM excursions WHERE device = ? AND compartment = ? AND subject = ?"
            " AND until IS NULL AND superseded IS NULL AND NOT speaks",
            (record.device, findings.compartment(record), limit.side),
        )
        left: list[int] = []
        for row in rows:
            other = findings.decode(row["record"])
            graver = findings.limit_of(other, self._settings.profiles)
            is_counting = isinstance(other, ExcursionRecord) and other.state == "opened"
            if graver is not None and graver.severity == "critical" and is_counting:
                left.append(findings.began(other) + graver.allowed - now)
        return min((one for one in left if one > 0), default=None)


def gravest_of(db: sqlite3.Connection, alert: str) -> Record:
    """The finding of an alert to speak of."""
    rows = db.execute("SELECT * FROM excursions WHERE alert = ?", (alert,))
    return gravest([member(row) for row in rows])
