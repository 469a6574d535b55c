"""Scans of a parcel that was put away, read again from their topic."""

from kafka import TopicPartition

from broker.clients import consumer
from broker.settings import KafkaSettings
from broker.topics import SCANS
from coldchain.custody import CustodyEvent

from .notes import decode_note

#: Kafka is taken to be away when it gives nothing for so long, ms.
ANSWERS_WITHIN_MS = 10_000


class Gone(Exception):  # noqa: N818 - what is gone is no fault
    """The topic no longer keeps the scans."""


def scans_of(
    kafka: KafkaSettings, parcel: str, partition: int, first: int, last: int
) -> list[CustodyEvent]:
    """A parcel's scans between two offsets, both included.

    Raises Gone where the first is no longer kept, KafkaError or TimeoutError where Kafka is away.
    """
    place = TopicPartition(kafka.topic(SCANS), partition)
    reader = consumer(kafka)
    try:
        reader.assign([place])
        if reader.beginning_offsets([place])[place] > first:
            raise Gone(f"scans of parcel {parcel} are no longer kept")
        reader.seek(place, first)
        found: list[CustodyEvent] = []
        while reader.position(place) <= last:
            records = reader.poll(timeout_ms=ANSWERS_WITHIN_MS).get(place)
            if not records:
                raise TimeoutError("Kafka does not give the scans of a parcel that was put away")
            for record in records:
                if record.key == parcel.encode() and record.offset <= last:
                    event = decode_note(record.value).event
                    found += [] if event is None else [event]
        return found
    finally:
        reader.close()
