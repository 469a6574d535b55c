"""The alert service's past, as the archive takes it."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audit.alert_history import AlertLines, Numbered


def alert_lines(database: Path) -> "Mapping[str, AlertLines]":
    """The lines of an alert service's database, which may not be there yet."""
    from alerts.past import past_history, past_messages
    from audit.alert_history import Happened, Numbered, Told
    from coldchain.times import iso

    def happened(since: int) -> "list[Numbered]":
        if not database.is_file():
            return []
        return [
            Numbered(one.number, one.at, Happened(at=iso(one.at), alert=one.alert, **one.facts))
            for one in past_history(database, since)
        ]

    def told(since: int) -> "list[Numbered]":
        if not database.is_file():
            return []
        return [
            Numbered(
                one.number,
                one.at,
                Told(
                    at=iso(one.at),
                    alert=one.alert,
                    to=one.facts["recipient"],
                    channel=one.facts["channel"],
                    severity=one.facts["severity"],
                    state=one.facts["state"],  # type: ignore[arg-type]
                ),
            )
            for one in past_messages(database, since)
        ]

    return {"happened": happened, "told": told}
