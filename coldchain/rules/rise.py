"""Rate of rise: warming so fast that a limit will be reached soon, and how soon."""

from dataclasses import dataclass

import msgspec

from coldchain.celsius import MICRO, from_micro
from coldchain.limits import Limit
from coldchain.times import MINUTE_MS, minutes

from .findings import Finding


class Trail(msgspec.Struct, array_like=True, gc=False):
    """Readings that a rise may have begun at (ms, micro-degrees), and the rise that stands.

    A window's lowest is the first of them, and each of the others the lowest since the one
    before it: short, unless the temperature moves.
    """

    times: list[int] = []
    values: list[int] = []
    found: Finding | None = None


@dataclass(frozen=True, slots=True)
class FastRise:
    """A temperature still inside `limit` that moves towards it.

    It has moved `least` micro-degrees from its lowest within `window` ms, and at that rate is
    beyond in `horizon` ms or sooner; over at the limit, or when it has moved less than half of
    `least`, which is above what a thermostat's cycle moves. Of each `spacing` ms (of the epoch)
    the first reading may be that lowest; of readings that lie within one `grain` (micro-degrees)
    the later is. The figures are those of when it was found.
    """

    limit: Limit
    id: str = "fast-rise"
    window: int = 20 * MINUTE_MS
    horizon: int = 30 * MINUTE_MS
    least: int = 5 * MICRO // 2
    spacing: int = MINUTE_MS
    grain: int = MICRO // 4

    def fresh(self) -> Trail:
        return Trail()

    def observe(
        self, state: Trail, at: int, value: float, is_paused: bool = False
    ) -> Finding | None:
        """`is_paused`: a door is open or a defrost runs (or its grace); the trail starts anew."""
        now = round(value)
        if is_paused:
            return self._anew(state, at)
        self.keep(state, at, now)
        is_beyond = self.limit.beyond(now)
        sign = self.limit.sign
        moved = sign * (now - state.values[0])
        if state.found is not None:
            # Over when it is past its limit (an excursion now), or has turned.
            if is_beyond or moved < self.least // 2:
                ended = self._anew(state, at)
                self.keep(state, at, now)
                return ended
        elif moved >= self.least and not is_beyond:
            took = at - state.times[0]
            left = max(0, sign * (self.limit.threshold - now)) * took // moved
            if left <= self.horizon:
                figures = {"rate": from_micro(moved) / minutes(took), "left": minutes(left)}
                state.found = Finding(self.id, state.times[0], at, None, figures)
        return None

    def standing(self, state: Trail, now: int) -> Finding | None:
        return state.found

    def keep(self, state: Trail, at: int, value: int) -> None:
        """Take a reading into the trail, if it may be a lowest; leave behind what is too old."""
        times, values = state.times, state.values
        if times and at // self.spacing == times[-1] // self.spacing:
            return
        while times and times[0] < at - self.window:
            del times[0], values[0]
        height = self.height(value)
        while values and self.height(values[-1]) >= height:
            del times[-1], values[-1]
        times.append(at)
        values.append(value)

    def height(self, value: int) -> int:
        """How far towards the limit a value lies, in whole grains."""
        return self.limit.sign * value // self.grain

    @staticmethod
    def _anew(state: Trail, at: int) -> Finding | None:
        """Begin the trail anew; what stands ends here, and no later one begins before."""
        state.times, state.values = [], []
        found, state.found = state.found, None
        return None if found is None else msgspec.structs.replace(found, until=at)
