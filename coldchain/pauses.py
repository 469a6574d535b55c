"""When a warning's minutes do not count: while a door is open or a defrost runs, and for a
while after.
"""

from collections.abc import Iterable, Sequence

from .segment import Interval, merged

#: The end of what has not ended yet, ms (past any time a frame may carry).
NOT_ENDED = 1 << 50


def spans_of(times: Sequence[int], values: Sequence[float]) -> list[Interval]:
    """The spans [from, to) during which a switch was on (1), from its readings in order (ms).

    It stays as it was last read; the last span ends at NOT_ENDED where it was never seen off.
    """
    spans: list[Interval] = []
    since: int | None = None
    for at, value in zip(times, values, strict=True):
        if value and since is None:
            since = at
        elif not value and since is not None:
            spans.append((since, at))
            since = None
    if since is not None:
        spans.append((since, NOT_ENDED))
    return spans


def pauses_of(spans: Iterable[Interval], grace: int) -> list[Interval]:
    """The pauses made by spans of open doors and defrosts, each prolonged by `grace` ms."""
    return merged([(since, until + grace) for since, until in spans])
