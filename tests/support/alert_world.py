"""A small world for alerts: the real books and outbox, a clock, people with phones."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from alerts.books import Books
from alerts.database import open_database, prepared, transaction
from alerts.dispatch import Dispatch, Letter
from alerts.findings import Record
from alerts.lifecycle import OPEN, UNANSWERED
from alerts.outbox import Outcome
from alerts.routes import Recipient, Routes, Rule, Step
from alerts.settings import AlertSettings
from broker.settings import KafkaSettings
from coldchain.alert_commands import Acknowledge, Silence
from coldchain.records import ConditionRecord, ExcursionRecord
from coldchain.registry import CompartmentEntry, Entry, Registration
from coldchain.times import MINUTE_MS, iso

START = 1_795_413_600_000

#: No file: in memory.
NOWHERE = Path()

COURIER = Recipient("wang", {"phone": "json://127.0.0.1/wang"}, "zh-CN", ("harbour",))
DUTY = Recipient("duty", {"phone": "json://127.0.0.1/duty"}, "en")
CHIEF = Recipient("chief", {"mail": "json://127.0.0.1/chief"}, "en")
ROUTES = Routes(
    {one.name: one for one in (COURIER, DUTY, CHIEF)},
    Rule("default", ("duty",)),
    (
        Rule(
            "vans",
            ("@crew",),
            (Step(10 * MINUTE_MS, ("duty",)), Step(20 * MINUTE_MS, ("chief",))),
            kind=("van",),
        ),
    ),
)


class World:
    """Time in minutes from the start. `heard` is what reached people: (minute, who, letter).

    `words` is the same by alert: (who, channel, alert, severity, reminder's number, whether it
    says that it may be twice); `when` has the time of each, ms. Of several devices each is told
    by itself, unless `changes` say otherwise.
    """

    def __init__(self, group_wait: float = 0.0, routes: Routes = ROUTES, **changes: Any) -> None:
        chosen: dict[str, Any] = {
            "database": NOWHERE,
            "give_up_after": 3600.0,
            "group_interval": 0.0,
            "group_interval_critical": 0.0,
            "digest_interval": 0.0,
            "per_minute": 1000,
        } | changes
        self.settings = AlertSettings(
            KafkaSettings(), routes=routes, group_wait=group_wait, **chosen
        )
        where = self.settings.database
        self.db = (
            prepared(sqlite3.connect(":memory:", isolation_level=None))
            if where == NOWHERE
            else open_database(where)
        )
        self.books = Books(self.db, self.settings)
        self.dispatch = Dispatch(self.db, self.settings)
        self.now = START
        self.heard: list[tuple[float, str, Letter]] = []
        self.words: list[tuple[str, str, str, str, int, bool]] = []
        self.when: list[int] = []
        self.answers: Callable[[Letter], Outcome] = lambda _: "delivered"

    @property
    def minute(self) -> float:
        return (self.now - START) / MINUTE_MS

    def enrol(
        self,
        device: str = "van-1",
        duty: Any = "in-service",
        crew: str = "harbour",
        *,
        kind: Any = "van",
        profile: str = "iced-seafood",
        position: tuple[float, float] | None = None,
    ) -> None:
        entry = Entry(
            since=iso(0),
            kind=kind,
            asset=f"the {device}",
            compartments={"main": CompartmentEntry(profile=profile, duty=duty)},
            crew=crew,
            position=position,
        )
        with transaction(self.db):
            self.books.registration(device, Registration(device=device, history=[entry]))

    def say(self, record: Record) -> None:
        with transaction(self.db):
            self.books.finding(record, self.now)

    def acknowledge(self, alert: str, by: str = "wang", at: int | None = None) -> None:
        """Answer an alert; `at` (ms): when that was done, if not now."""
        then = iso(self.now if at is None else at)
        with transaction(self.db):
            self.books.command(
                Acknowledge(alert=alert, by=by, at=then, cause="unloading"), self.now
            )

    def silence(self, device: str, minutes: float, name: str = "s", by: str = "duty") -> None:
        until = iso(self.now + round(minutes * MINUTE_MS))
        with transaction(self.db):
            self.books.command(
                Silence(
                    id=name,
                    device=device,
                    by=by,
                    reason="repair",
                    at=iso(self.now),
                    until=until,
                ),
                self.now,
            )

    def go_to(self, minute: float, step: float = 0.5) -> None:
        """Let time pass, with the service's rounds."""
        until = START + round(minute * MINUTE_MS)
        while self.now < until:
            self.now = min(self.now + max(1, round(step * MINUTE_MS)), until)
            self.round()

    def round(self) -> None:
        with transaction(self.db):
            self.books.tick(self.now)
        self.deliver()

    def take(self) -> list[Letter]:
        with transaction(self.db):
            return self.dispatch.take(self.now)

    def deliver(self) -> None:
        while letters := self.take():
            for letter in letters:
                outcome = self.answers(letter)
                if outcome in ("delivered", "unclear"):
                    self.hear(letter)
                with transaction(self.db):
                    self.dispatch.note(letter.id, outcome, "", self.now)

    def hear(self, letter: Letter) -> None:
        self.heard.append((self.minute, letter.recipient, letter))
        rows = self.db.execute(
            "SELECT alert, tells.severity, round, again FROM tells"
            " JOIN messages ON messages.id = message WHERE message = ? AND NOT cancelled",
            (letter.id,),
        )
        words = [
            (
                letter.recipient,
                letter.channel,
                row["alert"],
                row["severity"],
                row["round"],
                bool(row["again"]),
            )
            for row in rows
            if row["alert"] in letter.alerts
        ]
        # Of one alert at two severities in one letter, the graver is what is said.
        gravest = {word[2]: word for word in sorted(words, key=lambda word: word[3], reverse=True)}
        self.words.extend(gravest.values())
        self.when.extend(self.now for _ in gravest)

    def crash(self) -> None:
        """The service starts again on what is on disk."""
        with transaction(self.db):
            self.dispatch.recover(self.now)

    def status(self, alert: str) -> str | None:
        row = self.db.execute("SELECT status FROM alerts WHERE id = ?", (alert,)).fetchone()
        return None if row is None else str(row["status"])

    def states(self) -> list[str]:
        return [row["state"] for row in self.db.execute("SELECT state FROM messages ORDER BY id")]

    def people(self) -> list[str]:
        return [who for _, who, _ in self.heard]

    def alerts(self) -> list[sqlite3.Row]:
        return self.db.execute("SELECT * FROM alerts").fetchall()

    open = OPEN
    unanswered = UNANSWERED


def record(name: str = "x1", state: Any = "confirmed", **changes: Any) -> ExcursionRecord:
    """An excursion of van-1, begun at the start, confirmed where its state needs it."""
    plain = ExcursionRecord(
        id=name,
        state=state,
        device="van-1",
        compartment="main",
        channel="main.product",
        limit="warm",
        severity="critical",
        profile="iced-seafood",
        start=iso(START),
        confirmed=iso(START) if state in ("confirmed", "closed", "revised") else None,
        end=iso(START + 5 * MINUTE_MS) if state == "closed" else None,
        minutes=31.0,
        unknown_minutes=0.0,
        degree_minutes=40.0,
        peak=9.25,
        peak_at=iso(START),
        as_of=1,
    )
    return msgspec.structs.replace(plain, **changes)


def condition(
    rule: str = "device-silent", state: Any = "raised", **changes: Any
) -> ConditionRecord:
    """A condition of van-1, since the start."""
    plain = ConditionRecord(
        id=f"c-{rule}",
        state=state,
        device="van-1",
        subject="",
        rule=rule,
        severity="critical" if rule == "mains-lost" else "warning",
        since=iso(START),
        due=iso(START + MINUTE_MS),
        until=iso(START + 5 * MINUTE_MS) if state == "cleared" else None,
        as_of=1,
    )
    return msgspec.structs.replace(plain, **changes)
