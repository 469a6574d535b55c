"""The ordinary case, many at once: channels that go on in order, without a gap, within bounds.

Candidates are gathered over the frames of a round (at most one a device) and judged as rows of a
matrix; what turns out not to be quiet is left to the long way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from coldchain.celsius import MICRO
from coldchain.enrolment import Post
from coldchain.exposure import SLOT_MS, Sums
from coldchain.judge import ChannelState, Plan
from coldchain.quiet_columns import Rows, fits, grow
from coldchain.rules.given import Given
from coldchain.segment import Interval

from .conditions import tell
from .effects import Effects
from .memory import ChannelMemory
from .trace_columns import Watched, can_watch, watch


@dataclass(slots=True)
class Candidate:
    """One channel's samples of one frame, at source offset `offset`; `spans` as in its memory.

    `stored` are its values once judged, °C.
    """

    device: str
    post: Post
    memory: ChannelMemory
    samples: Sequence[float | None]
    offset: int
    spans: Sequence[Interval] = ()
    stored: list[float] | None = None


@dataclass(slots=True)
class Quick:
    """Gathers candidates; `judge` judges those that are quiet, and marks them `stored`."""

    _groups: dict[tuple[int, int, int, int], tuple[Plan, Given, list[Candidate]]] = field(
        default_factory=dict
    )

    def offer(
        self,
        device: str,
        post: Post,
        memory: ChannelMemory | None,
        start: int,
        step: int,
        samples: Sequence[float | None],
        offset: int,
        spans: Sequence[Interval] = (),
    ) -> Candidate | None:
        """A candidate made of these evenly spaced samples; None where they are none."""
        plan, given = post.plan, post.rules
        if (
            plan is None
            or memory is None
            or memory.state is None
            or memory.last_at + step != start
            or memory.profile != plan.profile
            or memory.presumed
            or not fits(step, plan.max_gap)
            or len(memory.state.trackers) != len(plan.limits)
            or not memory.state.is_quiet()
            or None in samples
            or (given.stuck is not None if (trace := memory.trace) is None else trace.step != step)
            or (memory.spell is not None and given.pull_down is None)
        ):
            return None
        spans = [one for one in spans if one[1] + post.grace > start] if spans else spans
        candidate = Candidate(device, post, memory, samples, offset, spans)
        # One plan is one object, and so are one plan's rules (enrolment.Plans).
        key = id(plan), id(given), step, len(samples)
        group = self._groups.get(key)
        if group is None:
            if not can_watch(given, step, len(samples)):
                return None
            self._groups[key] = plan, given, [candidate]
        else:
            group[2].append(candidate)
        return candidate

    def judge(self, effects: Effects) -> None:
        """Judge what was offered."""
        for (_, _, step, _), (plan, given, candidates) in self._groups.items():
            _judge(plan, given, step, candidates, effects)
        self._groups.clear()


def _judge(
    plan: Plan, given: Given, step: int, candidates: list[Candidate], effects: Effects
) -> None:
    raw = np.array([one.samples for one in candidates], dtype=np.float64)
    micro = np.rint(raw * MICRO).astype(np.int64)
    micro += np.array([one.post.calibration for one in candidates])[:, None]
    low, high = plan.band
    is_quiet = (
        (micro.min(axis=1) >= low)
        & (micro.max(axis=1) <= high)
        & (raw.min(axis=1) >= np.array([one.post.least for one in candidates]))
        & (raw.max(axis=1) <= np.array([one.post.most for one in candidates]))
    )
    if not is_quiet.all():
        micro = micro[is_quiet]
        candidates = [one for one, quiet in zip(candidates, is_quiet, strict=True) if quiet]
        if not candidates:
            return
    last_at = np.array([one.memory.last_at for one in candidates])
    last_value = np.array([one.memory.last_value for one in candidates])
    states = [one.memory.state for one in candidates]
    rows = Rows(
        step,
        last_at,
        np.concatenate([last_value[:, None], micro], axis=1),
        [state.sums for state in states if state is not None],
    )
    grown = grow(plan.gauge, rows)
    if grown is None:
        return
    _watch(given, rows, candidates, effects)
    _keep(plan, step, candidates, micro, grown, effects)


def _watch(given: Given, rows: Rows, candidates: list[Candidate], effects: Effects) -> None:
    """The fleet rules over the same rows."""
    news = watch(
        Watched(
            given,
            rows.dt,
            rows.last_at,
            rows.values,
            [one.memory for one in candidates],
            [one.spans for one in candidates],
            candidates[0].post.grace,
        )
    )
    for row, told in news.items():
        one = candidates[row]
        said = one.memory.said
        tell(one.device, one.post.channel, said, told.standing, told.ended, one.offset, effects)


def _keep(
    plan: Plan,
    step: int,
    candidates: list[Candidate],
    micro: NDArray[np.int64],
    grown: list[dict[int, Sums]],
    effects: Effects,
) -> None:
    count = micro.shape[1]
    stored = (micro / MICRO).tolist()
    last_values = micro[:, -1].tolist()
    pieces = effects.pieces
    for one, slots, values, last_value in zip(candidates, grown, stored, last_values, strict=True):
        memory, state = one.memory, one.memory.state
        if state is None:
            continue
        at = memory.last_at + count * step
        for slot, sums in slots.items():
            pieces[one.device, one.post.channel, slot] = plan, sums
        sums = slots[at - at % SLOT_MS]  # nobody changes them in place: the next are made of them
        memory.state = ChannelState(at, last_value, state.count + count, state.trackers, sums)
        memory.last_at, memory.last_value = at, last_value
        one.stored = values
