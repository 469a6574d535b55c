"""What happened to an alert, and who was told of it, as the archive has it.

The alert service's own database is handed in by a function (`AlertLines`); each line is taken
once, by its number, whatever order lines come to rest in. People are the names of the routes;
their addresses and a message's text stay where they are.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec

from .accounts import Account
from .entries import Entry

#: Where lines come from -> the partition of their entries.
PARTITIONS: Mapping[str, int] = {"happened": 0, "told": 1}


class Happened(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="happened"
):
    """A step of an alert: its status before and after, and why."""

    at: str
    alert: str
    event: str
    before: str
    after: str
    effect: str
    who: str
    note: str


class Told(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="told"):
    """A message about an alert that is done with: `uncertain`, it may have come."""

    at: str
    alert: str
    to: str
    channel: str
    severity: str
    state: Literal["sent", "uncertain", "given-up"]


Line = Happened | Told

_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A line with its number where it comes from; `at` in ms. It changes no more."""

    number: int
    at: int
    line: Line


#: The lines of a source from this number on.
AlertLines = Callable[[int], Iterable[Numbered]]


def decode_line(value: bytes) -> Line | None:
    """A line of an alert's history; None where it is none."""
    try:
        return _decoder.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def taken_of(source: str, offsets: Mapping[tuple[str, int], int]) -> Account:
    """Which of a source's numbers are archived: kept among the offsets as (first, after last)."""
    account = Account()
    for (name, first), following in sorted(offsets.items()):
        if name == f"alerts.{source}":
            account = account.plus(range(first, following))
    return account


def entries_new(
    source: str, lines: AlertLines, taken: Account
) -> tuple[list[Entry], dict[tuple[str, int], int]]:
    """What is not archived yet of a source, and the offsets once it is."""
    low = taken.ranges[0][1] + 1 if taken.ranges and taken.ranges[0][0] <= 1 else 0
    new = [one for one in lines(low) if not _has(taken, one.number)]
    entries = [
        Entry(
            "alerts",
            one.line.alert,
            one.at,
            PARTITIONS[source],
            one.number,
            msgspec.json.encode(one.line),
        )
        for one in new
    ]
    after = taken.plus({one.number for one in new})
    return entries, {(f"alerts.{source}", first): last + 1 for first, last in after.ranges}


def _has(taken: Account, number: int) -> bool:
    return any(first <= number <= last for first, last in taken.ranges)
