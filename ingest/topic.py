"""A whole topic read once, from its beginning to its end as it is now."""

from collections.abc import Iterator
from typing import Any

from broker.clients import consumer, partitions_of
from broker.settings import KafkaSettings
from broker.topics import Topic


class TopicError(Exception):
    """A topic can't be read; the message says what to do."""


def read_all(settings: KafkaSettings, topic: Topic, patience_s: float = 60.0) -> Iterator[Any]:
    """Every record there is now (kafka-python's ConsumerRecord), in order within a partition.

    Raises TopicError where the topic is not there, or nothing came for `patience_s` seconds.
    """
    name = settings.topic(topic)
    reader = consumer(settings)
    try:
        everywhere = partitions_of(reader, name)
        if not everywhere:
            raise TopicError(f"no topic {name}; `coldchain up` makes the topics")
        reader.assign(everywhere)
        reader.seek_to_beginning(*everywhere)
        ends = reader.end_offsets(everywhere)
        while any(reader.position(one) < ends[one] for one in everywhere):
            found = reader.poll(timeout_ms=round(patience_s * 1000))
            if not found:
                raise TopicError(f"topic {name}: nothing came for {patience_s:g} s")
            for one, records in found.items():
                yield from (record for record in records if record.offset < ends[one])
    finally:
        reader.close()
