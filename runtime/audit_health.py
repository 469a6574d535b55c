"""Whether what came in is archived before Kafka lets it go."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from coldchain.times import DAY_MS

from .audit_settings import audit_section
from .health import Finding
from .settings import Settings

if TYPE_CHECKING:
    from broker.topics import Topic

WHAT = "archive"
MEND = "run the archiver: `coldchain audit archive`; or once, `coldchain audit seal`"


@dataclass(frozen=True, slots=True)
class Place:
    """A partition: offsets of its first record, after its last, after the last that is archived;
    `middle`: of the first record of the younger half of what the topic keeps (its end: none is)."""

    begin: int
    end: int
    archived: int
    middle: int


def archive(settings: Settings) -> Finding:
    """Whether Kafka has let go, or soon will, of what is not archived yet."""
    from kafka.errors import KafkaError

    from audit.catalog import open_to_read
    from audit.errors import AuditError

    from .servers.probes import kafka_answers

    try:
        with open_to_read(audit_section().folder) as catalog:
            offsets = catalog.offsets()
    except AuditError:
        return Finding(WHAT, "note", "none here: Kafka alone has what came in, for days", MEND)
    kafka = settings.kafka
    plain = not kafka.ca_file and not kafka.username
    if plain and not kafka_answers(kafka.servers, 3.0):
        return Finding(WHAT, "note", "how far it is is not known: Kafka does not answer")
    try:
        return said_of(_places(settings, offsets, time.time_ns() // 1_000_000))
    except (KafkaError, OSError, AssertionError, ValueError) as error:
        return Finding(WHAT, "note", f"how far it is is not known: {error!r}")


def said_of(places: Mapping[str, Iterable[Place]]) -> Finding:
    """What it means, by topic, how far the archive is."""
    each = [(topic, one) for topic, own in places.items() for one in own]
    gone, old = Counter[str](), Counter[str]()
    for topic, one in each:
        gone[topic] += max(0, one.begin - one.archived)
        old[topic] += max(0, one.middle - max(one.begin, one.archived))
    if +gone:
        said = f"Kafka let go of records that were not archived: {_counts(gone)}"
        return Finding(WHAT, "bad", said, f"{MEND}; its next seal says which these are")
    if +old:
        said = f"half of the time that Kafka keeps records is over for {_counts(old)}"
        return Finding(WHAT, "bad", f"{said}, and they are not archived", MEND)
    waiting = sum(max(0, one.end - one.archived) for _, one in each)
    return Finding(WHAT, "well", f"{waiting} records wait to be sealed, none for long")


def _counts(found: Mapping[str, int]) -> str:
    return ", ".join(f"{count} of {topic}" for topic, count in found.items() if count)


def _places(
    settings: Settings, offsets: Mapping[tuple[str, int], int], now: int
) -> dict[str, list[Place]]:
    from audit.archiver import SOURCES
    from broker.clients import consumer

    reader = consumer(settings.kafka)
    try:
        kept = {settings.kafka.topic(topic): topic for topic in SOURCES if topic.retention_ms}
        return {
            name: list(_of_topic(reader, name, topic, offsets, now)) for name, topic in kept.items()
        }
    finally:
        reader.close()


def _of_topic(
    reader: Any, name: str, topic: "Topic", offsets: Mapping[tuple[str, int], int], now: int
) -> Iterable[Place]:
    from broker.clients import partitions_of

    ours = partitions_of(reader, name)
    begins, ends = reader.beginning_offsets(ours), reader.end_offsets(ours)
    moment = now - (topic.retention_ms or DAY_MS) // 2
    middles = reader.offsets_for_times(dict.fromkeys(ours, moment)) if ours else {}
    for one in ours:
        middle = middles.get(one)
        archived = offsets.get((one.topic, one.partition), 0)
        yield Place(begins[one], ends[one], archived, middle.offset if middle else ends[one])
