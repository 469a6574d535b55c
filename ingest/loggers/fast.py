"""Many lines at once, by Arrow: the lines that leave no doubt.

Takes a block only if each of its lines is a reading, or a blank value, just as slow.py would
read it; anything else is refused whole, for slow.py to say which line and why.
"""

import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

from coldchain.celsius import MICRO, POSSIBLE_MAX_C, POSSIBLE_MIN_C, from_fahrenheit

from .clock import EPOCH_MS, EPOCH_SECONDS
from .layout import Layout
from .slow import Row, read_lines
from .source import Block
from .values import fields

TimeForm = Literal["epoch", "zoned", "local"]


@dataclass(frozen=True, slots=True)
class Columns:
    """Times (ms), and per channel micro-degrees and which of them are values."""

    times: NDArray[np.int64]
    values: list[NDArray[np.int32]]
    valid: list[NDArray[np.bool_]]


class FastReader:
    """Reads blocks of one layout whose times are written in one form."""

    def __init__(self, layout: Layout, form: TimeForm, is_fine: bool, decimal_comma: bool) -> None:
        self.layout, self.form = layout, form
        names = [f"f{index}" for index in range(layout.fields)]
        self.time = names[layout.time[0]]
        self.channels = [names[channel.index] for channel in layout.channels]
        self.to_ms = 1000 if is_fine else 1
        unit = "us" if is_fine else "ms"
        types: dict[TimeForm, Any] = {
            "epoch": pa.float64(),
            "zoned": pa.timestamp(unit, tz="UTC"),
            "local": pa.timestamp(unit),
        }
        kinds = {name: pa.float64() for name in self.channels} | {self.time: types[form]}
        self.names = names
        self.plain = _plain(layout)
        self.parse = pa_csv.ParseOptions(delimiter=layout.separator)
        self.convert = pa_csv.ConvertOptions(
            column_types=kinds,
            include_columns=[self.time, *self.channels],
            null_values=[""],
            decimal_point="," if decimal_comma else ".",
            check_utf8=False,
        )

    def read(self, block: Block) -> Columns | None:
        """The block's readings; None where any line of it is not plainly one."""
        options = pa_csv.ReadOptions(
            use_threads=False, block_size=len(block.data) + 1, column_names=self.names
        )
        try:
            table = pa_csv.read_csv(pa.BufferReader(block.data), options, self.parse, self.convert)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            return None
        if table.num_rows != block.lines:  # blank lines, or quotes that run over lines
            return None
        times = self._times(table[self.time])
        if times is None:
            return None
        values: list[NDArray[np.int32]] = []
        valid: list[NDArray[np.bool_]] = []
        for name, channel in zip(self.channels, self.layout.channels, strict=True):
            found = _micro(table[name], channel.fahrenheit)
            if found is None:
                return None
            values.append(found[0])
            valid.append(found[1])
        return Columns(times, values, valid)

    def read_around(self, block: Block) -> tuple[Columns, list[Block]] | None:
        """The block's readings less the lines that plainly are none, and those lines.

        None where that does not help.
        """
        lines = block.data.removesuffix(b"\n").split(b"\n")
        odd = [index for index, line in enumerate(lines) if not self.plain.fullmatch(line)]
        if not odd or len(odd) == len(lines):
            return None
        left_out = [Block(lines[index], block.line + index) for index in odd]
        # A plain line stands in for each, so that rows stay lines; then it is taken out.
        stand_in = next(line for line in lines if self.plain.fullmatch(line))
        for index in odd:
            lines[index] = stand_in
        found = self.read(Block(b"\n".join(lines) + b"\n", block.line))
        if found is None:
            return None
        kept = np.ones(len(lines), dtype=bool)
        kept[odd] = False
        columns = Columns(
            found.times[kept],
            [values[kept] for values in found.values],
            [valid[kept] for valid in found.valid],
        )
        return columns, left_out

    def _times(self, column: Any) -> NDArray[np.int64] | None:
        if column.null_count:
            return None
        if self.form == "epoch":
            return _epoch(_numbers(column, np.float64))
        units = _numbers(column, np.int64)
        times = units // self.to_ms if self.to_ms > 1 else units
        return self.layout.clock.localise(times) if self.form == "local" else times


def release() -> None:
    """Give back the memory that Arrow keeps for a next block."""
    pa.default_memory_pool().release_unused()


def _plain(layout: Layout) -> "re.Pattern[bytes]":
    """What a line looks like that Arrow may well read; not a proof that it does."""
    separator = re.escape(layout.separator)
    comma = "" if layout.separator == "," else ","
    kinds = dict.fromkeys(range(layout.fields), rf'[^"{separator}]*')
    kinds |= dict.fromkeys((channel.index for channel in layout.channels), rf" *-?[\d.{comma}]* *")
    kinds[layout.time[0]] = r"\d[\dT:.+Z -]{7,}"
    whole = separator.join(f'"?{kinds[index]}"?' for index in range(layout.fields))
    return re.compile(whole.encode() + rb"\r?")


def fast_reader(layout: Layout, start: Block, rows: int = 50) -> FastReader | None:
    """The fast reader for what the file's first lines look like; None where there is none."""
    clock = layout.clock
    if len(layout.time) > 1 or clock.order != "ymd" or layout.unit is not None:
        return None
    lines = start.data.split(b"\n", rows)[:rows]
    first = b"\n".join(lines)
    row = next(
        (r for r in read_lines(Block(first, start.line), layout) if isinstance(r, Row)), None
    )
    if row is None:
        return None
    text = lines[row.line - start.line].decode("ascii", "replace")
    return _reader_for(layout, text, first)


def _reader_for(layout: Layout, text: str, first: bytes) -> FastReader:
    found = fields(text.rstrip("\r"), layout.separator)
    time = found[layout.time[0]].strip()
    form: TimeForm
    if time.replace(".", "", 1).isdigit():
        form = "epoch"
    elif time.endswith("Z") or "+" in time or "-" in time[10:]:
        form = "zoned"
    else:
        form = "local"
    fraction = time.partition(".")[2]
    is_fine = len(fraction.split("+")[0].split("-")[0].rstrip("Z")) > 3
    decimal_comma = layout.separator != "," and b"," in first
    return FastReader(layout, form, is_fine, decimal_comma)


def _epoch(seconds_or_ms: NDArray[np.float64]) -> NDArray[np.int64] | None:
    low, high = float(seconds_or_ms.min()), float(seconds_or_ms.max())
    if EPOCH_SECONDS[0] <= low and high < EPOCH_SECONDS[1]:
        return np.rint(seconds_or_ms * 1000).astype(np.int64)
    if EPOCH_MS[0] <= low and high < EPOCH_MS[1]:
        return np.floor(seconds_or_ms).astype(np.int64)
    return None


def _numbers(column: Any, kind: type[np.generic]) -> NDArray[Any]:
    """A column's numbers, whatever stands for a null, without a copy where it is in one piece.

    Arrow's own `to_numpy` imports pandas, which takes longer than a short file.
    """
    parts = [
        np.frombuffer(part.buffers()[1], dtype=kind)[part.offset : part.offset + len(part)]
        for part in column.chunks
    ]
    return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, dtype=kind), *parts])


def _micro(column: Any, fahrenheit: bool) -> tuple[NDArray[np.int32], NDArray[np.bool_]] | None:
    """Micro-degrees by the steps of celsius.py; None where one is impossible."""
    celsius: Any = _numbers(column, np.float64)
    if fahrenheit:
        celsius = from_fahrenheit(celsius)
    if column.null_count:
        valid = _numbers(column.is_valid().cast(pa.uint8()), np.bool_)
        celsius = np.where(valid, celsius, 0.0)
    else:
        valid = np.ones(len(celsius), dtype=bool)
    low, high = celsius.min(), celsius.max()
    if not (low >= POSSIBLE_MIN_C and high <= POSSIBLE_MAX_C):  # NaN is neither
        return None
    return np.rint(celsius * MICRO).astype(np.int32), valid
