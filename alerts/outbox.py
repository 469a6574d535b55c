"""The life of a message to one person by one channel, as one table.

    state       event      -> critical             warning
    ----------  ---------  ---------------------   ---------------------
    pending     taken         sending                 sending
    pending     cancelled     cancelled               cancelled
    sending     delivered     sent                    sent
    sending     refused       pending, or given-up    pending, or given-up
    sending     unclear       pending, "again"        pending, "again"
    sending     found         pending, "again"        uncertain
    "again"     unclear       uncertain               uncertain
    "again"     found         uncertain               uncertain

`sending` is on disk before the channel is called. *Refused*: the channel surely did not take it.
*Unclear*: it failed in a way that may have come after the taking (an answer that never came).
*Found*: a start found the message in `sending`: a crash fell between the sending and its note.
No one can know then; it goes out once more and its text says so, but for a warning after a crash.
In doubt a second time it stays `uncertain`, on the list that people see, and a critical one is
told to the next (lifecycle.py, *unheard*): a channel that takes everything and answers too late
brings nobody more than two copies. What can't be delivered is tried again with back-off until
`give_up_after`; then it is `given-up`, on the list too.
"""

from dataclasses import dataclass
from typing import Literal

from coldchain.records import Severity
from coldchain.times import MINUTE_MS, SECOND_MS

State = Literal["pending", "sending", "sent", "cancelled", "given-up", "uncertain"]
Outcome = Literal["delivered", "refused", "unclear", "found"]

FIRST_WAIT_MS = 2 * SECOND_MS
LONGEST_WAIT_MS = 10 * MINUTE_MS

TABLE: dict[tuple[Outcome, Severity], tuple[State, bool]] = {
    ("delivered", "critical"): ("sent", False),
    ("delivered", "warning"): ("sent", False),
    ("refused", "critical"): ("pending", False),
    ("refused", "warning"): ("pending", False),
    ("unclear", "critical"): ("pending", True),
    ("unclear", "warning"): ("pending", True),
    ("found", "critical"): ("pending", True),
    ("found", "warning"): ("uncertain", True),
}


@dataclass(frozen=True, slots=True)
class Next:
    """What becomes of a message: `again` says that it may have come already, `due` is in ms."""

    state: State
    again: bool
    due: int


def backoff(attempts: int) -> int:
    """How long (ms) to wait after so many attempts failed."""
    return int(min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** min(attempts - 1, 20)))


def after(
    outcome: Outcome,
    severity: Severity,
    again: bool,
    attempts: int,
    tried: int,
    now: int,
    give_up_after: int,
) -> Next:
    """What becomes of a message in `sending`, first tried at `tried`, `attempts` times so far."""
    state, doubtful = TABLE[outcome, severity]
    if doubtful and again:
        state = "uncertain"
    if state != "pending":
        return Next(state, again or doubtful, now)
    due = now if outcome == "found" else now + backoff(attempts)
    if due - tried > give_up_after and outcome != "found":
        return Next("given-up", again or doubtful, now)
    return Next("pending", again or doubtful, due)
