"""Very many excursions, as columns: a file noisy about a threshold has hundreds of thousands.

A quarter of the memory of objects, which are made as they are asked for.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from .excursions import Excursion
from .limits import Limit

Ints = NDArray[np.int64]

#: A time that is none.
NEVER = -(1 << 62)
FIELDS = Excursion.__struct_fields__[2:]
#: An excursion's figures, in the order of its fields after limit and severity.
FIGURES = len(FIELDS)
_MAY_BE_NONE = [FIELDS.index(name) for name in ("confirmed", "end", "presumed")]
#: So many are made at once.
BLOCK = 4096


class Excursions(Sequence[Excursion]):
    """Excursions by start, then by the name of their limit. `rank`: which limit, of `limits`;
    `figures`: a row a field, a column an excursion, NEVER for None."""

    def __init__(self, limits: Sequence[Limit], rank: Ints, figures: Ints) -> None:
        self.limits = tuple(limits)
        by_name = np.argsort(np.argsort([limit.id for limit in limits]))
        order = np.lexsort((by_name[rank], figures[1])) if len(rank) else rank
        self.rank, self.figures = rank[order], figures
        for row in figures:  # one at a time: there may be as much of them as of readings
            row[:] = row[order]

    @classmethod
    def of(
        cls,
        limits: Sequence[Limit],
        parts: Sequence[tuple[int, Ints]] = (),
        more: Iterable[Excursion] = (),
    ) -> "Excursions":
        """Those of parts (which limit, figures) and some more."""
        nth = {limit.id: n for n, limit in enumerate(limits)}
        columns = [*parts, *((nth[one.limit], _figures(one)) for one in more)]
        sizes = [part.shape[1] for _, part in columns]
        rank = np.repeat(np.array([n for n, _ in columns], dtype=np.int64), sizes)
        figures = np.empty((FIGURES, len(rank)), dtype=np.int64)
        at = 0
        for size, (_, part) in zip(sizes, columns, strict=True):
            figures[:, at : at + size] = part
            at += size
        return cls(limits, rank, figures)

    def __len__(self) -> int:
        return len(self.rank)

    def __iter__(self) -> Iterator[Excursion]:
        for block in self.blocks():
            yield from block

    def blocks(self) -> Iterator[list[Excursion]]:
        """All of them in order, some thousands at a time."""
        for start in range(0, len(self), BLOCK):
            stop = start + BLOCK
            ranks = self.rank[start:stop].tolist()
            rows = self.figures[:, start:stop].T.tolist()
            yield [self._made(rank, row) for rank, row in zip(ranks, rows, strict=True)]

    def figure(self, name: str) -> Ints:
        """A field of all of them."""
        found: Ints = self.figures[FIELDS.index(name)]
        return found

    @overload
    def __getitem__(self, at: int) -> Excursion: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Excursion]: ...

    def __getitem__(self, at: int | slice) -> Excursion | Sequence[Excursion]:
        if isinstance(at, slice):
            return [self[n] for n in range(*at.indices(len(self)))]
        return self._made(int(self.rank[at]), self.figures[:, at].tolist())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(tuple(self))

    def _made(self, rank: int, row: list[int | None]) -> Excursion:
        for nth in _MAY_BE_NONE:
            if row[nth] == NEVER:
                row[nth] = None
        limit = self.limits[rank]
        return Excursion(limit.id, limit.severity, *row)  # type: ignore[arg-type]


def _figures(one: Excursion) -> Ints:
    values = [getattr(one, name) for name in FIELDS]
    row = [NEVER if value is None else value for value in values]
    return np.array(row, dtype=np.int64).reshape(-1, 1)
