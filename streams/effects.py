"""What follows from frames: gathered over a batch, done by the checkpoint.

What is said of one point twice within a batch is said once, the later way.
"""

from dataclasses import dataclass, field

from coldchain.excursions import Excursion
from coldchain.judge import Plan
from coldchain.records import ConditionRecord, ExcursionRecord, State

from .pieces import Pieces


@dataclass(slots=True)
class Late:
    """A channel to judge again from `since` (ms), with the readings that came late.

    `readings`: ms and micro-units; none where it is the compartment's door that came late, or who
    was aboard: then `aboard_since` (ms) is from when excursions name others than was said.
    """

    since: int
    readings: list[tuple[int, int]] = field(default_factory=list)
    aboard_since: int | None = None

    def add(self, other: "Late") -> None:
        self.since = min(self.since, other.since)
        self.readings += other.readings
        told = [one for one in (self.aboard_since, other.aboard_since) if one is not None]
        self.aboard_since = min(told, default=None)


@dataclass(frozen=True, slots=True)
class Standing:
    """How an excursion stands, judged by `plan` at source offset `as_of`."""

    plan: Plan
    excursion: Excursion
    state: State
    as_of: int


@dataclass(slots=True)
class Effects:
    """The effects of frames, none of them done yet.

    `lines`: readings, flagged readings, device lines. `pieces` by device, channel and slot (ms).
    `records`: to `coldchain.excursions`, in order. `standing` by device, channel, limit and first
    reading beyond. `late` by device and channel. `conditions`: to the same topic, in order.
    """

    lines: list[str] = field(default_factory=list)
    pieces: Pieces = field(default_factory=Pieces)
    records: list[ExcursionRecord] = field(default_factory=list)
    standing: dict[tuple[str, str, str, int], Standing] = field(default_factory=dict)
    late: dict[str, dict[str, Late]] = field(default_factory=dict)
    conditions: list[ConditionRecord] = field(default_factory=list)

    def put_off(self, device: str, channel: str, late: Late) -> None:
        """Leave readings, or what a door's readings mean for a channel, to be judged late."""
        gather(self.late.setdefault(device, {}), channel, late)


def gather(channels: dict[str, Late], channel: str, late: Late) -> None:
    """Add to what came late, by channel."""
    if channel in channels:
        channels[channel].add(late)
    else:
        channels[channel] = late
