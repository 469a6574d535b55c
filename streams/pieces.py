"""Pieces of exposure as they come of a batch: one by one, or many at once as columns.

A mapping by device, channel and slot (ms). Columns are made into entries when somebody looks;
of one piece said twice, the later stands.
"""

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coldchain.exposure import SLOT_MS, Sums
from coldchain.judge import Plan

#: Device, channel, slot (ms).
Key = tuple[str, str, int]
Entry = tuple[Plan, Sums]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Columns:
    """Pieces of channels of one plan, none of which was beyond a limit.

    `keys` (device and channel) and `numbers` (one number is one channel; a channel may have
    several) by row; `row`, `slot` and `sums` (`Sums` in its own order, less what is beyond) by
    piece. The least and greatest of a piece without readings say nothing.
    """

    plan: Plan
    keys: list[tuple[str, str]]
    numbers: Ints
    row: Ints
    slot: Ints
    sums: Ints

    def some(self, which: NDArray[np.bool_]) -> "Columns":
        """Some of the pieces."""
        if which.all():
            return self
        row, slot, sums = self.row[which], self.slot[which], self.sums[which]
        return Columns(self.plan, self.keys, self.numbers, row, slot, sums)

    def entries(self) -> Iterator[tuple[Key, Entry]]:
        """The pieces one by one."""
        none = [0] * (2 * len(self.plan.limits))
        low: int | None
        high: int | None
        every = zip(self.row.tolist(), self.slot.tolist(), self.sums.tolist(), strict=True)
        for row, slot, (count, ms, low, high, integral, mkt, shelf) in every:
            if not count:
                low = high = None
            sums = Sums(count, ms, low, high, integral, mkt, shelf, none)
            yield (*self.keys[row], slot), (self.plan, sums)


#: Slots are numbered in so many bits, which is until the year 2262; above them are channels.
_SLOT_BITS = 35


def _less_superseded(
    parts: "list[Columns | dict[Key, Entry]]",
) -> "list[Columns | dict[Key, Entry]]":
    """The parts, without the pieces that columns after them say again."""
    columns = [part for part in parts if isinstance(part, Columns)]
    if len(columns) < 2:
        return parts
    every = np.concatenate(
        [one.numbers[one.row] << _SLOT_BITS | one.slot // SLOT_MS for one in columns]
    )
    # The first of the reversed is the last.
    _, index = np.unique(every[::-1], return_index=True)
    is_last = np.zeros(len(every), dtype=np.bool_)
    is_last[len(every) - 1 - index] = True
    left: list[Columns | dict[Key, Entry]] = []
    begin = 0
    for part in parts:
        if isinstance(part, Columns):
            end = begin + len(part.row)
            part, begin = part.some(is_last[begin:end]), end
        left.append(part)
    return left


class Pieces(MutableMapping[Key, Entry]):
    """What became of the slots that a batch touched."""

    def __init__(self) -> None:
        self._parts: list[Columns | dict[Key, Entry]] = []

    def add(self, columns: Columns) -> None:
        """Take many at once; nobody may change them any more."""
        self._parts.append(columns)

    def __setitem__(self, key: Key, entry: Entry) -> None:
        if not self._parts or isinstance(self._parts[-1], Columns):
            self._parts.append({})
        part = self._parts[-1]
        if isinstance(part, dict):
            part[key] = entry

    def __getitem__(self, key: Key) -> Entry:
        return self._whole()[key]

    def __delitem__(self, key: Key) -> None:
        del self._whole()[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._whole())

    def __len__(self) -> int:
        return len(self._whole())

    def __ior__(self, other: "Pieces") -> "Pieces":
        self.update(other)
        return self

    def latest(self) -> Iterator[Columns | dict[Key, Entry]]:
        """All of them, each once, the latest; in columns as far as they came so."""
        known: set[Key] = set()
        for part in reversed(_less_superseded(self._parts)):
            if isinstance(part, dict):
                yield {key: entry for key, entry in part.items() if key not in known}
                known.update(part)
                continue
            slots, keys = part.slot.tolist(), part.keys
            own = [(*keys[row], slot) for row, slot in zip(part.row.tolist(), slots, strict=True)]
            if known and not known.isdisjoint(own):
                part = part.some(np.array([key not in known for key in own]))
            yield part
            known.update(own)

    def _whole(self) -> dict[Key, Entry]:
        """All as one; the latest of each piece."""
        if len(self._parts) == 1 and isinstance(self._parts[0], dict):
            return self._parts[0]
        whole: dict[Key, Entry] = {}
        for part in reversed(_less_superseded(self._parts)):
            if isinstance(part, dict):
                for key, entry in part.items():
                    whole.setdefault(key, entry)
            else:
                for key, entry in part.entries():
                    whole.setdefault(key, entry)
        self._parts = [whole]
        return whole
