"""A link by which another authority sees some parcels' records: scoped, expiring, every look noted.

What it opens is a row of the ledger, and so is each look; both are sealed with all else. The
signed address itself is the console's matter.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from coldchain.times import DAY_MS, from_iso, iso

from .errors import AuditError
from .inspections import Row, Shared, Viewed, Withdrawn, decode_row, entry
from .ledger import Ledger

#: A link holds no longer than this: a new one can always be given.
LONGEST_MS = 30 * DAY_MS
PREFIX = "share-"


@dataclass(frozen=True, slots=True)
class Share:
    """A link as its rows have it."""

    shared: Shared
    viewed: list[Viewed] = field(default_factory=list)
    withdrawn: Withdrawn | None = None

    def holds(self, now: int) -> bool:
        """Whether it opens anything at `now` (ms)."""
        return self.withdrawn is None and now < from_iso(self.shared.until)


def share(
    ledger: Ledger, now: int, by: str, to: str, parcels: Iterable[str], until: int, reason: str
) -> Shared:
    """Open these parcels to somebody until then (ms). Raises AuditError."""
    if not now < until <= now + LONGEST_MS:
        raise AuditError(f"a link holds for at most {LONGEST_MS // DAY_MS} days, and ends later")
    values = {
        "id": f"{PREFIX}{secrets.token_hex(4)}",
        "at": iso(now),
        "by": by,
        "to": to,
        "parcels": list(dict.fromkeys(parcels)),
        "until": iso(until),
        "reason": reason,
    }
    try:
        row = msgspec.convert(values, Shared)
    except msgspec.ValidationError as error:
        raise AuditError(f"a link needs whom it is for, parcels and a reason: {error}") from None
    _append(ledger, now, row.id, row)
    return row


def share_of(ledger: Ledger, name: str) -> Share:
    """A link by its name. Raises AuditError where there is none."""
    found: Share | None = None
    for row in (decode_row(one.value) for one in ledger.of(name)):
        if isinstance(row, Shared):
            found = found or Share(row)
        elif found is not None and isinstance(row, Viewed):
            found.viewed.append(row)
        elif found is not None and isinstance(row, Withdrawn):
            found = Share(found.shared, found.viewed, found.withdrawn or row)
    if found is None:
        raise AuditError(f"there is no link {name}")
    return found


def shares(ledger: Ledger) -> list[Share]:
    """All links, the newest first."""
    return [share_of(ledger, name) for name in reversed(ledger.subjects(PREFIX))]


def look(ledger: Ledger, now: int, name: str, parcel: str | None, what: str) -> Share:
    """Note that somebody looks (at one parcel, or at the list), and let them.

    Raises AuditError, and notes nothing, where the link no longer holds or has no such parcel.
    """
    found = share_of(ledger, name)
    if not found.holds(now):
        raise AuditError(f"the link {name} is over")
    if parcel is not None and parcel not in found.shared.parcels:
        raise AuditError(f"the link {name} does not open parcel {parcel}")
    row = Viewed(
        id=f"{name}.{secrets.token_hex(4)}", at=iso(now), by=found.shared.to, share=name, what=what
    )
    _append(ledger, now, name, row)
    return found


def withdraw(ledger: Ledger, now: int, name: str, by: str, reason: str = "") -> Withdrawn:
    """End a link at once. Raises AuditError where there is none."""
    share_of(ledger, name)
    row = Withdrawn(id=f"{name}.withdrawn", at=iso(now), by=by, share=name, reason=reason[:1000])
    _append(ledger, now, name, row)
    return row


def _append(ledger: Ledger, now: int, subject: str, row: Row) -> None:
    ledger.append(now, [(subject, entry(row))])
