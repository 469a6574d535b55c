"""Each partition's own clock, by which silence is judged.

A partition's time is its newest receipt. Where nothing comes any more the wall clock has to go
on, but only while it is known that nothing waits: an outage of ours, or Kafka's, must not make
anybody look silent. Only time elapsed is added, so time that is emulated works as well.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Hand:
    """The newest receipt (ms), and since when (s) nothing newer was known to wait; None: unsure."""

    newest: int
    since: float | None = None


@dataclass(slots=True)
class Clocks:
    """The clocks of the partitions that are this worker's. `elapsed` gives seconds that only rise.

    `times` is what each clock showed when it was last looked at, ms.
    """

    elapsed: Callable[[], float]
    times: dict[int, int] = field(default_factory=dict)
    _hands: dict[int, _Hand] = field(default_factory=dict)

    def note(self, receipts: Mapping[int, int]) -> None:
        """Frames were received at these times (ms), by partition."""
        for partition, received in receipts.items():
            hand = self._hands.get(partition)
            if hand is None or received > hand.newest:
                self._hands[partition] = _Hand(received)
                self.times[partition] = received

    def look(self, partition: int, is_read_to_end: bool) -> int | None:
        """The time of a partition, ms; None where nothing was ever received.

        `is_read_to_end`: whether the broker was asked just now and had nothing more.
        """
        hand = self._hands.get(partition)
        if hand is None:
            return None
        now = self.elapsed()
        if not is_read_to_end:
            hand.since = None
        elif hand.since is None:
            hand.since = now
        waited = 0.0 if hand.since is None else now - hand.since
        self.times[partition] = hand.newest + int(waited * 1000)
        return self.times[partition]

    def drop(self) -> None:
        """Forget all: partitions are given out anew."""
        self.times.clear()
        self._hands.clear()
