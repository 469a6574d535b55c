"""Looks whether records that wait are handed on at all.

Seen a few times: a worker with its partitions assigned, at whose agents nothing ever arrives. Its
commits stand still as well, but a store that is away makes them stand still too; where nothing is
under way, there is nothing to wait for.
"""

from collections.abc import Callable, Mapping

from .watchdog import Stall

#: Seconds after which a worker to which nothing comes ends; the most that one look counts for.
NOTHING_WITHIN, LOOK_COUNTS = 60.0, 5.0


class NothingComesError(Exception):
    """Records wait, and none is handed on; the message says so in one line."""


class HandedOn:
    """How long each partition's records have waited, of the time this process was awake."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock`: seconds, never back."""
        self._clock = clock
        self._at = clock()
        self._awake = 0.0
        self._stall = Stall[int]()

    def look(self, read: Mapping[int, int], ends: Mapping[int, int], *, is_busy: bool) -> None:
        """`read`: the next offset of each partition. Raises NothingComesError."""
        now = self._clock()
        self._awake += min(now - self._at, LOOK_COUNTS)  # one that was frozen has not waited
        self._at = now
        if self._stall.look({} if is_busy else read, ends, self._awake) >= NOTHING_WITHIN:
            waits = sum(max(0, ends[one] - offset) for one, offset in read.items())
            raise NothingComesError(
                f"{waits} frames wait and none came for {NOTHING_WITHIN:.0f} s: the worker stops, "
                "the next begins where it was"
            )
