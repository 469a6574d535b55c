"""Plain columns: a header that names them, a time column, and temperatures beside it."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace

from ingest.loggers.clock import ORDERS, Clock, order_of
from ingest.loggers.errors import LineRefusedError, LoggerFileError
from ingest.loggers.layout import Column, Head, Layout
from ingest.loggers.names import columns, is_other, is_temperature, time_column, zone_in
from ingest.loggers.values import fields, is_mark, is_number

SEPARATORS = (",", ";", "\t")
#: A preamble longer than this is no logger's.
DEEPEST_HEADER = 100


def recognise(head: Head) -> Layout | None:
    """The layout by the first line that names a time column beside temperatures, else None."""
    for line, text in enumerate(head.lines[:DEEPEST_HEADER], 1):
        for separator, names in _splits(text):
            at = time_column(names)
            if at is None:
                continue
            rows = list(sample(head.lines[line:], separator))
            channels = _temperatures(names, rows, at)
            if any(_is_sure(names[index], rows, index) for index in channels):
                time = _with_date(names, rows, at)
                channels = [i for i in channels if i not in time]
                return Layout(
                    "columns",
                    line,
                    separator,
                    len(names),
                    time,
                    _weighed(columns(names, channels, head.fahrenheit), names, rows),
                    clock_of(head, [names[i] for i in time], rows, time),
                    skipped=skipped(names, rows, {*time, *channels}),
                )
    return None


def clock_of(
    head: Head, names: Sequence[str], rows: Sequence[list[str]], time: tuple[int, ...]
) -> Clock:
    """How these times are read: the zone in their name before the user's, the order they fit.

    Raises LoggerFileError where they fit several orders of day, month and year.
    """
    zone = next((found for found in map(zone_in, names) if found is not None), head.clock.zone)
    clock = replace(head.clock, zone=zone)
    if head.order is not None:
        return replace(clock, order=head.order)
    texts = [" ".join(row[i] for i in time) for row in rows if len(row) > max(time)]
    written = [text for text in texts if _has_order(text)]
    if not written:
        return clock
    order = order_of(written)
    if order is not None:
        return replace(clock, order=order)
    if any(order_of([written[0]], [one]) for one in ORDERS):
        raise LoggerFileError(
            f"{head.path}: which part of {written[0]!r} is the day? say so by --dates dmy,"
            " mdy or ymd"
        )
    return clock


def sample(lines: Sequence[str], separator: str) -> Iterator[list[str]]:
    """The fields of the first lines, those that can be split at all."""
    for line in lines:
        try:
            row = fields(line, separator)
        except LineRefusedError:
            continue
        if any(field.strip() for field in row):
            yield row


def skipped(
    names: Sequence[str], rows: Sequence[list[str]], taken: Container[int]
) -> tuple[str, ...]:
    """The names of the columns not taken; one without a name or any text is none."""
    return tuple(
        name or f"column {index + 1}"
        for index, name in enumerate(names)
        if index not in taken
        and (name or any(len(row) > index and row[index].strip() for row in rows))
    )


def _splits(text: str) -> Iterator[tuple[str, list[str]]]:
    for separator in SEPARATORS:
        try:
            names = [name.strip() for name in fields(text, separator)]
        except LineRefusedError:
            continue
        if len(names) > 1:
            yield separator, names


def _temperatures(names: Sequence[str], rows: Sequence[list[str]], time: int) -> list[int]:
    """Columns with numbers, unless named for something else; those named for a temperature.

    One that holds nothing yet but blanks or a probe's error marks may get numbers further down.
    """
    found: list[int] = []
    for index, name in enumerate(names):
        if index == time or is_other(name) or time_column([name]) is not None:
            continue
        cells = [row[index] for row in rows if len(row) > index and row[index].strip()]
        if is_temperature(name) or any(map(is_number, cells)) or all(map(is_mark, cells)):
            found.append(index)
    return found


def _is_sure(name: str, rows: Sequence[list[str]], index: int) -> bool:
    """Whether a column is one of temperatures by its name, or by a number seen."""
    return is_temperature(name) or any(
        is_number(row[index]) for row in rows if len(row) > index and row[index].strip()
    )


def _weighed(
    found: Sequence[Column], names: Sequence[str], rows: Sequence[list[str]]
) -> tuple[Column, ...]:
    return tuple(
        replace(one, is_tentative=not _is_sure(names[one.index], rows, one.index)) for one in found
    )


def _with_date(names: Sequence[str], rows: Sequence[list[str]], at: int) -> tuple[int, ...]:
    """Date and time of day, where they stand in columns apart."""
    plain = [name.lower() for name in names]
    pairs = (("date", "time"), ("日期", "时间"))
    for date, time in pairs:
        if date in plain and time in plain:
            first, second = plain.index(date), plain.index(time)
            cells = [row[first] for row in rows if len(row) > first]
            if cells and not any(":" in cell for cell in cells):
                return first, second
            return (first,)
    return (at,)


def _has_order(text: str) -> bool:
    """Whether a time is written so that its order has to be known: not year-first, no epoch."""
    text = text.strip()
    return not text[:4].isdigit() and any(mark in text[:6] for mark in "/-.")
