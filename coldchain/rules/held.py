"""Rules of one condition that lasts: door, mains, pull-down, battery, silence."""

from dataclasses import dataclass

import msgspec

from coldchain.celsius import from_micro
from coldchain.profile import PullDown
from coldchain.times import MINUTE_MS

from .findings import Finding, Spell, held, hold


@dataclass(frozen=True, slots=True)
class DoorOpen:
    """A door (1: open) open for `patience` ms or longer."""

    id: str = "door-open"
    patience: int = 5 * MINUTE_MS

    def fresh(self) -> Spell:
        return Spell()

    def observe(self, state: Spell, at: int, value: float) -> Finding | None:
        return hold(self.id, state, at, value != 0, self.patience)

    def standing(self, state: Spell, now: int) -> Finding | None:
        return held(self.id, state, now, self.patience)


@dataclass(frozen=True, slots=True)
class MainsLost:
    """The mains (0: away) gone; at once, as GSP alarms on a power failure [S]."""

    id: str = "mains-lost"
    patience: int = 0

    def fresh(self) -> Spell:
        return Spell()

    def observe(self, state: Spell, at: int, value: float) -> Finding | None:
        return hold(self.id, state, at, value == 0, self.patience)

    def standing(self, state: Spell, now: int) -> Finding | None:
        return held(self.id, state, now, self.patience)


@dataclass(frozen=True, slots=True)
class PullDownLate:
    """Goods in pre-cooling (micro-degrees) not at their target by the deadline.

    The clock starts with the first reading above the target, and again with the next warm batch
    after one that was cold; a gap does not stop it.
    """

    pull_down: PullDown
    id: str = "pull-down-late"

    def fresh(self) -> Spell:
        return Spell()

    def observe(self, state: Spell, at: int, value: float) -> Finding | None:
        warm = value > self.pull_down.target
        return hold(self.id, state, at, warm, self.pull_down.within, self._values())

    def standing(self, state: Spell, now: int) -> Finding | None:
        return held(self.id, state, now, self.pull_down.within, self._values())

    def deadline(self, state: Spell) -> int | None:
        """When the batch in hand has to be cold, ms; None where none is warm."""
        return None if state.since is None else state.since + self.pull_down.within

    def _values(self) -> dict[str, float]:
        return {"target": from_micro(self.pull_down.target)}


@dataclass(frozen=True, slots=True)
class BatteryLow:
    """A battery (share left, 0 to 1) at or below `low`, until it is charged to `clear`."""

    id: str = "battery-low"
    low: float = 0.15
    clear: float = 0.25

    def fresh(self) -> Spell:
        return Spell()

    def observe(self, state: Spell, at: int, value: float) -> Finding | None:
        is_on = value <= self.low or (state.since is not None and value < self.clear)
        return hold(self.id, state, at, is_on, 0)

    def standing(self, state: Spell, now: int) -> Finding | None:
        return held(self.id, state, now, 0)


class Heard(msgspec.Struct, array_like=True):
    """When a device was last heard (ms, by receipt); None: never."""

    at: int | None = None


@dataclass(frozen=True, slots=True)
class DeviceSilent:
    """A device not heard for `patience` ms; a gateway sends every minute at least.

    Observed with the receipt of each frame (its value says nothing): silence is a matter of the
    line, not of when readings were taken.
    """

    id: str = "device-silent"
    patience: int = 3 * MINUTE_MS

    def fresh(self) -> Heard:
        return Heard()

    def observe(self, state: Heard, at: int, value: float = 0.0) -> Finding | None:
        found = self.standing(state, at)
        state.at = at if state.at is None else max(state.at, at)
        return None if found is None else msgspec.structs.replace(found, until=at)

    def standing(self, state: Heard, now: int) -> Finding | None:
        return held(self.id, Spell(state.at), now, self.patience)
