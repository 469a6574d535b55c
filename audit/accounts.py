"""Accounting: which frames of each device's boot are archived, and which are missing.

A device counts its frames within a boot from 0. Of each boot the numbers seen are kept as
ranges; what lies between them has not come. What came after the last one cannot be known.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from coldchain.frames import Count

from .entries import Entry

Ranges = list[tuple[int, int]]


class Numbered(msgspec.Struct):
    """As much of a frame as says which it is: what counts otherwise is no frame."""

    device: str
    boot: Count
    seq: Count


_decoder = msgspec.json.Decoder(Numbered)


def numbered(value: bytes) -> Numbered | None:
    """Which frame these bytes are; None where they are none."""
    try:
        return _decoder.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


@dataclass(frozen=True, slots=True)
class Account:
    """Of one boot: the numbers seen as closed ranges in order, and how many frames came again."""

    ranges: tuple[tuple[int, int], ...] = ()
    repeats: int = 0

    @property
    def frames(self) -> int:
        return sum(last - first + 1 for first, last in self.ranges)

    @property
    def missing(self) -> int:
        """How many from 0 to the last seen have not come."""
        return self.ranges[-1][1] + 1 - self.frames if self.ranges else 0

    def gaps(self) -> Ranges:
        """The numbers that have not come, as closed ranges."""
        before = -1
        found: Ranges = []
        for first, last in self.ranges:
            if first > before + 1:
                found.append((before + 1, first - 1))
            before = last
        return found

    def plus(self, numbers: Iterable[int]) -> "Account":
        """With these numbers seen as well."""
        new = sorted(numbers)
        fresh = sorted(set(new))
        merged: Ranges = []
        for first, last in sorted([*self.ranges, *((n, n) for n in fresh)]):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = merged[-1][0], max(last, merged[-1][1])
            else:
                merged.append((first, last))
        after = Account(tuple(merged))
        came_again = len(new) - (after.frames - self.frames)
        return Account(after.ranges, self.repeats + came_again)


def by_boot(entries: Iterable[Entry]) -> dict[tuple[str, int], list[int]]:
    """The numbers of the frames among entries, by device and boot."""
    found: dict[tuple[str, int], list[int]] = {}
    for entry in entries:
        one = numbered(entry.value) if entry.kind == "frames" else None
        if one is not None:
            found.setdefault((one.device, one.boot), []).append(one.seq)
    return found
