"""The process that has Kafka's client: `python -m ingest.door.line_process FD`.

kafka-python needs about as much of a core as the rest of the front door, and an interpreter runs
one thread at a time. It ends with the front door, whatever it still has: that was not answered
yet, or is in the spool.
"""

import os
import select
import signal
import socket
import sys
import threading
from queue import Empty, SimpleQueue
from typing import Any

from kafka import KafkaProducer
from kafka.errors import (
    InvalidTimestampError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
)

from broker.clients import producer
from broker.topics import CUSTODY, FRAMES, REJECTED

from . import wire
from .records import Record

#: What Kafka says of a record that it will not take later either.
_NEVER = (InvalidTimestampError, MessageSizeTooLargeError, RecordListTooLargeError)
_LINGER_MS = 5
_TOPICS = (FRAMES, REJECTED, CUSTODY)

Done = SimpleQueue[wire.Answer]


class _Sending:
    """Records sent together, and which of them failed, by index."""

    def __init__(self, number: int, left: int, done: Done) -> None:
        self._number = number
        self._left = left
        self._done = done
        self._lock = threading.Lock()
        self._failures: wire.Failures = {}

    def settle(self, index: int, said: Any) -> None:
        """One more is confirmed, or refused by an exception; from any thread."""
        with self._lock:
            if isinstance(said, BaseException):
                self._failures[index] = wire.Failure(repr(said), isinstance(said, _NEVER))
            self._left -= 1
            if self._left:
                return
        self._done.put((self._number, self._failures))


def _connect(greeting: wire.Greeting) -> KafkaProducer:
    """A producer that knows its topics. Raises KafkaError."""
    made = producer(
        greeting.kafka,
        linger_ms=_LINGER_MS,
        delivery_timeout_ms=greeting.patience_ms,
        request_timeout_ms=greeting.patience_ms - _LINGER_MS - 1,
        max_block_ms=1_000,
        metrics_enabled=False,
        reconnect_backoff_max_ms=1_000,
    )
    missing: list[KafkaError] = []
    for topic in _TOPICS:  # asked for now, so that no send waits for it
        try:
            made.partitions_for(greeting.kafka.topic(topic))
        except KafkaError as error:
            missing.append(error)
    if len(missing) == len(_TOPICS):
        raise missing[0]
    return made


class _Lanes:
    """A thread a topic: a send waits for a topic that is not there, and nobody else with it."""

    def __init__(self, kafka: KafkaProducer, done: Done) -> None:
        self._kafka = kafka
        self._done = done
        self._queues: dict[str, SimpleQueue[tuple[_Sending, int, Record]]] = {}

    def send(self, number: int, records: list[Record]) -> None:
        sending = _Sending(number, len(records), self._done)
        for index, record in enumerate(records):
            self._queue(record.topic).put((sending, index, record))

    def _queue(self, topic: str) -> "SimpleQueue[tuple[_Sending, int, Record]]":
        queue = self._queues.get(topic)
        if queue is None:
            queue = self._queues[topic] = SimpleQueue()
            threading.Thread(target=self._serve, args=(queue,), daemon=True).start()
        return queue

    def _serve(self, queue: "SimpleQueue[tuple[_Sending, int, Record]]") -> None:
        while True:
            self._send(*queue.get())

    def _send(self, sending: _Sending, index: int, record: Record) -> None:
        try:
            sent = self._kafka.send(
                record.topic,
                value=record.value,
                key=record.key,
                headers=record.headers,
                timestamp_ms=record.received,
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, it was not taken
            sending.settle(index, error)
        else:
            sent.add_both(sending.settle, index)


def _answer(line: socket.socket, done: Done) -> None:
    """Pass on what is done with, all that there is at a time."""
    while True:
        answers = [done.get()]
        try:
            while True:
                answers.append(done.get_nowait())
        except Empty:
            line.sendall(wire.message(answers))


def _end_with(line: socket.socket) -> None:
    """End at once when the other end is closed, whatever the other threads wait for."""
    poll = select.poll()
    poll.register(line, 0)
    poll.poll()
    os._exit(0)


def _received(stream: Any) -> bytes:
    """The next message; its end is that of the process."""
    size = stream.read(wire.LENGTH_BYTES)
    body = stream.read(int.from_bytes(size, "big"))
    if not body:
        os._exit(0)
    return bytes(body)


def main() -> None:
    # Who interrupts a terminal interrupts the front door, which ends us when it is done.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    line = socket.socket(fileno=int(sys.argv[1]))
    threading.Thread(target=_end_with, args=(line,), daemon=True).start()
    stream = line.makefile("rb", buffering=1 << 18)
    try:
        kafka = _connect(wire.greeting.decode(_received(stream)))
    except KafkaError as error:
        line.sendall(wire.message(str(error)))
        return
    line.sendall(wire.message(""))
    done: Done = SimpleQueue()
    threading.Thread(target=_answer, args=(line, done), daemon=True).start()
    lanes = _Lanes(kafka, done)
    while True:
        for number, records in wire.sendings.decode(_received(stream)):
            lanes.send(number, records)


if __name__ == "__main__":
    main()
