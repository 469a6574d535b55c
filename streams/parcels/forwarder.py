"""Custody scans, by device, sent on by parcel."""

from collections.abc import Callable
from typing import Any

from coldchain.book import Book
from coldchain.custody import CustodyError, CustodyEvent
from streams.batch import Refused, refusal
from streams.outbox import Outbox
from streams.sending import send

from .notes import Note, encode_note


class Forwarder:
    """Takes scans; what is none, or of goods that nobody here knows, is refused with a reason."""

    def __init__(
        self,
        scans: Any,
        outbox: Outbox,
        book: Book,
        clock: Callable[[], int],
    ) -> None:
        self._scans = scans
        self._outbox = outbox
        self._book = book
        self._clock = clock
        self._taken: list[Any] = []

    def __len__(self) -> int:
        return len(self._taken)

    def take(self, event: Any) -> None:
        """Take a scan's event."""
        self._taken.append(event)

    async def checkpoint(self) -> None:
        """Send on what was taken. Raises what Kafka raises when it stays away."""
        taken, self._taken = self._taken, []
        scans: list[CustodyEvent] = []
        refused: list[Refused] = []
        for event in taken:
            try:
                scans.append(self._book.scan(event.message.value or b""))
            except CustodyError as error:
                refused.append(refusal(event, str(error), self._clock()))
        await send(
            self._scans,
            [(one.parcel.encode(), encode_note(Note(one.parcel, one)), None, {}) for one in scans],
        )
        if refused:
            await self._outbox.refuse(refused, (), self._clock())
        for event in taken:
            event.ack()

    def drop(self) -> None:
        """Forget all: what is not acknowledged comes again."""
        self._taken.clear()
