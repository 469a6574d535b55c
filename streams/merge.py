"""Late readings merged into the store: of different values at one time the greater stands."""

from collections.abc import Iterable
from dataclasses import dataclass

from coldchain.celsius import from_micro
from series.lines import escape

from . import points
from .layout import reading_head
from .past import Asking, conflicts, readings


@dataclass(frozen=True, slots=True)
class Merged:
    """What late readings change of those stored: values to write, and the lesser of conflicts."""

    stands: dict[int, int]
    lesser: dict[int, int]


def merge(stored: dict[int, int], late: Iterable[tuple[int, int]]) -> Merged:
    """Merge late readings (ms, micro-units) into those stored at the same times.

    In any order and with any repeats the same comes of it: the greatest value stands, the least
    is the conflict's.
    """
    stands = dict(stored)
    lesser: dict[int, int] = {}
    for at, value in late:
        known = stands.get(at)
        if known is None:
            stands[at] = value
        elif value != known:
            lesser[at] = min(lesser.get(at, known), known, value)
            stands[at] = max(known, value)
    changed = {at: value for at, value in stands.items() if stored.get(at) != value}
    return Merged(changed, lesser)


def lines_of(device: str, channel: str, late: list[tuple[int, int]]) -> Asking[list[str]]:
    """The lines that merge these late readings of a channel into the store."""
    start, end = min(late)[0], max(late)[0]
    stored = yield from readings(device, channel, start, end + 1)
    merged = merge(dict(zip(*stored, strict=True)), late)
    compartment, field = channel.split(".", 1)
    begin = f"{reading_head(device, compartment)} {escape(field)}="
    lines = [f"{begin}{from_micro(value)!r} {at}" for at, value in sorted(merged.stands.items())]
    if merged.lesser:
        known = yield from conflicts(device, channel, start, end)
        for at, value in sorted(merged.lesser.items()):
            least = from_micro(min(value, known.get(at, value)))
            lines.append(points.flagged(device, channel, "conflict", at, least))
    return lines
