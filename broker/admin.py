"""Topics made as the table says. Broker auto-creation is off: this is how they come to be."""

from collections.abc import Sequence

from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import TopicAlreadyExistsError

from .settings import KafkaSettings
from .topics import TOPICS, Topic


def ensure_topics(settings: KafkaSettings, topics: Sequence[Topic] = TOPICS) -> list[str]:
    """Make those topics that are not there yet; their names. Raises KafkaError.

    Topics that are there stay as they are: more partitions would move keys.
    """
    admin = KafkaAdminClient(**settings.client())
    try:
        there = set(admin.list_topics())
        made: list[str] = []
        for topic in topics:
            name = settings.topic(topic)
            if name in there:
                continue
            new = NewTopic(
                name, settings.partitions, settings.replication, topic_configs=topic.config
            )
            try:
                admin.create_topics([new])
            except TopicAlreadyExistsError:  # another process was faster
                continue
            made.append(name)
        return made
    finally:
        admin.close()
