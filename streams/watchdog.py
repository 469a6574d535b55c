"""Looks from outside whether commits go on: asks the broker, not the worker.

A worker whose commits stand still while records wait is of no use to anybody, whatever it thinks
of itself; what it has not acknowledged comes again to the next.
"""

import logging
import threading
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from broker.clients import consumer, partitions_of
from broker.settings import KafkaSettings
from broker.topics import FRAMES, Topic

from .meters import Meters

log = logging.getLogger(__name__)

#: A partition, by whatever tells it from the others.
Where = TypeVar("Where", bound=Hashable)
#: Seconds between two looks; how long the broker has for each answer, ms.
EVERY = 2.0
ANSWERS_WITHIN_MS = 5_000


@dataclass(slots=True)
class Stall(Generic[Where]):
    """Since when (s) each partition's commit stands still while records wait."""

    _since: dict[Where, tuple[int, float]] = field(default_factory=dict)

    def look(self, committed: Mapping[Where, int], ends: Mapping[Where, int], now: float) -> float:
        """For how long (s) the commit that stands still the longest does; 0: none does."""
        for where in list(self._since):
            if where not in committed:
                del self._since[where]
        longest = 0.0
        for where, offset in committed.items():
            known = self._since.get(where)
            if offset >= ends[where] or known is None or known[0] != offset:
                self._since[where] = offset, now
            else:
                longest = max(longest, now - known[1])
        return longest


class Watchdog:
    """Watches this worker's partitions in a thread of its own, so that a loop that hangs is seen.

    `mine` gives the partitions that are this worker's, of each topic that it reads: scans may
    stand still while frames go on. After `patience` seconds without a commit while records wait,
    `stop` is called with one line that says so.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        mine: Callable[[], Mapping[Topic, Collection[int]]],
        meters: Meters,
        patience: float,
        clock: Callable[[], float],
        stop: Callable[[str], None],
    ) -> None:
        self._kafka = kafka
        self._mine = mine
        self._meters = meters
        self._patience = patience
        self._clock = clock
        self._stop = stop
        self._stall = Stall[TopicPartition]()
        self._ended = threading.Event()
        self.stalled_for = 0.0
        self.lag = 0

    @property
    def is_well(self) -> bool:
        """Whether commits go on, or nothing waits; before long, half of the patience is gone."""
        return self.stalled_for < self._patience / 2

    def start(self) -> None:
        threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def end(self) -> None:
        self._ended.set()

    def _run(self) -> None:
        asking = consumer(self._kafka, group="streams")
        while not self._ended.wait(EVERY):
            try:
                self._look(asking)
            except KafkaError as error:
                log.warning("the broker cannot be asked how far frames are committed: %s", error)
            except Exception:
                log.exception("the watchdog looked in vain")

    def _look(self, asking: KafkaConsumer) -> None:
        own = [
            one
            for topic, mine in self._mine().items()
            for one in partitions_of(asking, self._kafka.topic(topic))
            if one.partition in mine
        ]
        ends = asking.end_offsets(own, timeout_ms=ANSWERS_WITHIN_MS)
        committed = {one: asking.committed(one, timeout_ms=ANSWERS_WITHIN_MS) or 0 for one in own}
        self.stalled_for = self._stall.look(committed, ends, self._clock())
        frames = self._kafka.topic(FRAMES)
        self.lag = 0
        for one, offset in committed.items():
            if one.topic == frames:
                lag = max(0, ends[one] - offset)
                self.lag += lag
                self._meters.lag.labels(one.partition).set(lag)
        self._meters.stalled.set(self.stalled_for)
        if self.stalled_for >= self._patience:
            waiting = {one.topic for one, offset in committed.items() if offset < ends[one]}
            self._stop(
                f"nothing was committed for {self.stalled_for:.0f} s while records of "
                f"{', '.join(sorted(waiting))} wait: "
                "the worker stops, what it has not finished comes again to the next"
            )
