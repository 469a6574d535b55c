"""The dead letters, listed and sent again once what was wrong is mended."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from broker.settings import KafkaSettings
from broker.topics import FRAMES, REJECTED
from coldchain.rejections import Rejection, from_headers

from .sender import Sender
from .topic import read_all


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One record of `coldchain.frames.rejected`; `received` (ms) is the original's timestamp."""

    rejection: Rejection
    key: bytes | None
    value: bytes
    received: int

    @property
    def device(self) -> str:
        """The key as text; empty where there is none."""
        return (self.key or b"").decode("utf-8", "replace")


def dead_letters(settings: KafkaSettings) -> list[DeadLetter]:
    """All there are, oldest refusal first. Raises TopicError."""
    found = [
        DeadLetter(from_headers(record.headers), record.key, record.value or b"", record.timestamp)
        for record in read_all(settings, REJECTED)
    ]
    return sorted(found, key=lambda letter: letter.rejection.when)


def replayable(settings: KafkaSettings, letters: Iterable[DeadLetter]) -> Iterator[DeadLetter]:
    """Those that came as frames, each once: not files' lines, nor what the store refused."""
    begins = settings.topic(FRAMES) + "/"
    seen: set[tuple[bytes | None, bytes]] = set()
    for letter in letters:
        if letter.rejection.where.startswith(begins) and (letter.key, letter.value) not in seen:
            seen.add((letter.key, letter.value))
            yield letter


def send_again(
    settings: KafkaSettings,
    letters: Iterable[DeadLetter],
    on_sent: Callable[[int], None] = lambda _: None,
) -> int:
    """Send them to `coldchain.frames` as they first came: key, bytes, `received`. How many.

    What is still wrong comes back into the dead letters. Raises SendError.
    """
    count = 0
    with Sender(settings) as sender:
        for letter in letters:
            sender.raw_frame(letter.key, letter.value, letter.received)
            count += 1
            on_sent(count)
    return count
