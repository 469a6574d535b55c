"""A consecutive limit along a parcel's way: what was warm in the van and in the locker after it
was warm all along.

Goods that are carried from one compartment into the next, or get a tag half way, do not begin
anew: an excursion on at the end of one stay goes on in the next, unless that begins at or inside
`clear`. It goes on through time nobody measured, which counts as possible, as within one channel.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .excursions import Excursion
from .leg import Measured
from .limits import Limit
from .verdict import Spent


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the way, by its length (ms): a stay with what was measured there, by channel, or
    a stretch of which nothing is known."""

    length: int
    channels: Sequence[Measured] = ()


@dataclass(frozen=True, slots=True)
class _Carried:
    """What reaches a moment of the way: the known ms of an excursion that is on (None: none is),
    and the most it may be with the unknown time before the moment, ms."""

    known: int | None = None
    possible: int = 0


def longest(limit: Limit, parts: Iterable[Part]) -> Spent:
    """The longest excursion along the way, its parts in order and end to end: the ms known to be
    beyond, and at most with unknown time. Of several channels of a stay the worst goes on."""
    carried, reached = _Carried(), [_Carried()]
    for part in parts:
        own = [channel for channel in part.channels if limit in channel.limits]
        if own:
            left = []
            for channel in own:
                *stops, leaving = _through(limit, channel, carried)
                reached += stops
                left.append(leaving)
            going_on = [one.known for one in left if one.known is not None]
            carried = _Carried(max(going_on, default=None), max(one.possible for one in left))
        else:
            carried = _Carried(carried.known, carried.possible + part.length)
        reached.append(carried)
    return Spent(max(one.known or 0 for one in reached), max(one.possible for one in reached))


def _through(limit: Limit, channel: Measured, carried: _Carried) -> list[_Carried]:
    """What a channel makes of what was carried in: all that ended in it, and last what goes out."""
    own = [one for one in channel.excursions if one.limit == limit.id]
    calm = channel.calm.get(limit.id)
    is_first = bool(own) and (calm is None or own[0].start <= calm[0])
    ended = [_Carried(None, carried.possible + channel.lead), _Carried(None, channel.longest_gap)]
    ended += [
        _added(carried if is_first and n == 0 else _Carried(), one) for n, one in enumerate(own)
    ]
    if own and own[-1].end in (None, channel.span[1]):
        return ended
    if not own and calm is None:  # all unknown, or between threshold and `clear`
        return [*ended, _Carried(carried.known, carried.possible + channel.unknown_ms)]
    return [*ended, _Carried(None, channel.trail)]


def _added(carried: _Carried, one: Excursion) -> _Carried:
    possible = one.ms + one.unknown_ms + one.touching_ms
    return _Carried((carried.known or 0) + one.ms, carried.possible + possible)
