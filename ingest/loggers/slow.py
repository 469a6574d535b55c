"""A line at a time: what is a reading, and why the others are none."""

from collections.abc import Iterator
from dataclasses import dataclass

from .errors import LineRefusedError, NoZoneError, Refusal, quoted
from .layout import Layout
from .source import Block, decoded
from .values import fields, temperature


@dataclass(frozen=True, slots=True)
class Row:
    """A line that has a time (ms): per channel its value in micro-degrees, None, or a refusal."""

    line: int
    time: int
    values: tuple[int | LineRefusedError | None, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that is no reading, and why; `is_zoneless`: only for want of a zone.

    `time` (ms), where it can be read: a sample was to be there, and what it was is not known.
    """

    line: int
    why: Refusal
    is_zoneless: bool = False
    time: int | None = None


def read_lines(block: Block, layout: Layout) -> Iterator[Row | Refused]:
    """Every line of the block that is not blank, in order."""
    needed = max(*layout.time, *(channel.index for channel in layout.channels), layout.unit or 0)
    for number_, raw in enumerate(block.data.split(b"\n"), block.line):
        line = decoded(raw).rstrip("\r")
        if not line.strip():
            continue
        try:
            yield _row(number_, line, layout, needed)
        except LineRefusedError as error:
            is_zoneless = isinstance(error, NoZoneError)
            yield Refused(number_, error.refusal, is_zoneless, _time_of(line, layout))


def _row(number_: int, line: str, layout: Layout, needed: int) -> Row:
    found = fields(line, layout.separator)
    if layout.comma_splits and len(found) == layout.fields + 1:
        found[-2:] = [f"{found[-2]},{found[-1]}"]
    _check_fields(found, layout, needed)
    time = layout.clock.read(" ".join(found[index] for index in layout.time))
    unit = None if layout.unit is None else _unit(found[layout.unit])
    values: list[int | LineRefusedError | None] = []
    for channel in layout.channels:
        try:
            values.append(
                temperature(found[channel.index], channel.fahrenheit if unit is None else unit)
            )
        except LineRefusedError as error:
            values.append(error)
    return Row(number_, time, tuple(values))


def _time_of(line: str, layout: Layout) -> int | None:
    """The time of a line that is no reading, if it has one that can be read."""
    found = [part.strip().strip('"') for part in line.split(layout.separator)]
    if len(found) <= max(layout.time):
        return None
    try:
        return layout.clock.read(" ".join(found[index] for index in layout.time))
    except LineRefusedError:
        return None


def _check_fields(found: list[str], layout: Layout, needed: int) -> None:
    """Fields past the header's must be blank; those that are read must be there."""
    if len(found) <= needed or any(field.strip() for field in found[layout.fields :]):
        raise LineRefusedError("fields", found=len(found), header=layout.fields)


def _unit(text: str) -> bool:
    unit = text.strip().upper()
    if unit not in ("C", "F"):
        raise LineRefusedError("unit", text=quoted(text.strip()))
    return unit == "F"
