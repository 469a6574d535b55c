"""Straight to Kafka, as the front door would write."""

from collections.abc import Sequence

import msgspec

from broker.settings import KafkaSettings
from broker.topics import CUSTODY, FRAMES, REGISTRY, Topic
from coldchain.registry import Registration

from .base import TargetError


class KafkaTarget:
    """Registrations, then frames and scans, keyed by device.

    A record's timestamp is when it is received.

    Raises TargetError from `send` or `flush` once a record could not be delivered.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        from broker.clients import producer  # loads kafka: not for who writes to a folder

        self._producer = producer(settings)
        self._settings = settings
        self._failed: BaseException | None = None

    def register(self, registrations: Sequence[Registration]) -> None:
        for registration in registrations:
            self._producer.send(
                self._settings.topic(REGISTRY),
                key=registration.device.encode(),
                value=msgspec.json.encode(registration),
            ).add_errback(self._note)
        self.flush()

    def send(self, device: str, payload: bytes, received: int) -> None:
        self._put(FRAMES, device, payload, received)

    def scan(self, device: str, payload: bytes, received: int) -> None:
        self._put(CUSTODY, device, payload, received)

    def flush(self) -> None:
        self._producer.flush()
        self._check()

    def close(self) -> None:
        try:
            self.flush()
        finally:
            self._producer.close()

    def _put(self, topic: Topic, device: str, payload: bytes, received: int) -> None:
        self._check()
        self._producer.send(
            self._settings.topic(topic), key=device.encode(), value=payload, timestamp_ms=received
        ).add_errback(self._note)

    def _note(self, error: BaseException) -> None:
        self._failed = self._failed or error

    def _check(self) -> None:
        if self._failed is not None:
            raise TargetError(f"Kafka did not take a record: {self._failed}") from self._failed
