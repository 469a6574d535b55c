"""One device as it is now, by the alert service: how it is registered, what is wrong with it."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec

from coldchain.registry import Entry, Registration

from . import findings
from .database import open_to_read
from .findings import Record
from .rows import member

_registration = msgspec.json.Decoder(Registration)


@dataclass(frozen=True, slots=True)
class DeviceNow:
    """`entry` is what the registry says of it (None: not registered); `findings` go on."""

    entry: Entry | None
    findings: tuple[Record, ...]


def device_now(database: Path, device: str, now: int) -> DeviceNow:
    """A device at `now` (ms), gravest findings first. Raises FileNotFoundError."""
    with closing(open_to_read(database)) as db:
        known = db.execute("SELECT value FROM registry WHERE device = ?", (device,)).fetchone()
        rows = db.execute("SELECT * FROM excursions WHERE device = ?", (device,)).fetchall()
    members = [member(row) for row in rows]
    found = [
        one.record
        for one in members
        if one.speaks and not one.superseded and findings.ended(one.record) is None
    ]
    entry = None if known is None else _registration.decode(known["value"]).in_force(now)
    ordered = sorted(found, key=lambda one: (one.severity, findings.began(one)))
    return DeviceNow(entry, tuple(ordered))
