"""The registry as the worker knows it: the compacted topic, read whole, then followed."""

import logging
import threading
import time

import msgspec
from kafka import TopicPartition
from kafka.errors import KafkaTimeoutError

from broker.clients import consumer, partitions_of
from broker.settings import KafkaSettings
from broker.topics import FRAMES, REGISTRY, Topic
from coldchain.enrolment import Roster
from coldchain.registry import Registration

log = logging.getLogger(__name__)
_decoder = msgspec.json.Decoder(Registration)

#: Kafka is taken to be away when it does not answer for so long, ms.
ANSWERS_WITHIN_MS = 5_000


class RegistryFeed:
    """Keeps a roster as the registry topic has it. `catch_up` blocks; one caller at a time."""

    def __init__(self, settings: KafkaSettings, roster: Roster) -> None:
        self._settings = settings
        self._roster = roster
        self._lock = threading.Lock()
        self._is_closed = False
        self._consumer = consumer(settings)
        partitions = self._partitions(REGISTRY)
        self._consumer.assign(partitions)
        self._consumer.seek_to_beginning(*partitions)
        self._frames = self._partitions(FRAMES)

    def partitions_of(self, topic: Topic) -> int:
        """How many partitions a topic has. Raises LookupError where it has not been made."""
        return len(self._partitions(topic))

    def _partitions(self, topic: Topic) -> list[TopicPartition]:
        name = self._settings.topic(topic)
        found = partitions_of(self._consumer, name)
        if not found:
            raise LookupError(f"there is no topic {name}: `coldchain up` makes the topics")
        return found

    def catch_up(self) -> dict[int, int]:
        """Read on to what is the end of the topic now; the ends of the frames' partitions.

        Raises KafkaError where Kafka does not answer for a while.
        """
        with self._lock:
            if self._is_closed:
                raise KafkaTimeoutError("the worker stops")
            own = self._consumer.assignment()
            found = self._consumer.end_offsets([*own, *self._frames], timeout_ms=ANSWERS_WITHIN_MS)
            ends = {one: found[one] for one in own}
            heard = time.monotonic()
            while any(
                self._consumer.position(one, timeout_ms=ANSWERS_WITHIN_MS) < end
                for one, end in ends.items()
            ):
                for records in self._consumer.poll(timeout_ms=200).values():
                    heard = time.monotonic()
                    for record in records:
                        self._take(record.key, record.value)
                if time.monotonic() - heard > ANSWERS_WITHIN_MS / 1000:
                    raise KafkaTimeoutError("the registry cannot be read on")
            return {one.partition: found[one] for one in self._frames}

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            self._consumer.close()

    def _take(self, key: bytes | None, value: bytes | None) -> None:
        if value is None:
            self._roster.drop((key or b"").decode(errors="replace"))
            return
        try:
            self._roster.put(_decoder.decode(value))
        except (msgspec.DecodeError, ValueError) as error:
            # The registry's own door checks what it takes; one bad record must not stop a city.
            log.error("registry record of %r ignored: %s", key, error)
