"""What no longer changes in the database, by number: for an archive that takes each line once.

Both raise FileNotFoundError where there is no database yet.
"""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from .database import open_to_read


@dataclass(frozen=True, slots=True)
class Past:
    """A line of the history (`facts`: its columns), or a message to one person about one alert
    that is done with. `at`: ms."""

    number: int
    at: int
    alert: str
    facts: dict[str, str]


def past_history(database: Path, since: int) -> list[Past]:
    """The history's lines from this number on, in order."""
    with closing(open_to_read(database)) as db:
        rows = db.execute("SELECT * FROM history WHERE n >= ? ORDER BY n", (since,))
        columns = ("event", "before", "after", "effect", "who", "note")
        return [
            Past(row["n"], row["at"], row["subject"], {name: row[name] for name in columns})
            for row in rows
        ]


def past_messages(database: Path, since: int) -> list[Past]:
    """Messages from this number on that were sent, perhaps sent, or given up, once an alert."""
    with closing(open_to_read(database)) as db:
        rows = db.execute(
            "SELECT id, alert, tells.recipient, tells.channel, min(tells.severity) AS severity,"
            " state, changed FROM messages JOIN tells ON message = id"
            " WHERE id >= ? AND state IN ('sent', 'uncertain', 'given-up') AND NOT cancelled"
            " GROUP BY id, alert ORDER BY id, alert",
            (since,),
        )
        columns = ("recipient", "channel", "severity", "state")
        return [
            Past(row["id"], row["changed"], row["alert"], {name: row[name] for name in columns})
            for row in rows
        ]
