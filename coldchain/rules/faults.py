"""Faults that one sensor's own readings give away: stuck, noisy.

A sensor fault only ever asks for review; it never excuses what was measured, nor condemns it.
"""

from dataclasses import dataclass

import msgspec

from coldchain.celsius import MICRO, from_micro
from coldchain.times import HOUR_MS, MINUTE_MS

from .findings import Finding


class Same(msgspec.Struct, array_like=True):
    """One value over and over: since when, until when so far, how often, how much of it known
    (ms), and since when that is too long."""

    value: int | None = None
    since: int = 0
    last: int = 0
    count: int = 0
    known: int = 0
    due: int | None = None


@dataclass(frozen=True, slots=True)
class SensorStuck:
    """A temperature (micro-degrees) the same to the last digit for `patience` ms of known time.

    A silence proves nothing: between readings further apart than `max_gap` (the profile's)
    nothing is counted, and there have to be `count` readings at least.
    """

    id: str = "sensor-stuck"
    patience: int = 6 * HOUR_MS
    count: int = 36
    max_gap: int = 10 * MINUTE_MS

    def fresh(self) -> Same:
        return Same()

    def observe(self, state: Same, at: int, value: float) -> Finding | None:
        now = round(value)
        if now == state.value:
            if at - state.last <= self.max_gap:
                state.known += at - state.last
            state.last, state.count = at, state.count + 1
            if state.due is None and state.known >= self.patience and state.count >= self.count:
                state.due = at
            return None
        found = self.standing(state, at)
        state.value, state.since, state.last, state.count = now, at, at, 1
        state.known, state.due = 0, None
        return None if found is None else msgspec.structs.replace(found, until=at)

    def standing(self, state: Same, now: int) -> Finding | None:
        if state.value is None or state.due is None:
            return None
        values = {"celsius": from_micro(state.value)}
        return Finding(self.id, state.since, state.due, None, values)


class Jumps(msgspec.Struct, array_like=True):
    """The last two readings, and how far readings of the slot under way jumped.

    `jumps` counts those that lay further off the line between their neighbours than noise may,
    of `count`; `since` is the first noisy slot of a row that goes on.
    """

    times: list[int] = []
    values: list[int] = []
    slot: int = 0
    count: int = 0
    jumps: int = 0
    since: int | None = None
    until: int = 0


@dataclass(frozen=True, slots=True)
class SensorNoisy:
    """A temperature (micro-degrees) that jumps about, as a loose contact makes it.

    Judged by whole slots of `window` ms of the readings' own time. A jump is a reading further
    than `jump` from the line between its neighbours, themselves no further apart than `near`: a
    cooling cycle takes longer to go to and fro. A slot is noisy where a `share` of its readings
    jump, and `count` of them at least: one great change, met in a slot of few readings, is none.
    """

    id: str = "sensor-noisy"
    window: int = 30 * MINUTE_MS
    near: int = 4 * MINUTE_MS
    jump: int = MICRO
    share: float = 0.25
    count: int = 6

    def fresh(self) -> Jumps:
        return Jumps()

    def observe(self, state: Jumps, at: int, value: float) -> Finding | None:
        ended = None
        if len(state.times) == 2:
            ended = self._turn(state, state.times[1])
            self._weigh(state, at, round(value))
        state.times = [*state.times, at][-2:]
        state.values = [*state.values, round(value)][-2:]
        return ended

    def standing(self, state: Jumps, now: int) -> Finding | None:
        if state.since is None:
            return None
        return Finding(self.id, state.since, state.since + self.window)

    def _turn(self, state: Jumps, at: int) -> Finding | None:
        """Go over to the slot of `at`; the noisy row that ends with a quiet slot before it."""
        slot = at - at % self.window
        if slot <= state.slot:
            return None
        before, state.slot = state.slot, slot
        noisy = state.jumps >= max(self.count, self.share * state.count)
        ended = None
        if state.since is not None and not (noisy and before == state.until):
            ended = Finding(self.id, state.since, state.since + self.window, state.until)
            state.since = None
        if noisy:
            state.since = before if state.since is None else state.since
            state.until = before + self.window
        state.count = state.jumps = 0
        return ended

    def _weigh(self, state: Jumps, at: int, value: int) -> None:
        """Count the last reading but one, now that both its neighbours are known."""
        (t0, t1), (v0, v1) = state.times, state.values
        if at - t0 > self.near:
            return
        line = v0 + (value - v0) * (t1 - t0) // (at - t0)
        state.count += 1
        state.jumps += abs(v1 - line) > self.jump
