"""Whether workers are there, and how far they are: asked of Kafka, so that it is true of all."""

from typing import Any

from .health import Finding
from .settings import Settings

#: Records that may wait without anybody being told.
BEHIND = 1_000


def workers(settings: Settings) -> Finding:
    """How many workers there are, and how many frames they have not committed yet."""
    from kafka.admin import KafkaAdminClient
    from kafka.errors import KafkaError

    from broker.clients import consumer, partitions_of
    from broker.topics import FRAMES

    from .servers.probes import kafka_answers

    kafka = settings.kafka
    plain = not kafka.ca_file and not kafka.username
    if plain and not kafka_answers(kafka.servers, 3.0):
        return Finding("workers", "note", "not known: Kafka does not answer")
    try:
        admin = KafkaAdminClient(**kafka.client())
        try:
            members = _members(admin, kafka.group("streams"))
        finally:
            admin.close()
        reader = consumer(kafka, group="streams")
        try:
            places = partitions_of(reader, kafka.topic(FRAMES))
            ends = reader.end_offsets(places)
            done = {one: reader.committed(one) or 0 for one in places}
        finally:
            reader.close()
    except (KafkaError, OSError, AssertionError, ValueError) as error:
        return Finding("workers", "note", f"not known: {error!r}")
    return said_of(members, sum(max(0, end - done[one]) for one, end in ends.items()))


def said_of(members: int, lag: int) -> Finding:
    """What that many workers and that many frames to come mean."""
    waiting = f"{lag} frame{'' if lag == 1 else 's'} not judged yet"
    if not members and not lag:
        return Finding("workers", "note", "none, and no frame waits", "`coldchain stream`")
    if not members:
        return Finding("workers", "bad", f"none, and {waiting}", "start one: `coldchain stream`")
    count = f"{members} worker{'' if members == 1 else 's'}"
    if lag > BEHIND:
        mend = "if it grows: more workers; `coldchain stream --metrics-port` shows rates"
        return Finding("workers", "note", f"{count}, {waiting}", mend)
    return Finding("workers", "well", f"{count}, {waiting}")


def _members(admin: Any, group: str) -> int:
    from kafka.errors import GroupIdNotFoundError

    try:
        return len(admin.describe_groups([group])[group]["members"])
    except GroupIdNotFoundError:
        return 0  # nobody was ever in it
