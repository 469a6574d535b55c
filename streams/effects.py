"""What follows from frames: gathered over a batch, done by the checkpoint.

What is said of one point twice within a batch is said once, the later way.
"""

from dataclasses import dataclass, field

from coldchain.excursions import Excursion
from coldchain.exposure import Sums
from coldchain.judge import Plan
from coldchain.records import ExcursionRecord


@dataclass(frozen=True, slots=True)
class Late:
    """Readings not newer than their channel's last (ms, micro-units): judged from the store."""

    channel: str
    times: list[int]
    values: list[int]


@dataclass(slots=True)
class Effects:
    """The effects of frames, none of them done yet.

    `lines`: readings, flagged readings, device lines. `pieces` by device, channel and slot (ms).
    `records`: to `coldchain.excursions`, in order. `standing`: excursions as they stand now, by
    device, channel, limit and first reading beyond. `late`: by device.
    """

    lines: list[str] = field(default_factory=list)
    pieces: dict[tuple[str, str, int], tuple[Plan, Sums]] = field(default_factory=dict)
    records: list[ExcursionRecord] = field(default_factory=list)
    standing: dict[tuple[str, str, str, int], tuple[Plan, Excursion, str, int]] = field(
        default_factory=dict
    )
    late: dict[str, list[Late]] = field(default_factory=dict)
    readings: int = 0
