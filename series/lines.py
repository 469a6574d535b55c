"""Line protocol as text. Timestamps are milliseconds.

The hot path formats whole columns with one template per compartment (`columns`); everything else
goes through `line`.
"""

from collections.abc import Mapping, Sequence

FieldValue = float | int | str | bool | None

_TAG = str.maketrans({",": r"\,", "=": r"\=", " ": r"\ ", "\n": r"\ "})
_TEXT = str.maketrans({'"': r"\"", "\\": r"\\"})


def escape(text: str) -> str:
    """A measurement, tag or field key or tag value.

    It reads back as it was, but for what line protocol has no way to write: a newline becomes a
    space, and a backslash at the very end, which would escape what follows, a `/`.
    """
    escaped = text.translate(_TAG)
    return f"{escaped[:-1]}/" if escaped.endswith("\\") else escaped


def head(measurement: str, tags: Mapping[str, str]) -> str:
    """A line's beginning: the measurement and its tags, sorted; empty ones left out."""
    return "".join(
        [escape(measurement)]
        + [f",{escape(k)}={escape(v)}" for k, v in sorted(tags.items()) if v != ""]
    )


def field(value: FieldValue) -> str:
    """A field's value. Floats are written so that they read back as the same."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value}i"
    if isinstance(value, float):
        return repr(float(value))  # numpy's floats have a repr of their own
    return f'"{str(value).translate(_TEXT)}"'


def line(start: str, fields: Mapping[str, FieldValue], at: int) -> str | None:
    """One line; fields of None are left out, and a line without fields is None."""
    body = ",".join(f"{escape(k)}={field(v)}" for k, v in fields.items() if v is not None)
    return f"{start} {body} {at}" if body else None


def full_line(start: str, fields: Mapping[str, FieldValue], at: int) -> str:
    """One line of which some field is always known. Raises ValueError where none is."""
    found = line(start, fields, at)
    if found is None:
        raise ValueError(f"no field of {start} is known")
    return found


def columns(
    start: str,
    names: Sequence[str],
    times: Sequence[int],
    values: Sequence[Sequence[float | None]],
) -> list[str]:
    """Lines of several float fields that share their times: one line a time.

    `values[i][j]` is the value of field `names[i]` at `times[j]`; None is left out.
    """
    if any(None in column for column in values):
        return _ragged(start, names, times, values)
    return list(map(template(start, names).__mod__, zip(*values, times, strict=True)))


def template(start: str, names: Sequence[str]) -> str:
    """A line of these float fields, to be filled with `%`: their values, then the time."""
    heads = [name.replace("%", "%%") + "=%r" for name in names]
    return f"{start.replace('%', '%%')} {','.join(heads)} %d"


def _ragged(
    start: str,
    names: Sequence[str],
    times: Sequence[int],
    values: Sequence[Sequence[float | None]],
) -> list[str]:
    lines = []
    for at, *row in zip(times, *values, strict=True):
        fields = ",".join(
            f"{name}={value!r}" for name, value in zip(names, row, strict=True) if value is not None
        )
        if fields:
            lines.append(f"{start} {fields} {at}")
    return lines
