"""A written value, as micro-degrees Celsius; and a line, as its fields."""

import csv
import math
import re

from coldchain.celsius import from_fahrenheit, is_possible, to_micro

from .errors import LineRefusedError, quoted

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
_NO_NUMBER = re.compile(r"[+-]?(nan|inf|infinity)", re.I)


_MARK = re.compile(r"#?[-*?.]*(n/?a|null|none|err(or)?|fault|open|short|fail(ed)?)?[-*?.!]*", re.I)


def number(text: str) -> float | None:
    """The number written (a decimal point or comma; NaN and infinities too), None for blank.

    Raises LineRefusedError where it is none.
    """
    text = text.strip()
    if not text:
        return None
    if _NUMBER.fullmatch(text):
        return float(text.replace(",", "."))
    if _NO_NUMBER.fullmatch(text):
        return float(text)
    raise LineRefusedError("not-a-number", text=quoted(text))


def temperature(text: str, fahrenheit: bool) -> int | None:
    """Micro-degrees Celsius, None for blank (a sample the sensor failed to take).

    Raises LineRefusedError where it is no number, or none that a sensor can have measured.
    """
    value = number(text)
    if value is None:
        return None
    celsius = from_fahrenheit(value) if fahrenheit else value
    if not math.isfinite(celsius):
        raise LineRefusedError("not-a-temperature", text=text.strip())
    if not is_possible(celsius):
        raise LineRefusedError("impossible", celsius=celsius)
    return to_micro(celsius)


def fields(line: str, separator: str) -> list[str]:
    """A line's fields, quotes taken off. Raises LineRefusedError where a quote is not closed."""
    try:
        return next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error:
        raise LineRefusedError("open-quote") from None


def is_mark(text: str) -> bool:
    """Whether a probe that fails may have written it in place of a number."""
    return bool(_MARK.fullmatch(text.strip()))


def is_number(text: str) -> bool:
    """Whether a number is written there."""
    try:
        return number(text) is not None
    except LineRefusedError:
        return False
