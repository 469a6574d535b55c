"""The life of an alert, as one table.

    status         meaning
    -------------  ----------------------------------------------------------------
    new            not raised yet
    firing         somebody was told; nobody has answered
    escalated      nobody answered in time, or could be reached; more were told
    acknowledged   somebody has it in hand
    resolved       the excursion is over; nobody had answered
    closed         over, and dealt with

    event          when
    -------------  ----------------------------------------------------------------
    worse          in breach, at a severity that nobody was told of yet
    breach         in breach, at a severity told already
    over           the excursion has ended
    undone         it never was one: withdrawn, or merged into another alert
    stale          it ended (or was last seen) too long ago to wake anybody: a backfill
    silenced       it would be told, but a silence holds; what lasts is told when that ends
    inhibited      it would be told, but graver trouble of the device says it (trouble.py)
    acknowledge    a person answered what there is (answers.py: not something less, or earlier)
    overdue        an escalation step's delay has gone by without an answer
    unheard        every message about it was given up or, where critical, stayed in doubt
    lasting        it goes on, and was last told of a repeat interval ago

    effect         what is done, in the same transaction as the new status
    -------------  ----------------------------------------------------------------
    tell           those whom the routes name, once each and severity
    escalate       those whom the next step names, too
    repeat         those who were told, once more, as a reminder
    remind         whoever has it in hand
    cancel         what is still waiting to be sent is not sent
    (none)         it is noted in the history

Read a row: "a *firing* alert that is *acknowledged* becomes *acknowledged*". An acknowledgement
ends with the alert: what goes on after `closed` is firing again. Nobody is told of what somebody
has in hand already. What the table does not have changes nothing.
"""

from typing import Literal

Status = Literal["new", "firing", "escalated", "acknowledged", "resolved", "closed"]
Event = Literal[
    "worse",
    "breach",
    "over",
    "undone",
    "stale",
    "silenced",
    "inhibited",
    "acknowledge",
    "overdue",
    "unheard",
    "lasting",
]
Effect = Literal["tell", "escalate", "repeat", "remind", "cancel", ""]

#: In these somebody should still act, and nobody has said that they do.
UNANSWERED: frozenset[str] = frozenset({"firing", "escalated"})
#: In these the excursion goes on.
OPEN: frozenset[str] = UNANSWERED | {"acknowledged"}

TABLE: dict[tuple[Status, Event], tuple[Status, Effect]] = {
    ("new", "worse"): ("firing", "tell"),
    ("new", "stale"): ("closed", ""),
    ("new", "silenced"): ("new", ""),
    ("new", "inhibited"): ("new", ""),
    ("new", "over"): ("closed", ""),
    ("new", "undone"): ("closed", ""),
    ("firing", "worse"): ("firing", "tell"),
    ("firing", "over"): ("resolved", ""),
    ("firing", "undone"): ("resolved", "cancel"),
    ("firing", "acknowledge"): ("acknowledged", "cancel"),
    ("firing", "overdue"): ("escalated", "escalate"),
    ("firing", "unheard"): ("escalated", "escalate"),
    ("firing", "lasting"): ("firing", "repeat"),
    ("escalated", "worse"): ("escalated", "tell"),
    ("escalated", "over"): ("resolved", ""),
    ("escalated", "undone"): ("resolved", "cancel"),
    ("escalated", "acknowledge"): ("acknowledged", "cancel"),
    ("escalated", "overdue"): ("escalated", "escalate"),
    ("escalated", "unheard"): ("escalated", "escalate"),
    ("escalated", "lasting"): ("escalated", "repeat"),
    ("acknowledged", "worse"): ("firing", "tell"),
    ("acknowledged", "over"): ("closed", ""),
    ("acknowledged", "undone"): ("closed", "cancel"),
    ("acknowledged", "acknowledge"): ("acknowledged", "cancel"),
    ("acknowledged", "lasting"): ("acknowledged", "remind"),
    ("resolved", "worse"): ("firing", "tell"),
    ("resolved", "breach"): ("firing", ""),
    ("resolved", "undone"): ("resolved", "cancel"),
    ("resolved", "acknowledge"): ("closed", "cancel"),
    ("closed", "worse"): ("firing", "tell"),
    ("closed", "breach"): ("firing", ""),
    ("closed", "undone"): ("closed", "cancel"),
    ("closed", "acknowledge"): ("closed", "cancel"),
}


def step(status: Status, event: Event) -> tuple[Status, Effect] | None:
    """The next status and the effect; None where the event means nothing in this status."""
    return TABLE.get((status, event))
