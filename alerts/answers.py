"""What an answer counts for. Pure.

Whoever answers knew of the alert as it had been told by then, not as it is when the answer
arrives: a tap can wait for a signal for hours, and an alert can turn critical while somebody taps.
So an answer counts for the gravest severity that had been told to anybody by its own time, and in
any case for the least one that the alert ever had: nobody can have seen it at less.
"""

from dataclasses import dataclass
from typing import Literal

from coldchain.records import Severity

from .standing import RANK


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an alert when an answer to it is weighed. Times in ms.

    `reopened`: when it last fired anew after it was over; `least`: the least severity that it
    ever had; `told`: the gravest that had reached anybody, or may have, by the
    answer's time; `owed`: the gravest that was told, or still waits, by now.
    """

    reopened: int | None
    least: Severity | None
    told: Severity | None
    owed: Severity | None


@dataclass(frozen=True, slots=True)
class Weighed:
    """`severity`: what the answer counts for. Only one that `counts` takes the alert in hand.

    *outdated*: the alert was over, and fires anew, since. *outgrown*: it got worse since.
    """

    verdict: Literal["counts", "outdated", "outgrown"]
    severity: Severity


def weigh(at: int, severity: Severity, known: Known) -> Weighed:
    """What an answer given at `at` (ms) is worth to an alert now at `severity`."""
    if known.reopened is not None and at < known.reopened:
        return Weighed("outdated", severity)
    least = known.least or severity  # where nobody could be told at all: what the page shows
    seen = max(least, known.told or least, key=RANK.__getitem__)
    return Weighed("outgrown" if RANK[known.owed] > RANK[seen] else "counts", seen)
