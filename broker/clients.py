"""Clients as this project wants them: durable producers, consumers that commit by hand.

Keys are raw UTF-8 bytes under Kafka's murmur2 (kafka-python's default partitioner), so that
every client puts a device on the same partition.
"""

import time
from collections.abc import Callable, Collection
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaTimeoutError

from .settings import KafkaSettings
from .topics import MAX_RECORD_BYTES, Topic

#: What a producer may send at once: the largest record, in its batch.
MAX_REQUEST_BYTES = MAX_RECORD_BYTES
#: How long a broker may take to say where partitions begin and end, ms; between two questions, s.
_ANSWERS_WITHIN_MS, _PAUSE_S = 30_000, 0.02


def producer(settings: KafkaSettings, **overrides: Any) -> KafkaProducer:
    """A producer that confirms only what all replicas have, and repeats nothing on retry."""
    chosen: dict[str, Any] = {
        "acks": "all",
        "enable_idempotence": True,
        "compression_type": "lz4",
        "linger_ms": 20,
        "batch_size": 262_144,
        "max_request_size": MAX_REQUEST_BYTES,
        "delivery_timeout_ms": 120_000,
    }
    return KafkaProducer(**settings.client(), **(chosen | overrides))


class Consumer(KafkaConsumer):  # type: ignore[misc]
    """kafka-python's, that asks again where it was told of some partitions alone.

    3.0.12 leaves out those of whose leader it does not know, and stumbles (KeyError) over the gap:
    after every refresh of its metadata, which holds only the topics that it reads itself. Having
    stumbled it has sent for the rest.
    """

    def end_offsets(
        self, partitions: Collection[TopicPartition], timeout_ms: int | None = None
    ) -> dict[TopicPartition, int]:
        """The offset after the last record of each partition. Raises KafkaError."""
        return self._answered(super().end_offsets, partitions, timeout_ms)

    def beginning_offsets(
        self, partitions: Collection[TopicPartition], timeout_ms: int | None = None
    ) -> dict[TopicPartition, int]:
        """The offset of the first record of each partition. Raises KafkaError."""
        return self._answered(super().beginning_offsets, partitions, timeout_ms)

    @staticmethod
    def _answered(
        ask: Callable[..., Any], partitions: Collection[TopicPartition], timeout_ms: int | None
    ) -> dict[TopicPartition, int]:
        if not partitions:
            return {}
        whole_ms = _ANSWERS_WITHIN_MS if timeout_ms is None else timeout_ms
        deadline = time.monotonic() + whole_ms / 1000
        while True:
            left_ms = max(1, round((deadline - time.monotonic()) * 1000))
            try:
                found: dict[TopicPartition, int] = ask(partitions, timeout_ms=left_ms)
            except KeyError as error:
                if time.monotonic() + _PAUSE_S >= deadline:
                    told = f"Kafka did not say where {error} begins or ends"
                    raise KafkaTimeoutError(told) from None
                time.sleep(_PAUSE_S)
            else:
                return found


def consumer(
    settings: KafkaSettings, *topics: Topic, group: str | None = None, **overrides: Any
) -> KafkaConsumer:
    """A consumer from the beginning, committing only when told to; `group` None: no group."""
    chosen: dict[str, Any] = {
        "group_id": None if group is None else settings.group(group),
        "auto_offset_reset": "earliest",
        "enable_auto_commit": False,
        "session_timeout_ms": 10_000,
        "heartbeat_interval_ms": 2_000,
    }
    return Consumer(
        *(settings.topic(topic) for topic in topics), **settings.client(), **(chosen | overrides)
    )


def partitions_of(client: KafkaConsumer, topic: str) -> list[TopicPartition]:
    """All partitions of a topic (by its full name), in order; empty where there is none."""
    return [TopicPartition(topic, one) for one in sorted(client.partitions_for_topic(topic) or ())]
