"""Alerts as the boards see them: a line an alert, written again as it lives, and the outbox.

What people are told never waits for this: where the series store is away it is caught up with
later, from the database. Alerts' times are the service's own (it is about people, whose time is
wall-clock), read from the database, so that a line written again is the same line.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from coldchain.times import DAY_MS, MINUTE_MS, SECOND_MS, minutes
from series.lines import FieldValue, full_line, head
from series.schema import ALERT, OUTBOX
from series.settings import SeriesSettings
from series.writer import SinkDown, Writer

from .database import open_to_read
from .lifecycle import OPEN, UNANSWERED

_log = logging.getLogger(__name__)

#: Between two looks (s), and how long one is tried.
LOOK = 2.0
PATIENCE = 5.0
#: What is open is written again so often (ms): messages about it go on.
AGAIN_MS = MINUTE_MS
#: At the start, what is not open is looked back at for so long.
BACK_MS = 30 * DAY_MS
#: The outbox is told of once in so long (ms).
OUTBOX_MS = 10 * SECOND_MS

_BACK = "SELECT id FROM alerts WHERE raised >= ?"
_CHANGED = "SELECT id FROM alerts WHERE id IN (SELECT subject FROM history WHERE n > ?)"
_OPEN = "SELECT id FROM alerts WHERE status IN ('firing', 'escalated', 'acknowledged')"
_ALERT = """
SELECT alerts.*,
(SELECT min(at) FROM history WHERE subject = alerts.id AND event = 'acknowledge') AS first_answer,
(SELECT max(at) FROM history WHERE subject = alerts.id AND after IN ('resolved', 'closed')
 AND before NOT IN ('resolved', 'closed')) AS ended,
(SELECT max(at) FROM history WHERE subject = alerts.id) AS as_of,
(SELECT count(*) FROM history WHERE subject = alerts.id AND after = 'escalated'
 AND before <> 'escalated') AS escalations,
(SELECT count(DISTINCT message) FROM tells JOIN messages ON messages.id = message
 WHERE alert = alerts.id AND state IN ('sent', 'uncertain') AND NOT cancelled) AS told
FROM alerts WHERE id = ?
"""
_WAITING = """
SELECT sum(state IN ('pending', 'sending')) AS waiting,
min(CASE WHEN state IN ('pending', 'sending') THEN due END) AS oldest,
sum(state = 'given-up') AS given_up, sum(state = 'uncertain') AS uncertain,
sum(state = 'sent') AS sent FROM messages WHERE changed > ?
OR state IN ('pending', 'sending')
"""


def alert_line(row: sqlite3.Row) -> str:
    """An alert as it stands; `row` is what `_ALERT` finds."""
    is_open = row["status"] in OPEN
    raised, answered = row["raised"], row["first_answer"]
    ended = None if is_open else row["ended"]
    tags = {
        "compartment": row["compartment"],
        "device": row["device"],
        "subject": row["subject"],
    }
    fields: dict[str, FieldValue] = {
        "id": row["id"],
        "asset": row["asset"],
        "status": row["status"],
        "severity": row["severity"],
        "critical": int(row["severity"] == "critical"),
        "warning": int(row["severity"] == "warning"),
        "raised": raised,
        "acknowledged": -1 if answered is None else answered,
        "over": -1 if ended is None else ended,
        "open": int(is_open),
        "unanswered": int(row["status"] in UNANSWERED),
        "unheeded": int(not is_open and answered is None and row["told"] > 0),
        "ack_minutes": None if answered is None else minutes(answered - raised),
        "open_minutes": None if ended is None else minutes(ended - raised),
        "messages": row["told"],
        "escalations": row["escalations"],
        "flaps": row["flaps"],
        "cause": row["cause"],
        "as_of": raised if row["as_of"] is None else row["as_of"],
    }
    return full_line(head(ALERT.name, tags), fields, raised)


def outbox_line(db: sqlite3.Connection, now: int) -> str:
    """How the messages stand at `now` (ms), of the last day and those still to be sent."""
    row = db.execute(_WAITING, (now - DAY_MS,)).fetchone()
    oldest = row["oldest"]
    fields: dict[str, FieldValue] = {
        "waiting": row["waiting"] or 0,
        "overdue_minutes": 0.0 if oldest is None else max(0.0, minutes(now - oldest)),
        "given_up": row["given_up"] or 0,
        "uncertain": row["uncertain"] or 0,
        "sent": row["sent"] or 0,
        "last_at": now,
    }
    return full_line(OUTBOX.name, fields, now - now % OUTBOX_MS)


class Chronicle:
    """Finds what is to be written since it last looked. For one thread."""

    def __init__(self, db: sqlite3.Connection, now: int) -> None:
        self._db = db
        self._known: int | None = None
        self._since = now - BACK_MS
        self._again = 0
        self._outbox_at = 0

    def look(self, now: int) -> tuple[list[str], Callable[[], None]]:
        """The lines to write, and what to call once they are written."""
        newest = self._db.execute("SELECT max(n) AS n FROM history").fetchone()["n"] or 0
        changed = (_BACK, self._since) if self._known is None else (_CHANGED, self._known)
        found = [row["id"] for row in self._db.execute(changed[0], changed[1:])]
        is_again = now - self._again >= AGAIN_MS
        if is_again:
            found += [row["id"] for row in self._db.execute(_OPEN)]
        lines = [*self._lines(dict.fromkeys(found))]
        is_due = now - now % OUTBOX_MS > self._outbox_at
        if is_due:
            lines.append(outbox_line(self._db, now))

        def written() -> None:
            self._known = newest
            self._again = now if is_again else self._again
            self._outbox_at = now - now % OUTBOX_MS if is_due else self._outbox_at

        return lines, written

    def _lines(self, alerts: Iterable[str]) -> Iterable[str]:
        for alert in alerts:
            row = self._db.execute(_ALERT, (alert,)).fetchone()
            if row is not None:
                yield alert_line(row)


def chronicle(
    database: Path, series: SeriesSettings, stop: threading.Event, clock: Callable[[], int]
) -> None:
    """Write alerts and outbox to the series store until `stop`. Never raises."""
    try:
        with closing(open_to_read(database)) as db:
            _follow(Chronicle(db, clock()), series, stop, clock)
    except Exception:  # noqa: BLE001 - no board is worth a message
        # Boards stand still then, and say as of when.
        _log.exception("alerts are not written for the boards any more")


def _follow(
    found: Chronicle, series: SeriesSettings, stop: threading.Event, clock: Callable[[], int]
) -> None:
    writer = Writer(replace(series, timeout=PATIENCE, give_up_after=PATIENCE))
    is_down = False
    try:
        while True:
            is_last = stop.is_set()
            if is_last and is_down:
                return  # the next start looks back
            lines, written = found.look(clock())
            try:
                bad = writer.send(lines).result()
            except (SinkDown, CancelledError) as error:
                if not is_down:
                    _log.warning("alerts are not on the boards for now: %s", error)
                is_down = True
            else:
                is_down = False
                written()
                for one in bad:
                    _log.warning("InfluxDB refuses a line about an alert: %s", one.reason)
            if is_last:
                return
            stop.wait(LOOK)
    finally:
        writer.close(wait=False)
