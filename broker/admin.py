"""Topics made as the table says. Broker auto-creation is off: this is how they come to be."""

from collections.abc import Sequence

from kafka.admin import KafkaAdminClient
from kafka.errors import NoError, TopicAlreadyExistsError, for_code

from .settings import KafkaSettings
from .topics import TOPICS, Topic

_PATIENCE_MS = 30_000


def ensure_topics(settings: KafkaSettings, topics: Sequence[Topic] = TOPICS) -> list[str]:
    """Make those topics that are not there yet; their names. Raises KafkaError.

    Topics that are there stay as they are: more partitions would move keys. On return every
    partition has a leader: Kafka confirms a topic before its brokers know of it.
    """
    admin = KafkaAdminClient(**settings.client())
    try:
        there = set(admin.list_topics())
        wanted = {settings.topic(topic): topic for topic in topics}
        missing = {
            name: {
                "num_partitions": settings.partitions,
                "replication_factor": settings.replication,
                "configs": topic.config,
            }
            for name, topic in wanted.items()
            if name not in there
        }
        made = _create(admin, missing) if missing else []
        admin.wait_for_topics(list(wanted), timeout_ms=_PATIENCE_MS)
        return made
    finally:
        admin.close()


def _create(admin: KafkaAdminClient, missing: dict[str, dict[str, object]]) -> list[str]:
    made: list[str] = []
    for answer in admin.create_topics(missing, raise_errors=False)["topics"]:
        error = for_code(answer["error_code"])
        if error is NoError:
            made.append(answer["name"])
        elif error is not TopicAlreadyExistsError:  # else another process was faster
            raise error(f"{answer['name']}: {answer.get('error_message')}")
    return made
