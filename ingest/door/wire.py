"""What passes between the front door and the process that has Kafka's client: msgpack messages.

    greeting   where Kafka is                     ->
               why it can't be reached, or ""     <-
    then       many sendings: number and records  ->
               many answers: number and failures  <-

Each message goes with its length before it, four bytes, big-endian.
"""

from dataclasses import dataclass

import msgspec

from broker.settings import KafkaSettings

from .records import Record

LENGTH_BYTES = 4


@dataclass(frozen=True, slots=True)
class Greeting:
    """Where Kafka is, and how long it has to confirm a record."""

    kafka: KafkaSettings
    patience_ms: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a record is not in Kafka; `never`: nor will it ever be."""

    why: str
    never: bool = False


#: Index of a record within its sending -> why it is not in Kafka.
Failures = dict[int, Failure]
Sending = tuple[int, list[Record]]
Answer = tuple[int, Failures]

_encode = msgspec.msgpack.Encoder(enc_hook=str).encode  # a Path is its text
greeting = msgspec.msgpack.Decoder(Greeting, dec_hook=lambda kind, value: kind(value))
word = msgspec.msgpack.Decoder(str)
sendings = msgspec.msgpack.Decoder(list[Sending])
answers = msgspec.msgpack.Decoder(list[Answer])


def message(what: object) -> bytes:
    """A message, its length before it."""
    body = _encode(what)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body
