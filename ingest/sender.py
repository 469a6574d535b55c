"""Into Kafka, confirmed: what is counted as sent is on all replicas."""

from collections.abc import Iterable
from types import TracebackType
from typing import Any

import msgspec
from kafka.errors import KafkaError

from broker.clients import producer
from broker.settings import KafkaSettings
from broker.topics import CUSTODY, FRAMES, REGISTRY, REJECTED, Topic
from coldchain.frames import Frame, encode_frame
from coldchain.registry import Registration
from coldchain.rejections import Headers, Rejection

#: What a topic's record is called in an error.
_WHAT = {FRAMES: "frame", CUSTODY: "scan", REJECTED: "dead letter"}


class SendError(Exception):
    """Kafka did not take a record; the message says which and why."""


class Sender:
    """Sends frames, registrations and dead letters; leaving it waits until all are confirmed.

    Raises SendError, then or before, for the first that was not.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._producer = producer(settings)
        self._failed: str | None = None

    def __enter__(self) -> "Sender":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self.flush()
        finally:
            self._producer.close(timeout=None if kind is None else 5)

    def frame(self, frame: Frame) -> None:
        """Send a frame; its record's timestamp, `received`, is now."""
        self.raw_frame(frame.device.encode(), encode_frame(frame))

    def raw_frame(self, key: bytes | None, value: bytes, received: int | None = None) -> None:
        """Send a frame's bytes as they are; `received` in ms, None: now."""
        self.raw(FRAMES, key, value, received)

    def raw(
        self,
        topic: Topic,
        key: bytes | None,
        value: bytes,
        received: int | None = None,
        headers: Headers | None = None,
    ) -> None:
        """Send bytes to a topic as they are; `received` in ms, None: now."""
        what = _WHAT.get(topic, "record")
        more = {"timestamp_ms": received, "headers": headers}
        self._send(what, self._settings.topic(topic), key, value, **more)

    def register(self, registrations: Iterable[Registration]) -> None:
        """Publish registrations, each in place of its device's last."""
        for registration in registrations:
            key, value = registration.device.encode(), msgspec.json.encode(registration)
            self._send("registration", self._settings.topic(REGISTRY), key, value)

    def reject(self, rejection: Rejection, key: bytes | None, value: bytes) -> None:
        """Put what could not be taken into the dead letters."""
        self.raw(REJECTED, key, value, headers=rejection.headers())

    def flush(self) -> None:
        """Wait until everything is confirmed. Raises SendError."""
        self._producer.flush()
        if self._failed is not None:
            raise SendError(self._failed)

    def _send(self, what: str, topic: str, key: bytes | None, value: bytes, **options: Any) -> None:
        shown = (key or b"").decode("utf-8", "replace")

        def note(error: BaseException) -> None:
            self._failed = self._failed or f"{what} of {shown!r} was not taken: {error!r}"

        try:
            self._producer.send(topic, key=key, value=value, **options).add_errback(note)
        except KafkaError as error:  # too large, or no room came free in time
            raise SendError(f"{what} of {shown!r} was not taken: {error}") from None
