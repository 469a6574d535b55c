"""From Kafka into the books: records and the offsets after them in one transaction.

Where to go on is read from the database, on start and whenever partitions are assigned; what the
group commits in Kafka is only for others to see. The client calls its listener from a thread of
its own, so that only says which partitions are new: what a poll brought of those is dropped, and
fetched again from the right place. Excursions and commands wait until the registry
has been read to its end as of the start, so that every alert finds its crew.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterable
from queue import SimpleQueue
from typing import Any

from kafka import ConsumerRebalanceListener, OffsetAndMetadata, TopicPartition
from kafka.errors import KafkaError

from broker.clients import consumer
from broker.settings import KafkaSettings
from broker.topics import REGISTRY

from .books import Books
from .database import transaction
from .taking import Taking

_log = logging.getLogger(__name__)

GROUP = "alerts"
POLL_MS = 100


class Intake(ConsumerRebalanceListener):  # type: ignore[misc]
    """One consumer on the three topics. For one thread."""

    def __init__(
        self, db: sqlite3.Connection, books: Books, kafka: KafkaSettings, clock: Callable[[], int]
    ) -> None:
        self._db = db
        self._books = books
        self._clock = clock
        self._assigned: SimpleQueue[TopicPartition] = SimpleQueue()
        self._waits_for: dict[TopicPartition, int] = {}
        self._taking = Taking(db, books, kafka.topic)
        self._registry = kafka.topic(REGISTRY)
        self._consumer = consumer(kafka, group=GROUP)
        self._consumer.subscribe(self._taking.topics, listener=self)

    def close(self) -> None:
        self._consumer.close()

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Nothing is held back: every record's effects are on disk already."""

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Say to the polling thread that these are new."""
        for where in assigned:
            self._assigned.put(where)

    def _begin(self, fresh: set[TopicPartition]) -> None:
        """Go on where the database says; registry first."""
        ours = self._consumer.assignment()
        for where in fresh & ours:
            row = self._db.execute(
                "SELECT next FROM offsets WHERE topic = ? AND partition = ?",
                (where.topic, where.partition),
            ).fetchone()
            if row is not None:
                self._consumer.seek(where, row["next"])
            else:
                self._consumer.seek_to_beginning(where)
        registry = [where for where in ours if where.topic == self._registry]
        self._waits_for = self._consumer.end_offsets(registry) if registry else {}
        self._consumer.pause(*(where for where in ours if where.topic != self._registry))

    def _fresh(self) -> set[TopicPartition]:
        fresh: set[TopicPartition] = set()
        while not self._assigned.empty():
            fresh.add(self._assigned.get())
        return fresh

    def step(self) -> int:
        """Take in what has come, and what time has brought; the number of records."""
        polled = self._consumer.poll(POLL_MS, max_records=500)
        fresh = self._fresh()
        if fresh:
            self._begin(fresh)
        now = self._clock()
        batch = {
            where: records for where, records in polled.items() if records and where not in fresh
        }
        with transaction(self._db):
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
