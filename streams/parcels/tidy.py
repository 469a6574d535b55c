"""Parcels that are over leave the workers' state, a few at each checkpoint.

A parcel delivered, nowhere aboard, not held, and whose last record was said, is put away once
nothing came for it for `keep_ms`: what is left says where its scans are. When the topic of scans
no longer keeps those, that goes as well. Its last record stays on `coldchain.parcels`.
"""

from collections.abc import Callable, Collection, Iterator, Mapping

from broker.topics import SCANS
from coldchain.times import MINUTE_MS
from streams.memories import partition_of

from .memory import ParcelMemory, pack, unpack

#: Parcels looked at in one checkpoint, and ms between the beginnings of two rounds at least.
AT_ONCE = 500
ROUND_MS = 10 * MINUTE_MS
#: Scans are kept for so long, ms; no parcel put away can be taken up again after that.
FORGET_MS = SCANS.retention_ms or 0


class Tidy:
    """Finds them. `mine`: the partitions of scans that are this worker's; the state of others may
    be stale here."""

    def __init__(
        self,
        packed: Mapping[bytes, bytes],
        mine: Callable[[], Collection[int]],
        partitions: int,
        keep_ms: int,
    ) -> None:
        self._packed = packed
        self._mine = mine
        self._partitions = partitions
        self._keep_ms = keep_ms
        self._round: Iterator[bytes] = iter(())
        self._began = 0

    def few(self, kept: Mapping[str, bytes], now: int) -> dict[str, tuple[int, bytes | None]]:
        """By parcel: its partition, and what to keep of it (None: nothing). `kept` outranks what
        the changelog had; `now` in ms."""
        found: dict[str, tuple[int, bytes | None]] = {}
        mine = self._mine()
        for key in self._next(kept, now):
            place, name = partition_of(key, self._partitions), key.decode()
            raw = kept.get(name) or self._packed.get(key)
            if place in mine and raw is not None:
                memory = unpack(raw)
                after = left_of(memory, now, self._keep_ms)
                if after is not memory:
                    found[name] = place, None if after is None else pack(after)
        return found

    def _next(self, kept: Mapping[str, bytes], now: int) -> Iterator[bytes]:
        for _ in range(AT_ONCE):
            key = next(self._round, None)
            if key is None:
                if now - self._began < min(ROUND_MS, self._keep_ms):
                    return
                self._began = now
                self._round = iter({*self._packed, *(name.encode() for name in kept)})
                return
            yield key


def left_of(memory: ParcelMemory, now: int, keep_ms: int) -> ParcelMemory | None:
    """What to keep of a parcel at `now` (ms): all of it, where its scans are, or nothing."""
    quiet = now - memory.touched
    if memory.is_away:
        return None if quiet > FORGET_MS else memory
    return memory.put_away() if memory.is_over and quiet > keep_ms else memory
