"""A batch of frames between two checkpoints: what was taken, what follows, what is to be kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from coldchain.excursions import excursion_id
from coldchain.records import ExcursionRecord
from coldchain.rejections import Rejection
from coldchain.saying import record

from . import points
from .effects import Effects
from .parcels.notes import Note
from .pieces import Columns

#: A partition and a device on it.
Seat = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Refused:
    """A record refused: its key, its bytes, why, its own timestamp (s), and on which partition."""

    key: bytes | None
    value: bytes
    rejection: Rejection
    timestamp: float | None = None
    partition: int = -1


def refusal(event: Any, reason: str, now: int) -> Refused:
    """An event's record refused at `now` (ms)."""
    message = event.message
    why = Rejection.of_record(reason, message.topic, message.partition, message.offset, now)
    key = message.key if isinstance(message.key, bytes) else None
    return Refused(key, message.value or b"", why, message.timestamp, message.partition)


@dataclass(slots=True)
class Batch:
    """Frames taken (`events`, to be acknowledged when all is done) and what follows from them.

    `seats`: whose memory changed; `manifests`: whose manifest; `notes`: to parcels. `refused`: to
    the dead letters.
    """

    events: list[Any] = field(default_factory=list)
    effects: Effects = field(default_factory=Effects)
    seats: set[Seat] = field(default_factory=set)
    refused: list[Refused] = field(default_factory=list)
    manifests: set[Seat] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.events)

    def is_empty(self) -> bool:
        return not (
            self.events or self.seats or self.manifests or self.refused or self.effects.records
        )


def piece_lines(effects: Effects) -> Iterator[str]:
    """The exposure pieces as lines."""
    for part in effects.pieces.latest():
        if isinstance(part, Columns):
            yield from points.pieces(part)
            continue
        for (device, channel, slot), (plan, sums) in part.items():
            text = points.piece(device, channel, slot, plan, sums)
            if text is not None:
                yield text


def standing_lines(effects: Effects, are_said: bool) -> Iterator[str]:
    """The excursions as they stand, as lines; those withdrawn only once that is said.

    They are written twice: before their records are said, so that whoever comes after a crash
    knows what may have been, and after.
    """
    for (device, channel, limit, first_at), one in effects.standing.items():
        if one.state == "withdrawn" and not are_said:
            continue
        identity = excursion_id(device, channel, limit, first_at)
        text = points.excursion(
            device, channel, one.plan, one.excursion, identity, one.state, one.as_of, are_said
        )
        if text is not None:
            yield text


def updates(effects: Effects) -> list[ExcursionRecord]:
    """The excursions that go on, as they stand: what was said of them at first goes stale.

    So that each id's last record is what a batch over all readings would say.
    """
    said = {one.id: one for one in effects.records}
    going_on = [
        record(one.state, device, channel, one.plan, one.excursion, one.as_of)
        for (device, channel, _, _), one in effects.standing.items()
        if one.excursion.end is None and one.state != "withdrawn"
    ]
    return [one for one in going_on if one != said.get(one.id)]


def condition_lines(effects: Effects) -> list[str]:
    """What the fleet rules found, as lines."""
    return [text for one in effects.conditions if (text := points.condition(one)) is not None]


def lines_of(effects: Effects) -> list[str]:
    """The effects on the series store before records are said, as lines."""
    return [
        *effects.lines,
        *piece_lines(effects),
        *standing_lines(effects, are_said=False),
        *condition_lines(effects),
    ]


def chunks(lines: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """The lines in batches of a size."""
    for start in range(0, len(lines), size):
        yield lines[start : start + size]
