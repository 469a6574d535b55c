"""How far a group of readers is behind the end of a topic."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from broker.clients import consumer, partitions_of
from broker.settings import KafkaSettings
from broker.topics import Topic

POLL_S = 0.2


class Behind(Exception):  # noqa: N818 - a state of the world
    """The readers did not get to the end in time; the message says how far they are."""


class Lag:
    """Asks Kafka how many records of a topic a group has not committed yet."""

    def __init__(self, settings: KafkaSettings, topic: Topic, group: str) -> None:
        self._consumer = consumer(settings, group=group)
        self._partitions = partitions_of(self._consumer, settings.topic(topic))

    def __call__(self) -> int:
        ends = self._consumer.end_offsets(self._partitions)
        return sum(end - (self._consumer.committed(one) or 0) for one, end in ends.items())

    def close(self) -> None:
        self._consumer.close()


def wait_for_none(lag: Callable[[], int], patience: float, what: str) -> None:
    """Wait until a lag is none. Raises Behind after `patience` seconds without any progress."""
    best, since = lag(), time.monotonic()
    left = best
    while left:
        if left < best:
            best, since = left, time.monotonic()
        if time.monotonic() - since > patience:
            raise Behind(f"{what}: {left} records not done, none more for {patience:.0f} s")
        time.sleep(POLL_S)
        left = lag()


@contextmanager
def followed(
    settings: KafkaSettings, topic: Topic, on_record: Callable[[bytes], None]
) -> Iterator[None]:
    """Calls `on_record` with each new value of a topic, from a thread, until the block ends."""
    stop = threading.Event()
    reader = consumer(settings)
    name = settings.topic(topic)
    reader.assign(partitions_of(reader, name))
    reader.seek_to_beginning()

    def follow() -> None:
        while not stop.is_set():
            found: dict[Any, Any] = reader.poll(timeout_ms=200)
            for records in found.values():
                for record in records:
                    on_record(record.value)

    thread = threading.Thread(target=follow, name=f"follow {name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        reader.close()


def count(settings: KafkaSettings, topic: Topic) -> int:
    """How many records a topic holds."""
    reader = consumer(settings)
    try:
        ones = partitions_of(reader, settings.topic(topic))
        begins, ends = reader.beginning_offsets(ones), reader.end_offsets(ones)
        return sum(ends[one] - begins[one] for one in ones)
    finally:
        reader.close()
