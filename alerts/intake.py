"""From Kafka into the books: records and the offsets after them in one transaction.

One service has a database to itself, so it takes all partitions and joins no group: where to go
on is read from the database, and what is committed in Kafka is only for others to see. (A group
would add rebalances, in which kafka-python 3.0.12 can wait for ever inside `poll`.) Excursions
and commands wait until the registry has been read to its end as of the start, so that every
alert finds its crew.
"""

import logging
import sqlite3
from collections.abc import Callable
from typing import Any

from kafka import OffsetAndMetadata, TopicPartition
from kafka.errors import KafkaError

from broker.clients import consumer, partitions_of
from broker.settings import KafkaSettings
from broker.topics import REGISTRY
from coldchain.times import SECOND_MS

from .books import Books
from .database import transaction
from .taking import Taking

_log = logging.getLogger(__name__)

GROUP = "alerts"
POLL_MS = 100
#: How old what is known of topics may be: so long until partitions that were added are read.
LOOK_MS = 60 * SECOND_MS


class Intake:
    """One consumer on the room's topics. For one thread."""

    def __init__(
        self,
        db: sqlite3.Connection,
        books: Books,
        kafka: KafkaSettings,
        clock: Callable[[], int],
        is_over: Callable[[], bool] = lambda: False,
    ) -> None:
        """`is_over`: whether waiting for the database is to end."""
        self._db = db
        self._books = books
        self._clock = clock
        self._is_over = is_over
        self._waits_for: dict[TopicPartition, int] = {}
        self._taking = Taking(db, books, kafka.topic)
        self._registry = kafka.topic(REGISTRY)
        self._consumer = consumer(kafka, group=GROUP, metadata_max_age_ms=LOOK_MS)
        self._begin(
            [
                where
                for topic in self._taking.topics
                for where in partitions_of(self._consumer, topic)
            ]
        )

    def close(self) -> None:
        self._consumer.close()

    def _begin(self, ours: list[TopicPartition]) -> None:
        """Go on where the database says; registry first. Raises KafkaError, having done nothing."""
        registry = [where for where in ours if where.topic == self._registry]
        self._waits_for = self._consumer.end_offsets(registry)
        self._consumer.assign(ours)
        for where in ours:
            row = self._db.execute(
                "SELECT next FROM offsets WHERE topic = ? AND partition = ?",
                (where.topic, where.partition),
            ).fetchone()
            if row is not None:
                self._consumer.seek(where, row["next"])
            else:
                self._consumer.seek_to_beginning(where)
        self._consumer.pause(*(where for where in ours if where.topic != self._registry))

    def _look_for_more(self) -> None:
        """Take on partitions that were added to our topics: no group does it.

        Asks the broker nothing, which could wait for ever where it is away: `poll` renews what
        is known of topics every LOOK_MS.
        """
        ours = self._consumer.assignment()
        topics = sorted({where.topic for where in ours})
        all_of_them = [one for topic in topics for one in partitions_of(self._consumer, topic)]
        added = [where for where in all_of_them if where not in ours]
        if not added:
            return
        _log.info("new partitions: %s", ", ".join(f"{one.topic}/{one.partition}" for one in added))
        try:
            self._begin([*ours, *added])
        except KafkaError as error:  # the next step tries again
            _log.warning("new partitions can't be read yet: %s", error)

    def step(self) -> int:
        """Take in what has come, and what time has brought; the number of records."""
        polled = self._consumer.poll(POLL_MS, max_records=500)
        now = self._clock()
        batch = {where: records for where, records in polled.items() if records}
        with transaction(self._db, self._is_over):
            for records in batch.values():
                for record in records:
                    self._taking.take(record, now)
            for where, records in batch.items():
                self._db.execute(
                    "INSERT OR REPLACE INTO offsets VALUES (?, ?, ?)",
                    (where.topic, where.partition, records[-1].offset + 1),
                )
            self._books.tick(now)
        if batch:
            self._show(batch)
        self._open_up()
        self._look_for_more()
        return sum(map(len, batch.values()))

    def _open_up(self) -> None:
        """Let excursions and commands through once the registry is read."""
        if self._waits_for and all(
            self._consumer.position(where) >= end for where, end in self._waits_for.items()
        ):
            self._waits_for = {}
        if not self._waits_for:
            paused = self._consumer.paused()
            if paused:
                self._consumer.resume(*paused)

    def _show(self, batch: dict[TopicPartition, list[Any]]) -> None:
        offsets = {
            where: OffsetAndMetadata(records[-1].offset + 1) for where, records in batch.items()
        }
        try:
            self._consumer.commit_async(offsets)
        except KafkaError as error:  # only others miss it
            _log.info("offsets not shown in Kafka: %s", error)
