"""A logger's written times, as ms since the epoch, UTC.

Read: ISO 8601 (rounded down to ms); the same with `/` or `.`, with one-digit months and days;
epoch seconds or milliseconds, told apart by their size; and, where a layout says in which order
day, month and year come, 10/02/2016 2:10:16 PM. A time with a zone of its own is of that zone;
a local one is of the clock's, and refused in the hour that comes twice or never.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coldchain.times import HOUR_MS

from .errors import LineRefusedError, NoZoneError, quoted

Order = Literal["ymd", "dmy", "mdy"]
ORDERS: tuple[Order, ...] = ("ymd", "dmy", "mdy")

#: Epoch seconds from 1973 to 5138; in ms the same digits mean 1973 onwards too.
EPOCH_SECONDS = (1e8, 1e11)
EPOCH_MS = (1e11, 1e14)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: No logger measured before, none of today will after.
_LIKELY = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
_LOCAL_EPOCH = _EPOCH.replace(tzinfo=None)
_MS = timedelta(milliseconds=1)
#: A block of lines spans less, or has a wrong time in it that is to be found.
_MOST_HOURS = 1_000_000
_NUMBER = re.compile(r"\d{9,14}(\.\d+)?")
_WRITTEN = re.compile(
    r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})"
    r"(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp]\.?[Mm]\.?)?)?"
)


@dataclass(frozen=True)
class Clock:
    """How a file's times are read: the zone of local ones, the order of day, month and year."""

    zone: tzinfo | None = None
    order: Order = "ymd"
    _offsets: dict[int, int | None] = field(default_factory=dict, compare=False, repr=False)

    def read(self, text: str) -> int:
        """The time in ms. Raises LineRefusedError (NoZoneError: a local time of no zone)."""
        text = text.strip()
        at = _epoch(text) if _NUMBER.fullmatch(text) else self._read_written(text)
        if not is_likely(at, at):
            raise LineRefusedError("not-a-time", text=quoted(text))
        return at

    def _read_written(self, text: str) -> int:
        moment = _written(text, self.order) or _iso(text)
        if moment is None:
            raise LineRefusedError("not-a-time", text=quoted(text))
        if moment.tzinfo is not None:
            return (moment - _EPOCH) // _MS
        if self.zone is None:
            raise NoZoneError(text)
        if not _LIKELY[0].year <= moment.year < _LIKELY[1].year:
            raise LineRefusedError("not-a-time", text=quoted(text))
        return (_settled(moment, self.zone) - _EPOCH) // _MS

    def localise(self, local: NDArray[np.int64]) -> NDArray[np.int64] | None:
        """Local times (ms, as if UTC) as UTC; None where one needs a closer look, or a zone.

        Looked up an hour at a time: an hour in which the offset changes is one to look at.
        """
        if self.zone is None or not len(local):
            return None
        hours = local // HOUR_MS
        first = int(hours.min())
        rows = hours - first
        if int(rows.max()) > _MOST_HOURS:
            return None
        table = np.zeros(int(rows.max()) + 1, dtype=np.int64)
        present = np.flatnonzero(np.bincount(rows))
        for row in present.tolist():
            offset = self._offset(first + row)
            if offset is None:
                return None
            table[row] = offset
        return local - table[rows]

    def _offset(self, hour: int) -> int | None:
        """The offset (ms) all through a local hour; None where it changes in it."""
        if hour not in self._offsets:
            self._offsets[hour] = self._look_up(hour)
        return self._offsets[hour]

    def _look_up(self, hour: int) -> int | None:
        start = _LOCAL_EPOCH + timedelta(hours=hour)
        ends = (start, start + timedelta(hours=1) - _MS)
        found = {_offset_of(end.replace(fold=fold), self.zone) for end in ends for fold in (0, 1)}
        return found.pop() if len(found) == 1 else None


def is_likely(first: int, last: int) -> bool:
    """Whether times from `first` to `last` (ms) may be a logger's: there were none before."""
    least, most = ((end - _EPOCH) // _MS for end in _LIKELY)
    return least <= first and last < most


def _offset_of(local: datetime, zone: tzinfo | None) -> int:
    offset = local.replace(tzinfo=zone).utcoffset()
    return (offset or timedelta()) // _MS


def order_of(texts: Iterable[str], fits: Iterable[Order] = ORDERS) -> Order | None:
    """The order of day, month and year in which a logger's times make sense; None: can't tell.

    One that every time can be read by; of several, the one by which the times lie closest
    together (a logger samples every few minutes, not once a month).
    """
    texts = [text for text in texts if text.strip()]
    spans: dict[Order, tuple[datetime, datetime]] = {}
    for order in fits:
        read = [_written(text.strip(), order) for text in texts]
        moments = [moment for moment in read if moment is not None]
        if moments and len(moments) == len(read):
            spans[order] = min(moments), max(moments)
    if not spans:
        return None
    width = min(last - first for first, last in spans.values())
    closest = {order: span for order, span in spans.items() if span[1] - span[0] == width}
    return next(iter(closest)) if len(set(closest.values())) == 1 else None


def _epoch(text: str) -> int:
    value = float(text)
    if EPOCH_SECONDS[0] <= value < EPOCH_SECONDS[1]:
        return round(value * 1000)
    if EPOCH_MS[0] <= value < EPOCH_MS[1]:
        return int(value)
    raise LineRefusedError("not-a-time", text=quoted(text))


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _written(text: str, order: Order) -> datetime | None:
    """A date with separators and perhaps a time of day, no zone; None where it is not that."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        return None
    parts = dict(zip(order, match.groups()[:3], strict=True))
    if len(parts["y"]) not in (2, 4) or max(len(parts["m"]), len(parts["d"])) > 2:
        return None
    year = int(parts["y"]) + (2000 if len(parts["y"]) == 2 else 0)
    hour, minute, second = (int(match[group] or 0) for group in (4, 5, 6))
    if match[8]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[8][0] in "Pp" else 0)
    micro = int((match[7] or "0").ljust(6, "0")[:6])
    try:
        return datetime(year, int(parts["m"]), int(parts["d"]), hour, minute, second, micro)  # noqa: DTZ001 - its zone comes after
    except ValueError:
        return None


def _settled(local: datetime, zone: tzinfo) -> datetime:
    """The moment a local time names. Raises LineRefusedError where it names two, or none."""
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    before, after = first.utcoffset(), second.utcoffset()
    if before is None or after is None or before == after:
        return first
    raise LineRefusedError(
        "comes-twice" if before > after else "does-not-exist",
        text=local.isoformat(sep=" "),
        zone=str(zone),
    )
