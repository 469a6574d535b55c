"""Profiles as TOML: read whole, or refused with one line that names file, profile and key.

Every number is an inline table that says where it comes from:

    max_gap_minutes = { value = 10, mark = "U", source = "twice the sampling interval" }

`mark` as in the domain's notes: P read from the primary source, S from a secondary page that
quotes it (weak S: a single poor one), C computed, U not confirmed.
"""

import math
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from .celsius import POSSIBLE_MAX_C, POSSIBLE_MIN_C, to_micro
from .exposure import SLOT_MS
from .limits import Judged, Limit, Mode, Severity, Side
from .profile import Profile, PullDown
from .shelf_life import Model, ShelfLife
from .times import DAY_MS, HOUR_MS, MINUTE_MS

Mark = Literal["P", "S", "weak S", "C", "U"]
#: Names of profiles and limits: they become parts of file, field and tag names.
Slug = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Text = Annotated[str, Meta(pattern=r"\S")]

_LIMIT = re.compile(r"^limits\[(\d+)\]")

#: The longest duration a profile may name: two years of minutes.
_LONGEST_MINUTES = 2 * 366 * DAY_MS / MINUTE_MS


class ProfileError(ValueError):
    """A profile refused; the message is one line: file, profile, key and what is wrong."""


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file: a key it does not know is refused."""


class Number(_Table, frozen=True):
    """A number with its mark and source."""

    value: float
    mark: Mark
    source: Text


class _Limit(_Table, frozen=True):
    id: Slug
    side: Side
    threshold: Number
    allowed_minutes: Number
    severity: Severity
    inclusive: bool = False
    mode: Mode = "consecutive"
    quantity: Judged = "any"
    clear: Number | None = None


class _ShelfLife(_Table, frozen=True):
    model: Model
    parameter: Number
    reference: Number
    hours: Number
    at: Number


class _PullDown(_Table, frozen=True):
    target: Number
    within_minutes: Number


class _File(_Table, frozen=True):
    id: Slug
    title: dict[str, Text]
    limits: Annotated[list[_Limit], Meta(min_length=1)]
    max_gap_minutes: Number
    unknown_allowance_minutes: Number
    sampling_minutes: Number
    door_grace_minutes: Number
    door_recovery_minutes: Number
    retention_days: Number
    sampling_beyond_minutes: Number | None = None
    mkt_limit: Number | None = None
    mkt_window_hours: Number | None = None
    shelf_life: _ShelfLife | None = None
    pull_down: _PullDown | None = None


Wrong = tuple[str, str]  # key, what is wrong with it


def parse_profile(text: str, file: str) -> Profile:
    """The profile in this TOML; `file` is only named in errors. Raises ProfileError."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{file}: not TOML: {error}") from None
    name = tree.get("id")
    where = f"{file}: profile {name}" if isinstance(name, str) else f"{file}: profile without id"
    try:
        read = msgspec.convert(tree, _File)
    except msgspec.ValidationError as error:
        raise ProfileError(f"{where}: {_said(str(error), tree)}") from None
    for key, what in _wrong(read):
        raise ProfileError(f"{where}: {key}: {what}")
    return _profile(read)


def _said(error: str, tree: dict[str, Any]) -> str:
    """msgspec's `what - at `$.limits[0].side`` as `limits[0] (warm).side: what`."""
    what, _, path = error.partition(" - at ")
    key = path.strip("`").removeprefix("$").removeprefix(".")
    key = _LIMIT.sub(lambda found: found[0] + _named(tree, int(found[1])), key)
    return f"{key}: {what}" if key else what


def _named(tree: dict[str, Any], nth: int) -> str:
    """A limit's own name, in brackets, where it has one."""
    limit = tree["limits"][nth]
    name = limit.get("id") if isinstance(limit, dict) else None
    return f" ({name})" if isinstance(name, str) and name.isprintable() else ""


def _wrong(read: _File) -> Iterator[Wrong]:
    """All that the types could not refuse, key by key."""
    missing = {"en", "zh-CN"} - set(read.title)
    if missing:
        yield "title", f"has no {' and no '.join(sorted(missing))}"
    for key, number in _numbers(read, ""):
        if not math.isfinite(number.value):
            yield key, f"{number.value} is not a finite number"
        elif what := _out_of_range(key, number.value):
            yield key, what
    if read.max_gap_minutes.value < read.sampling_minutes.value:
        yield "max_gap_minutes", "is below sampling_minutes, so no two readings would be joined"
    for id_, count in Counter(limit.id for limit in read.limits).items():
        if count > 1:
            yield f"limits.{id_}.id", f"is used by {count} limits"
    for limit in read.limits:
        yield from _wrong_limit(limit, read.door_recovery_minutes.value)
    yield from _wrong_mkt(read)
    if read.shelf_life is not None:
        yield from _wrong_shelf_life(read.shelf_life)


def _wrong_mkt(read: _File) -> Iterator[Wrong]:
    limit, window = read.mkt_limit, read.mkt_window_hours
    if limit is not None and window is None:
        yield "mkt_window_hours", "is missing: over a long record a warm day hides among cold ones"
    elif limit is None and window is not None:
        yield "mkt_window_hours", "is there, but no mkt_limit"
    elif window is not None and (window.value * HOUR_MS) % SLOT_MS:
        yield "mkt_window_hours", f"{window.value:g} h is not a whole number of 5 minutes"


def _wrong_limit(limit: _Limit, door_recovery: float) -> Iterator[Wrong]:
    key = f"limits.{limit.id}"
    sign = 1 if limit.side == "above" else -1
    if limit.clear is not None and sign * (limit.clear.value - limit.threshold.value) > 0:
        yield (
            f"{key}.clear",
            f"{limit.clear.value:g} is {limit.side} the threshold {limit.threshold.value:g};"
            " an excursion ends on the other side of it",
        )
    judges_air = limit.quantity in ("air", "any")
    if limit.severity == "critical" and judges_air and limit.allowed_minutes.value < door_recovery:
        yield (
            f"{key}.allowed_minutes",
            f"{limit.allowed_minutes.value:g} is less than door_recovery_minutes"
            f" {door_recovery:g}, so every door stop would be critical: allow more, or judge"
            ' quantity = "product"',
        )


def _wrong_shelf_life(read: _ShelfLife) -> Iterator[Wrong]:
    parameter, reference = read.parameter.value, read.reference.value
    if read.model == "square-root":
        for key, at in (("reference", reference), ("at", read.at.value)):
            if at <= parameter:
                yield f"shelf_life.{key}", f"{at:g} must be above parameter (T_min) {parameter:g}"
    elif parameter <= 0:
        yield "shelf_life.parameter", f"{parameter:g} must be above 0"


def _numbers(table: object, path: str) -> Iterator[tuple[str, Number]]:
    """Every number of the file with its key; limits are named by their id."""
    if isinstance(table, Number):
        yield path, table
    elif isinstance(table, list):
        for limit in table:
            yield from _numbers(limit, f"{path}.{limit.id}")
    elif isinstance(table, _Table):
        for field in table.__struct_fields__:
            yield from _numbers(getattr(table, field), f"{path}.{field}".lstrip("."))


def _between(least: float, most: float) -> Callable[[float], str]:
    return lambda v: "" if least <= v <= most else f"{v:g} is not within {least:g} to {most:g}"


def _positive(most: float) -> Callable[[float], str]:
    return lambda v: "" if 0 < v <= most else f"{v:g} is not above 0 and at most {most:g}"


#: What a key's number may be, by the first pattern that finds it.
_RANGES: tuple[tuple[re.Pattern[str], Callable[[float], str]], ...] = (
    # A day: longer, a line joins nothing that was known, and sums would leave 64 bits.
    (re.compile(r"(max_gap|sampling|sampling_beyond)_minutes$"), _positive(DAY_MS / MINUTE_MS)),
    (re.compile(r"within_minutes$"), _positive(_LONGEST_MINUTES)),
    (re.compile(r"mkt_window_hours$"), _positive(366 * 24)),
    (re.compile(r"_minutes$"), _between(0, _LONGEST_MINUTES)),
    (re.compile(r"retention_days$"), _positive(36_525)),
    (re.compile(r"shelf_life\.hours$"), _positive(87_660)),
    (re.compile(r"shelf_life\.parameter$"), _between(-273.15, 1000)),
    (re.compile(r""), _between(POSSIBLE_MIN_C, POSSIBLE_MAX_C)),
)


def _out_of_range(key: str, value: float) -> str:
    return next(check(value) for pattern, check in _RANGES if pattern.search(key))


def _ms(number: Number) -> int:
    return round(number.value * MINUTE_MS)


def _limit(read: _Limit) -> Limit:
    return Limit(
        id=read.id,
        side=read.side,
        threshold=to_micro(read.threshold.value),
        allowed=_ms(read.allowed_minutes),
        severity=read.severity,
        inclusive=read.inclusive,
        mode=read.mode,
        quantity=read.quantity,
        clear=None if read.clear is None else to_micro(read.clear.value),
    )


def _profile(read: _File) -> Profile:
    life, pull = read.shelf_life, read.pull_down
    return Profile(
        id=read.id,
        title=dict(read.title),
        limits=tuple(_limit(limit) for limit in read.limits),
        max_gap=_ms(read.max_gap_minutes),
        unknown_allowance=_ms(read.unknown_allowance_minutes),
        sampling=_ms(read.sampling_minutes),
        door_grace=_ms(read.door_grace_minutes),
        door_recovery=_ms(read.door_recovery_minutes),
        mkt_limit=None if read.mkt_limit is None else to_micro(read.mkt_limit.value),
        mkt_window=0
        if read.mkt_window_hours is None
        else round(read.mkt_window_hours.value * HOUR_MS),
        shelf_life=None
        if life is None
        else ShelfLife(
            life.model,
            life.parameter.value,
            life.reference.value,
            life.hours.value,
            life.at.value,
        ),
        pull_down=None
        if pull is None
        else PullDown(to_micro(pull.target.value), _ms(pull.within_minutes)),
        retention_days=round(read.retention_days.value),
        sampling_beyond=None
        if read.sampling_beyond_minutes is None
        else _ms(read.sampling_beyond_minutes),
    )
