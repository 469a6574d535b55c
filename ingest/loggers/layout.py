"""What a recogniser finds out about a file: where its times and temperatures are."""

from dataclasses import dataclass
from pathlib import Path

from .clock import Clock, Order


@dataclass(frozen=True, slots=True)
class Column:
    """A column of temperatures: where, its channel's name, whether in Fahrenheit.

    `is_tentative`: it is one only if a number turns up in it.
    """

    index: int
    name: str
    fahrenheit: bool = False
    is_tentative: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """How the lines after `header_line` are read.

    `fields` is how many the header has, `time` the columns that make a time, joined by a space.
    `unit` is a column that says C or F for its line. `comma_splits`: a decimal comma was written
    without quotes between fields that commas separate, so the last two fields are one number.
    `skipped` names the columns that are taken for neither.
    """

    name: str
    header_line: int
    separator: str
    fields: int
    time: tuple[int, ...]
    channels: tuple[Column, ...]
    clock: Clock
    unit: int | None = None
    comma_splits: bool = False
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """A file's first lines, and what its user said of it (None: nothing)."""

    path: Path
    lines: list[str]
    clock: Clock
    fahrenheit: bool | None = None
    order: Order | None = None
