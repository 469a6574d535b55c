"""Rate of rise: warming so fast that a limit will be reached soon, and how soon."""

from dataclasses import dataclass

import msgspec

from coldchain.celsius import MICRO, from_micro
from coldchain.limits import Limit
from coldchain.times import MINUTE_MS, minutes

from .findings import Finding


class Trail(msgspec.Struct, array_like=True):
    """The window's readings (ms, micro-degrees), and what was found of them.

    `left` is the ms left before the threshold, as last worked out.
    """

    times: list[int] = []
    values: list[int] = []
    since: int | None = None
    due: int = 0
    rate: float = 0.0
    left: int = 0


@dataclass(frozen=True, slots=True)
class FastRise:
    """A temperature still inside `limit` that moves towards it.

    It has moved `least` micro-degrees within `window` ms, and at that rate is beyond in
    `horizon` ms or sooner. `least` is above what a thermostat's cycle moves. Readings less than
    `spacing` ms after the last one kept are passed over, so that the trail stays short.
    """

    limit: Limit
    id: str = "fast-rise"
    window: int = 20 * MINUTE_MS
    horizon: int = 30 * MINUTE_MS
    least: int = 5 * MICRO // 2
    spacing: int = MINUTE_MS

    def fresh(self) -> Trail:
        return Trail()

    def observe(
        self, state: Trail, at: int, value: float, is_paused: bool = False
    ) -> Finding | None:
        """`is_paused`: a door is open or a defrost runs (or its grace); the trail starts anew."""
        now = round(value)
        if is_paused:
            return self._end(state, at, clear=True)
        if state.times and at - state.times[-1] < self.spacing and not self.limit.beyond(now):
            return None
        state.times.append(at)
        state.values.append(now)
        while state.times[0] < at - self.window:
            del state.times[0], state.values[0]
        sign = self.limit.sign
        lowest = min(range(len(state.values)), key=lambda n: sign * state.values[n])
        moved = sign * (now - state.values[lowest])
        took = at - state.times[lowest]
        room = sign * (self.limit.threshold - now)
        if self.limit.beyond(now) or moved < self.least or took == 0:
            return self._end(state, at)
        left = max(0, room) * took // moved
        if left > self.horizon:
            return self._end(state, at)
        state.rate, state.left = from_micro(moved) / minutes(took), left
        if state.since is None:
            state.since, state.due = state.times[lowest], at
        return None

    def standing(self, state: Trail, now: int) -> Finding | None:
        if state.since is None:
            return None
        return Finding(self.id, state.since, state.due, None, self._values(state))

    def _end(self, state: Trail, at: int, clear: bool = False) -> Finding | None:
        """End what stands: it is past its limit (an excursion now), or no longer nears it."""
        ended = None
        if state.since is not None:
            ended = Finding(self.id, state.since, state.due, at, self._values(state))
        state.since = None
        if clear:
            state.times, state.values = [], []
        return ended

    @staticmethod
    def _values(state: Trail) -> dict[str, float]:
        """°C per minute, and the minutes left when it was last worked out."""
        return {"rate": state.rate, "left": minutes(state.left)}
