"""The registry: each device's whole dated history, one record a device on a compacted topic.

A change applies from its `since`, never backwards: what a reading meant is decided by the
entry in force at the reading's own time.
"""

from bisect import bisect_right
from typing import Literal

import msgspec

from .frames import Name
from .times import from_iso

Kind = Literal["precooler", "warehouse", "hub", "van", "locker", "cabinet", "tag", "logger"]
Duty = Literal["in-service", "pre-cooling", "empty", "under-repair"]


class CompartmentEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A compartment as of the entry's date. In `empty` and `under-repair` nothing is pushed."""

    profile: str
    duty: Duty = "in-service"


class ChannelEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A channel: whether it counts (is judged), and what calibration adds to its values (°C)."""

    counts: bool = True
    calibration: float = 0.0


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of a device's configuration, in force from `since` until the next entry's."""

    since: str
    kind: Kind
    asset: str
    compartments: dict[str, CompartmentEntry]
    county: str = ""
    crew: str = ""
    channels: dict[str, ChannelEntry] = {}
    position: tuple[float, float] | None = None


class Registration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One device's history, entries by rising `since`."""

    v: Literal[1] = 1
    device: Name
    history: list[Entry]

    def in_force(self, at: int) -> Entry | None:
        """The entry in force at `at` (ms), or None before the first."""
        index = bisect_right(self.history, at, key=lambda entry: from_iso(entry.since))
        return self.history[index - 1] if index else None
