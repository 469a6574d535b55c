"""A logger's file, read: columns of readings, and every line that is none with its reason.

Blocks of whole lines go to the fast reader. From what it refuses, the lines that look odd are
taken out and read slowly; if it refuses the rest too, the block is halved, until what is left is
few lines. So bad lines among millions cost little.
"""

import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from .clock import Clock, Order, is_likely
from .errors import LineRefusedError, LoggerFileError, Refusal
from .fast import Columns, FastReader, fast_reader, release
from .layout import Head, Layout
from .layouts import recognise
from .slow import Refused, Row, read_lines
from .source import BLOCK_BYTES, Block, blocks, count_lines, decoded

#: Lines by which a layout is recognised.
HEAD_LINES = 1_000
#: So few lines are read slowly at once.
FEW_LINES = 64
#: Arrow and numpy let two threads work side by side.
THREADS = 2


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or one value of it, that could not be read: its number from 1, and why."""

    line: int
    why: Refusal

    @property
    def reason(self) -> str:
        """Why, in words."""
        return self.why.text()


@dataclass(frozen=True, slots=True)
class LoggerChannel:
    """One column of temperatures: micro-degrees, one for each of the file's times.

    `valid` says which are values; None: all. `rejected` are the values that could not be read.
    """

    name: str
    values: NDArray[np.int32]
    valid: NDArray[np.bool_] | None
    rejected: list[Line]

    def readings(self, times: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """The channel's readings alone: times (ms) and micro-degrees."""
        if self.valid is None:
            return times, self.values
        return times[self.valid], self.values[self.valid]


@dataclass(frozen=True, slots=True)
class LoggerFile:
    """What a file holds: the layout it is in, times in ms (in no certain order), the channels.

    `span` is from the first to the last (ms) of all lines with a readable time, with or without
    a value; None without any. `rejected` are the lines that no channel has a value of, `untimed`
    how many of them tell no time and may lie outside the span: those before the first line that
    does and after the last, and all of them where the times do not go one way. `skipped` are the
    names of the columns that were taken for neither times nor temperatures, or had no number.
    """

    layout: str
    times: NDArray[np.int64]
    channels: list[LoggerChannel]
    rejected: list[Line]
    span: tuple[int, int] | None = None
    skipped: tuple[str, ...] = ()
    untimed: int = 0

    def rejected_of(self, channel: LoggerChannel) -> list[Line]:
        """Everything that could not be read of a channel, by line."""
        return sorted([*self.rejected, *channel.rejected], key=lambda line: line.line)


def read(
    path: Path,
    *,
    zone: tzinfo | None = None,
    fahrenheit: bool | None = None,
    order: Order | None = None,
    block_bytes: int = BLOCK_BYTES,
) -> LoggerFile:
    """Read a logger's file. `zone` is that of local times; `fahrenheit` and `order` None: as found.

    Raises LoggerFileError where the file as a whole can't be read: empty, no text, no time or
    temperature column, times of no zone.
    """
    source = blocks(path, block_bytes)
    first = next(source, None)
    if first is None:
        raise LoggerFileError(f"{path}: is empty")
    lines = [decoded(raw).rstrip("\r") for raw in first.split(b"\n", HEAD_LINES)[:HEAD_LINES]]
    layout = recognise(Head(path, lines, Clock(zone), fahrenheit, order))
    if layout is None:
        raise LoggerFileError(
            f"{path}: no column of times (named time, timestamp, date, datetime or ts)"
            " with a column of temperatures beside it"
        )
    start = Block(first, 1).after(layout.header_line)
    del first
    reading = _Reading(path, layout)
    reading.fast = fast_reader(layout, start)
    for block, columns in _ahead(start, source, reading.fast):
        reading.take(block, columns)
        reading.check_zone()
    release()
    return reading.done()


def _ahead(
    start: Block, source: Iterator[bytes], fast: FastReader | None
) -> Iterator[tuple[Block, Columns | None]]:
    """Each block with what the fast reader made of it, read in threads ahead of its turn."""
    line = start.line
    waiting: deque[tuple[bytes, Future[Columns | None] | None]] = deque()
    with ThreadPoolExecutor(THREADS) as pool:
        for data in itertools.chain([start.data] if start.data else [], source, [b""] * THREADS):
            future = pool.submit(fast.read, Block(data, 0)) if fast and data else None
            waiting.append((data, future))
            if len(waiting) <= THREADS:
                continue
            data, future = waiting.popleft()
            if data:
                columns = None if future is None else future.result()
                yield Block(data, line), columns
                line += count_lines(data) if columns is None else len(columns.times)


class _Reading:
    """What was read so far."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self.path, self.layout = path, layout
        self.fast: FastReader | None = None
        self.times = _Grown(np.int64)
        self.values = [_Grown(np.int32) for _ in layout.channels]
        self.valid = [_Grown(np.bool_) for _ in layout.channels]
        self.rejected: list[Line] = []
        self.refused: list[list[Line]] = [[] for _ in layout.channels]
        self.zoneless = 0
        self.untimed: list[int] = []
        self.timed: tuple[int, int] | None = None
        self.span: tuple[int, int] | None = None

    def take(self, block: Block, columns: Columns | None) -> None:
        """Take what the fast reader made of a block; what it refused, read in smaller parts."""
        if columns is not None and _are_likely(columns):
            self._note_timed(block.line, block.line + len(columns.times) - 1)
            self._add(columns)
        elif self.fast is None or block.lines <= FEW_LINES:
            self._take_slowly([block])
        elif (around := self.fast.read_around(block)) is not None and _are_likely(around[0]):
            odd = {n for one in around[1] for n in range(one.line, one.line + one.lines)}
            first, last = block.line, block.line + block.lines - 1
            while first in odd:
                first += 1
            while last in odd:
                last -= 1
            if first <= last:
                self._note_timed(first, last)
            self._add(around[0])
            self._take_slowly(around[1])
        else:
            for half in block.halves():
                self.take(half, self.fast.read(half))

    def _take_slowly(self, blocks: Iterable[Block]) -> None:
        rows: list[Row] = []
        nothing = (None,) * len(self.layout.channels)
        for found in itertools.chain.from_iterable(read_lines(b, self.layout) for b in blocks):
            if isinstance(found, Refused):
                self.rejected.append(Line(found.line, found.why))
                self.zoneless += found.is_zoneless
                if found.time is None:
                    self.untimed.append(found.line)
                else:
                    rows.append(Row(found.line, found.time, nothing))
                continue
            rows.append(found)
            for value, refused in zip(found.values, self.refused, strict=True):
                if isinstance(value, LineRefusedError):
                    refused.append(Line(found.line, value.refusal))
        if rows:
            self._note_timed(min(row.line for row in rows), max(row.line for row in rows))
            cells = [[r.values[i] for r in rows] for i in range(len(self.layout.channels))]
            known = [[value if isinstance(value, int) else None for value in c] for c in cells]
            self._add(
                Columns(
                    np.array([row.time for row in rows], dtype=np.int64),
                    [np.array([value or 0 for value in c], dtype=np.int32) for c in known],
                    [np.array([value is not None for value in c], dtype=bool) for c in known],
                )
            )

    def _note_timed(self, first: int, last: int) -> None:
        """Lines from `first` to `last` tell their times, those two at least."""
        if self.timed is not None:
            first, last = min(first, self.timed[0]), max(last, self.timed[1])
        self.timed = first, last

    def _outside(self, times: NDArray[np.int64]) -> int:
        """How many of the lines without a time may lie outside all those with one."""
        goes_one_way = bool(np.all(times[1:] >= times[:-1]) or np.all(times[1:] <= times[:-1]))
        if not self.untimed or self.timed is None or not goes_one_way:
            return len(self.untimed)
        first, last = self.timed
        return sum(not first < line < last for line in self.untimed)

    def _add(self, columns: Columns) -> None:
        if not len(columns.times):
            return
        first, last = int(columns.times.min()), int(columns.times.max())
        if self.span is not None:
            first, last = min(first, self.span[0]), max(last, self.span[1])
        self.span = first, last
        if len(columns.valid) == 1:
            # Lines without a value would make its readings a copy.
            columns = _those(columns, columns.valid[0])
        self.times.add(columns.times)
        for grown, values in zip(self.values, columns.values, strict=True):
            grown.add(values)
        for grown, valid in zip(self.valid, columns.valid, strict=True):
            grown.add(valid)

    def check_zone(self) -> None:
        """Raises LoggerFileError where the file's times have no zone and none was given."""
        if self.zoneless and self.span is None:
            told = [line for line in self.rejected if line.why.code == "no-zone"]
            line = min(told, key=lambda line: line.line)
            raise LoggerFileError(
                f"{self.path}: line {line.line}: {line.reason}; say where the logger's clock was"
                " set by --tz, as in --tz Asia/Shanghai"
            )

    def done(self) -> LoggerFile:
        for lines in (self.rejected, *self.refused):
            lines.sort(key=lambda line: line.line)
        channels: list[LoggerChannel] = []
        empty: list[str] = []
        for index, column in enumerate(self.layout.channels):
            valid = self.valid[index].taken()
            if column.is_tentative and not valid.any():
                empty.append(column.name)
                continue
            channels.append(
                LoggerChannel(
                    column.name,
                    self.values[index].taken(),
                    None if bool(valid.all()) else valid,
                    self.refused[index],
                )
            )
        times = self.times.taken()
        return LoggerFile(
            self.layout.name,
            times,
            channels,
            self.rejected,
            self.span,
            (*self.layout.skipped, *empty),
            self._outside(times),
        )


def _are_likely(columns: Columns) -> bool:
    """Whether a logger may have written these times."""
    times = columns.times
    return not len(times) or is_likely(int(times.min()), int(times.max()))


def _those(columns: Columns, rows: NDArray[np.bool_]) -> Columns:
    """Some rows of columns."""
    if rows.all():
        return columns
    return Columns(
        columns.times[rows],
        [values[rows] for values in columns.values],
        [valid[rows] for valid in columns.valid],
    )


class _Grown:
    """An array that grows in place, so that what was read is never there twice."""

    def __init__(self, kind: DTypeLike) -> None:
        self.size = 0
        self._array = np.empty(1 << 10, dtype=kind)

    def add(self, part: NDArray[Any]) -> None:
        size = self.size + len(part)
        if size > len(self._array):
            # What is added is zeroed, so touched: a little at a time, and moved without a copy.
            self._array.resize(max(size, len(self._array) * 9 // 8), refcheck=False)
        self._array[self.size : size] = part
        self.size = size

    def taken(self) -> NDArray[Any]:
        """What was added; nothing may be added after."""
        self._array.resize(self.size, refcheck=False)
        return self._array
