"""The dead letters as they stand on their topic, and which of them were sent once more.

A letter is named by its place there, `partition-offset`. Once sent again, a mark of it follows on
the same topic: no value, the header `replayed` with that name, and `when`. So whoever reads the
topic knows what is still open, whichever machine sent it.
"""

from dataclasses import dataclass

from broker.settings import KafkaSettings
from broker.topics import REJECTED
from coldchain.rejections import Headers, Rejection, from_headers
from coldchain.times import iso

from .topic import read_all

_MARK = "replayed"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One record of `coldchain.frames.rejected`; `received` (ms) is the original's timestamp."""

    id: str
    rejection: Rejection
    key: bytes | None
    value: bytes
    received: int
    replayed: bool = False

    @property
    def device(self) -> str:
        """The key as text; empty where there is none."""
        return (self.key or b"").decode("utf-8", "replace")


def mark_of(letter_id: str, now: int) -> Headers:
    """The headers of the record that says: this letter was sent once more at `now` (ms)."""
    return [(_MARK, letter_id.encode()), ("when", iso(now).encode())]


def dead_letters(settings: KafkaSettings) -> list[DeadLetter]:
    """All there are, oldest refusal first. Raises TopicError."""
    found: list[DeadLetter] = []
    marked: set[str] = set()
    for record in read_all(settings, REJECTED):
        mark = dict(record.headers).get(_MARK)
        if mark is not None:
            marked.add(mark.decode("utf-8", "replace"))
            continue
        found.append(
            DeadLetter(
                f"{record.partition}-{record.offset}",
                from_headers(record.headers),
                record.key,
                record.value or b"",
                record.timestamp,
            )
        )
    told = [_with_mark(letter) if letter.id in marked else letter for letter in found]
    return sorted(told, key=lambda letter: letter.rejection.when)


def _with_mark(one: DeadLetter) -> DeadLetter:
    return DeadLetter(one.id, one.rejection, one.key, one.value, one.received, True)
