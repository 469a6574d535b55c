"""What came late, waiting for its settle time: by device, with the frames it came in."""

from dataclasses import dataclass, field
from typing import Any

from .effects import Late, gather


@dataclass(slots=True)
class Waiting:
    """One device's late readings by channel; the frames to acknowledge when they are judged, and
    the newest offset of them."""

    partition: int
    as_of: int = -1
    channels: dict[str, Late] = field(default_factory=dict)
    events: list[Any] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)


class LateQueue:
    """Collects what came late; `take` hands it over and holds those devices until `release`.

    While a device is held, all its readings are late: they wait for the next round.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, Waiting] = {}
        self._held: set[str] = set()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(
        self, partition: int, device: str, channels: dict[str, Late], event: Any, mark: int | None
    ) -> None:
        """Add what came late with an event; `mark`: the print of the frame that it is, if it is."""
        waiting = self._waiting.setdefault(device, Waiting(partition))
        waiting.events.append(event)
        if mark is not None:
            waiting.marks.append(mark)
            waiting.as_of = max(waiting.as_of, event.message.offset)
        for name, late in channels.items():
            gather(waiting.channels, name, late)

    def is_held(self, device: str) -> bool:
        return device in self._held

    def take(self) -> dict[str, Waiting]:
        """All that waits now; its devices are held from here on."""
        taken, self._waiting = self._waiting, {}
        self._held.update(taken)
        return taken

    def release(self, device: str) -> None:
        self._held.discard(device)

    def drop(self) -> None:
        """Forget everything: the frames were not acknowledged and will come again."""
        self._waiting.clear()
        self._held.clear()
