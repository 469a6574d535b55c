"""Faults that a neighbour gives away: two sensors of one compartment that part company.

Both are fed with the difference between the two (micro-degrees) by 5-minute slots, the means of
their pieces of exposure (exposure.py): event time, and the same however frames were cut.
Neither says which of the two is wrong.
"""

from dataclasses import dataclass

import msgspec

from coldchain.celsius import MICRO, from_micro
from coldchain.times import DAY_MS, HOUR_MS

from .findings import Finding, Spell, held, hold


@dataclass(frozen=True, slots=True)
class SensorsDisagree:
    """A difference of more than `most` micro-degrees that lasts `patience` ms.

    Twice GSP's permitted error of ±0.5 °C [S], and as much again for their places in the box.
    """

    id: str = "sensors-disagree"
    most: int = 2 * MICRO
    patience: int = HOUR_MS

    def fresh(self) -> Spell:
        return Spell()

    def observe(self, state: Spell, at: int, value: float) -> Finding | None:
        return hold(self.id, state, at, abs(value) > self.most, self.patience, self._values())

    def standing(self, state: Spell, now: int) -> Finding | None:
        return held(self.id, state, now, self.patience, self._values())

    def _values(self) -> dict[str, float]:
        return {"most": from_micro(self.most)}


class Days(msgspec.Struct, array_like=True):
    """The mean difference of the first day compared, and the sum over the day under way."""

    baseline: int | None = None
    day: int | None = None
    total: int = 0
    count: int = 0
    since: int | None = None
    moved: int = 0


@dataclass(frozen=True, slots=True)
class SensorDrifts:
    """A day's mean difference that has moved by more than `most` from the first day's.

    A day counts with `count` slots at least. Start afresh when either sensor is calibrated. The
    figure is that of the day by which it was found.
    """

    id: str = "sensor-drifts"
    most: int = MICRO
    count: int = 72

    def fresh(self) -> Days:
        return Days()

    def observe(self, state: Days, at: int, value: float) -> Finding | None:
        day = at - at % DAY_MS
        ended = None
        if state.day is not None and day > state.day:
            ended = self._close(state)
        state.day = day
        state.total += round(value)
        state.count += 1
        return ended

    def standing(self, state: Days, now: int) -> Finding | None:
        if state.since is None:
            return None
        return Finding(self.id, state.since, state.since + DAY_MS, None, self._values(state))

    def _close(self, state: Days) -> Finding | None:
        """Judge the day that is over; the drift it ends."""
        day, mean = state.day or 0, state.total // max(1, state.count)
        enough = state.count >= self.count
        state.total = state.count = 0
        if not enough:
            return None
        if state.baseline is None:
            state.baseline = mean
            return None
        moved = mean - state.baseline
        if abs(moved) > self.most:
            if state.since is None:
                state.since, state.moved = day, moved
            return None
        ended = self.standing(state, day)
        state.since = None
        return None if ended is None else msgspec.structs.replace(ended, until=day)

    @staticmethod
    def _values(state: Days) -> dict[str, float]:
        return {"moved": from_micro(state.moved)}
