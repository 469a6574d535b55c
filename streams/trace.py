"""What the rules of one channel remember between two readings, beside the channel's last reading.

The rules of coldchain/rules know states of their own; here they are put together small: the last
reading is the channel's, and a run that began with it, or a slot without a jump, needs no words.
`TAKE` makes a rule's state of it, `PUT` puts it back.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from coldchain.rules.cycling import Cycles
from coldchain.rules.faults import Jumps, Same, SensorNoisy
from coldchain.rules.findings import Spell
from coldchain.rules.rise import Trail

if TYPE_CHECKING:
    from .memory import ChannelMemory


class Trace(msgspec.Struct, array_like=True, gc=False):
    """What the rules of a temperature remember.

    `before` (micro-degrees): the reading before the last, `step` ms earlier; 0: there was none.
    `count`, `jumps`: of the slot of noise under way, the one in which the reading before the last
    lies; `noisy`: since and until when, where it is. `same`: of the run of one value that the last
    reading ends, since when, how often, how much of it known (ms), due since (-1: not);
    empty where the last reading begins it, one 0 where the rule has seen none.
    """

    step: int = 0
    before: int = 0
    count: int = 0
    jumps: int = 0
    same: tuple[int, ...] = ()
    noisy: tuple[int, ...] = ()
    trail: Trail = msgspec.field(default_factory=Trail)


#: `Trace.same` before the rule's first reading.
UNSEEN = (0,)


def _same(channel: "ChannelMemory") -> Same:
    trace = _trace(channel)
    if trace.same == UNSEEN:
        return Same()
    if not trace.same:
        return Same(channel.last_value, channel.last_at, channel.last_at, 1)
    since, count, known, due = trace.same
    return Same(channel.last_value, since, channel.last_at, count, known, None if due < 0 else due)


def _put_same(channel: "ChannelMemory", state: Same) -> None:
    if state.value is None:
        _trace(channel).same = UNSEEN
    elif state.count == 1:
        _trace(channel).same = ()
    else:
        due = -1 if state.due is None else state.due
        _trace(channel).same = state.since, state.count, state.known, due


def _jumps(channel: "ChannelMemory") -> Jumps:
    trace = _trace(channel)
    if not trace.step:
        seen = [] if trace.same == UNSEEN else [channel.last_at]
        return Jumps(seen, [channel.last_value] if seen else [])
    at = channel.last_at - trace.step
    since, until = trace.noisy or (None, 0)
    return Jumps(
        [at, channel.last_at],
        [trace.before, channel.last_value],
        at - at % SensorNoisy().window,
        trace.count,
        trace.jumps,
        since,
        until,
    )


def _put_jumps(channel: "ChannelMemory", state: Jumps) -> None:
    trace = _trace(channel)
    trace.count, trace.jumps = state.count, state.jumps
    trace.noisy = () if state.since is None else (state.since, state.until)
    trace.step, trace.before = 0, 0
    if len(state.times) == 2:
        trace.step, trace.before = state.times[1] - state.times[0], state.values[0]


def _trace(channel: "ChannelMemory") -> Trace:
    if channel.trace is None:
        channel.trace = Trace(same=UNSEEN)
    return channel.trace


def _put_trail(channel: "ChannelMemory", state: Trail) -> None:
    _trace(channel).trail = state


def _spell(channel: "ChannelMemory") -> Spell:
    return Spell() if channel.spell is None else channel.spell


def _put_spell(channel: "ChannelMemory", state: Spell) -> None:
    channel.spell = None if state.since is None else state


def _cycles(channel: "ChannelMemory") -> Cycles:
    return Cycles() if channel.cycles is None else channel.cycles


def _put_cycles(channel: "ChannelMemory", state: Cycles) -> None:
    channel.cycles = state


TAKE: Mapping[str, Callable[["ChannelMemory"], Any]] = {
    "sensor-stuck": _same,
    "sensor-noisy": _jumps,
    "fast-rise": lambda channel: _trace(channel).trail,
    "pull-down-late": _spell,
    "door-open": _spell,
    "mains-lost": _spell,
    "short-cycling": _cycles,
}
PUT: Mapping[str, Callable[["ChannelMemory", Any], None]] = {
    "sensor-stuck": _put_same,
    "sensor-noisy": _put_jumps,
    "fast-rise": _put_trail,
    "pull-down-late": _put_spell,
    "door-open": _put_spell,
    "mains-lost": _put_spell,
    "short-cycling": _put_cycles,
}
