"""How each partition of frames is worked through, as a line now and then for the boards."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from series.lines import full_line, head
from series.schema import WORKER

from .batch import Refused


@dataclass(frozen=True, slots=True)
class Place:
    """Where a worker is in a partition: read from offset `begin` on, up to `read`, of `end`.

    `end` is None while Kafka does not answer. `clock` is the wall clock, ms.
    """

    begin: int
    read: int
    end: int | None
    clock: int


class Load:
    """Counts between two lines of a partition."""

    def __init__(self) -> None:
        self._read: dict[int, tuple[int, int]] = {}
        self._refused: Counter[int] = Counter()

    def refuse(self, refused: Iterable[Refused]) -> None:
        """Records that go to the dead letters."""
        self._refused.update(one.partition for one in refused)

    def line(self, partition: int, at: int, newest: int, place: Place) -> str:
        """The `worker` line at `at` (ms); `newest` is the partition's time (ms)."""
        begin, read = self._read.get(partition, (place.begin, place.begin))
        if begin != place.begin:  # it was another worker's meanwhile
            read = place.begin
        self._read[partition] = place.begin, place.read
        fields = {
            "frames": max(0, place.read - read),
            "rejected": self._refused.pop(partition, 0),
            "lag": None if place.end is None else max(0, place.end - place.read),
            "late_seconds": max(0, place.clock - newest) / 1000,
            "last_at": newest,
        }
        return full_line(head(WORKER.name, {"partition": str(partition)}), fields, at)
