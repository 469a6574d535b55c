"""Short-cycling: a compressor that starts too often, and wears itself out."""

from dataclasses import dataclass

import msgspec

from coldchain.times import HOUR_MS, minutes

from .findings import Finding


class Cycles(msgspec.Struct, array_like=True):
    """The last starts (ms, oldest first), whether it runs, and since when it is too often."""

    starts: list[int] = []
    is_running: bool | None = None
    since: int | None = None
    due: int = 0


@dataclass(frozen=True, slots=True)
class ShortCycling:
    """A compressor (1: running) that starts `starts` times or more within `window` ms.

    Found at the start that makes it so, from the first of them; over when the window holds
    fewer, which a later reading of the compressor has to prove. The first reading is no start:
    it may have been running before.
    """

    id: str = "short-cycling"
    starts: int = 8
    window: int = HOUR_MS

    def fresh(self) -> Cycles:
        return Cycles()

    def observe(self, state: Cycles, at: int, value: float) -> Finding | None:
        ended = self._ended(state, at)
        if ended is not None:
            state.since = None
        is_running = value != 0
        if is_running and state.is_running is False:
            state.starts = [*state.starts, at][-self.starts :]
            if state.since is None and self._is_often(state):
                state.since, state.due = state.starts[0], at
        state.is_running = is_running
        return ended

    def standing(self, state: Cycles, now: int) -> Finding | None:
        if state.since is None:
            return None
        return Finding(self.id, state.since, state.due, None, self._values())

    def _is_often(self, state: Cycles) -> bool:
        starts = state.starts
        return len(starts) == self.starts and starts[-1] - starts[0] < self.window

    def _ended(self, state: Cycles, now: int) -> Finding | None:
        """The finding that the window has left behind by `now`."""
        if state.since is None:
            return None
        until = state.starts[0] + self.window
        if now < until:
            return None
        return Finding(self.id, state.since, state.due, until, self._values())

    def _values(self) -> dict[str, float]:
        return {"starts": float(self.starts), "window": minutes(self.window)}
