"""Spans of time during which something is so in a compartment: a door open, the mains lost.

Kept as three columns sorted by start; times in ms. Doors of a million compartments are a few
thousand spans a minute, so each step looks only at those that touch it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coldchain.segment import merged

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Openings:
    """Spans [start, end) by compartment, sorted by start; those of one never overlap."""

    box: Ints
    start: Ints
    end: Ints

    def __len__(self) -> int:
        return len(self.box)

    @classmethod
    def of(cls, spans: Iterable[tuple[int, int, int]]) -> "Openings":
        """From (compartment, start, end); overlapping ones of a compartment become one."""
        by_box: dict[int, list[tuple[int, int]]] = {}
        for box, start, end in spans:
            by_box.setdefault(box, []).append((start, end))
        rows = [(box, *span) for box, own in by_box.items() for span in merged(own)]
        return cls.sorted(np.array(rows, dtype=np.int64).reshape(-1, 3))

    @classmethod
    def sorted(cls, rows: Ints) -> "Openings":
        """From rows of (compartment, start, end) that do not overlap."""
        rank = np.lexsort((rows[:, 0], rows[:, 1]))
        box, start, end = rows[rank].T
        return cls(box.copy(), start.copy(), end.copy())

    def rows(self) -> Ints:
        """As rows of (compartment, start, end)."""
        return np.stack([self.box, self.start, self.end], axis=1)

    def also(self, spans: Iterable[tuple[int, int, int]]) -> "Openings":
        """With further spans; only the compartments they touch are merged anew."""
        extra = np.array(list(spans), dtype=np.int64).reshape(-1, 3)
        touched = np.isin(self.box, extra[:, 0])
        own: list[tuple[int, int, int]] = [
            (box, start, end)
            for box, start, end in np.concatenate([self.rows()[touched], extra]).tolist()
        ]
        mended = Openings.of(own)
        return Openings.sorted(np.concatenate([self.rows()[~touched], mended.rows()]))


class Window:
    """Openings met in rising windows of time: what touches the next one, without a search."""

    def __init__(self, openings: Openings) -> None:
        self._all = openings
        self._next = 0
        self._open = np.zeros(0, dtype=np.int64)

    def touching(self, start: int, end: int) -> Openings:
        """The spans that touch [start, end), or end as it starts; each call begins where the
        last one ended.
        """
        stop = int(np.searchsorted(self._all.start, end, "left"))
        which = np.concatenate([self._open, np.arange(self._next, stop)])
        which = which[self._all.end[which] >= start]
        self._next = stop
        self._open = which[self._all.end[which] >= end]
        return Openings(self._all.box[which], self._all.start[which], self._all.end[which])


def shares(spans: Openings, boxes: int, start: int, step: int, steps: int) -> NDArray[np.float64]:
    """The share of each step during which each compartment's span lasts: [steps, boxes]."""
    out = np.zeros((steps, boxes))
    if not len(spans):
        return out
    edges = start + step * np.arange(steps, dtype=np.int64)[:, None]
    lasts = np.minimum(spans.end, edges + step) - np.maximum(spans.start, edges)
    step_of = np.arange(steps)[:, None]
    np.add.at(out, (step_of, spans.box[None, :]), np.maximum(lasts, 0) / step)
    return out
