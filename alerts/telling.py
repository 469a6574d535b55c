"""Who is owed a word: the effects of the lifecycle's table, carried out. Inside a transaction."""

import sqlite3
from zoneinfo import ZoneInfo

from coldchain.records import ExcursionRecord, Severity
from coldchain.registry import Entry
from coldchain.times import SECOND_MS

from . import findings
from .findings import Record
from .hours import minute_of_day
from .lifecycle import Effect
from .mailbox import Mailbox
from .routes import Addressee, Case, Decision, route
from .rows import Rows
from .settings import AlertSettings
from .standing import gravest


class Telling:
    """Tells, escalates, repeats and reminds; each returns what the history says of it."""

    def __init__(self, rows: Rows, mailbox: Mailbox, settings: AlertSettings) -> None:
        self._rows = rows
        self._mailbox = mailbox
        self._routes = settings.routes
        self._zone = ZoneInfo(settings.zone)
        self._repeat: dict[str, int] = {
            "critical": round(settings.repeat_critical * SECOND_MS),
            "warning": round(settings.repeat_warning * SECOND_MS),
        }
        self._in_hand = round(settings.repeat_in_hand * SECOND_MS)
        self._flap_wait = round(settings.flap_wait * SECOND_MS)

    def do(self, effect: Effect, row: sqlite3.Row, severity: Severity, now: int) -> str:
        """Carry out an effect; what the history says of it."""
        deeds = {
            "tell": self._tell,
            "escalate": self._escalate,
            "repeat": self._again,
            "remind": self._remind,
        }
        return deeds[effect](row, severity, now)

    def reopened(self, row: sqlite3.Row, severity: Severity, now: int) -> None:
        """It came back within the flap window: quiet at first, then like any other."""
        decision = self._decision(row, severity, now)
        self._schedule(row, decision, 0, now)
        soonest = self._mailbox.last_told(row["id"]) + self._flap_wait
        self._rows.set(row["id"], flaps=row["flaps"] + 1, next_repeat=max(now, soonest))

    def in_hand(self, row: sqlite3.Row, now: int) -> None:
        """Somebody answered: they hear of it again if it lasts."""
        self._rows.set(row["id"], next_repeat=now + self._in_hand if self._in_hand else None)

    def _tell(self, row: sqlite3.Row, severity: Severity, now: int) -> str:
        decision = self._decision(row, severity, now)
        owed = self._mailbox.owe(row["id"], row["device"], decision.now, severity, now)
        self._rows.set(row["id"], told_at=owed.due)
        self._schedule(row, decision, 0, owed.due)
        self._wait(row, decision, severity, owed.due)
        short = f"; {decision.missing} people too few" if decision.missing else ""
        return f"{decision.rule}: {', '.join(owed.names)}{short}"

    def _escalate(self, row: sqlite3.Row, severity: Severity, now: int) -> str:
        """Tell the next step's people; where no step is left, the default's."""
        decision = self._decision(row, severity, now)
        at = row["step"]
        people: tuple[Addressee, ...]
        if at < len(decision.steps):
            people, rule = decision.steps[at][1], f"{decision.rule}, step {at + 1}"
        else:
            people, rule = route(self._routes, Case("", severity)).now, "default"
        self._schedule(row, decision, at + 1, row["told_at"] or now)
        owed = self._mailbox.owe(row["id"], row["device"], people, severity, now, is_escalated=True)
        return f"{rule}: {', '.join(owed.names)}"

    def _again(self, row: sqlite3.Row, severity: Severity, now: int) -> str:
        """A reminder to all who were told."""
        return self._remind_of(row, severity, now, self._mailbox.those_told(row["id"]))

    def _remind(self, row: sqlite3.Row, severity: Severity, now: int) -> str:
        """A reminder to whoever has it in hand; to all where they are nobody we can reach."""
        people = self._mailbox.those_told(row["id"])
        own = self._routes.recipients.get(row["answered_by"] or "")
        if own is not None:
            people = (Addressee(own, "has it in hand"),)
        note = self._remind_of(row, severity, now, people)
        self.in_hand(row, now)
        return note

    def _remind_of(
        self, row: sqlite3.Row, severity: Severity, now: int, people: tuple[Addressee, ...]
    ) -> str:
        number = row["round"] + 1
        self._rows.set(row["id"], round=number)
        owed = self._mailbox.owe(row["id"], row["device"], people, severity, now, number=number)
        self._wait(row, self._decision(row, severity, now), severity, now)
        return f"reminder {number}: {', '.join(owed.names)}"

    def _wait(self, row: sqlite3.Row, decision: Decision, severity: Severity, since: int) -> None:
        interval = self._repeat[severity] if decision.repeat is None else decision.repeat
        self._rows.set(row["id"], next_repeat=since + interval if interval else None)

    def _schedule(self, row: sqlite3.Row, decision: Decision, at: int, since: int) -> None:
        next_step = since + decision.steps[at][0] if at < len(decision.steps) else None
        self._rows.set(row["id"], step=at, next_step=next_step)

    def _decision(self, row: sqlite3.Row, severity: Severity, now: int) -> Decision:
        record = gravest(self._rows.members(row["id"]))
        entry = self._rows.entry(record.device, findings.began(record))
        case = case_of(record, row["subject"], severity, entry, minute_of_day(now, self._zone))
        return route(self._routes, case)


def case_of(
    record: Record, subject: str, severity: Severity, entry: Entry | None, minute: int
) -> Case:
    """What the routes look at, of a finding and its device's registration."""
    compartment = findings.compartment(record)
    profile = (
        record.profile if isinstance(record, ExcursionRecord) else _profile(compartment, entry)
    )
    case = Case(
        record.device, severity, profile, compartment=compartment, subject=subject, minute=minute
    )
    if entry is None:
        return case
    return Case(
        record.device,
        severity,
        profile,
        entry.asset,
        entry.kind,
        entry.crew,
        entry.county,
        compartment,
        subject,
        minute,
    )


def _profile(compartment: str, entry: Entry | None) -> str:
    """The goods a condition is about; of a whole device, those that ask for most: medicine."""
    if entry is None:
        return ""
    if compartment in entry.compartments:
        return entry.compartments[compartment].profile
    profiles = sorted(one.profile for one in entry.compartments.values())
    medicine = [one for one in profiles if one.startswith(("medicine-", "vaccine-"))]
    return next(iter(medicine or profiles), "")
