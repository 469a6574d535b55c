"""Pieces of exposure as they come of a batch: one by one, or many at once as columns.

A mapping by device, channel and slot (ms). Columns are made into entries when somebody looks;
of one piece said twice, the later stands.
"""

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coldchain.exposure import Sums
from coldchain.judge import Plan

#: Device, channel, slot (ms).
Key = tuple[str, str, int]
Entry = tuple[Plan, Sums]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Columns:
    """Pieces of channels of one plan, none of which was beyond a limit.

    `keys`: device and channel by row; `row`, `slot` and `sums` (`Sums` in its own order, less
    what is beyond) by piece; `low` and `high` of one without readings say nothing.
    """

    plan: Plan
    keys: list[tuple[str, str]]
    row: Ints
    slot: Ints
    sums: Ints


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

    def _whole(self) -> dict[Key, Entry]:
        """All as one; the latest of each piece."""
        if len(self._parts) == 1 and isinstance(self._parts[0], dict):
            return self._parts[0]
        whole: dict[Key, Entry] = {}
        for part in reversed(self._parts):
            if isinstance(part, dict):
                for key, entry in part.items():
                    whole.setdefault(key, entry)
            else:
                _entries(part, whole)
        self._parts = [whole]
        return whole


def _entries(columns: Columns, whole: dict[Key, Entry]) -> None:
    """The pieces as entries, but for those that are there already, which are later."""
    plan, keys = columns.plan, columns.keys
    none = [0] * (2 * len(plan.limits))
    low: int | None
    high: int | None
    every = zip(columns.row.tolist(), columns.slot.tolist(), columns.sums.tolist(), strict=True)
    for row, slot, numbers in every:
        key = *keys[row], slot
        if key in whole:
            continue
        count, ms, low, high, integral, mkt, shelf = numbers
        if not count:
            low = high = None
        whole[key] = plan, Sums(count, ms, low, high, integral, mkt, shelf, none)
