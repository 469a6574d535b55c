"""What a worker remembers of a parcel, and what its scans and legs make of it."""

from collections.abc import Iterable

import msgspec

from coldchain.book import Book
from coldchain.custody import CustodyEvent
from coldchain.parcel_records import AboardRecord, BudgetRecord, ParcelRecord, aboard_records
from coldchain.timeline import Timeline

#: No parcel is scanned more often; whatever is scans without end.
SCANS_AT_MOST = 1_000


class ParcelMemory(msgspec.Struct, array_like=True):
    """One parcel: its scans, where devices were told it is, the budgets and record last said.

    `first` and `last` are the offsets of its scans on their partition, `touched` the time (ms) of
    the last note to it. Put away, nothing else of it is kept.
    """

    version: int = 1
    events: list[CustodyEvent] = []
    aboard: dict[str, AboardRecord] = {}
    budgets: list[BudgetRecord] = []
    said: ParcelRecord | None = None
    first: int = -1
    last: int = -1
    touched: int = 0

    @property
    def is_away(self) -> bool:
        """Whether it was put away: its scans are to be read again before anything is added."""
        return not self.events and self.first >= 0

    @property
    def is_over(self) -> bool:
        """Whether it was delivered, is nowhere any more, nobody holds it, and that was said."""
        return (
            self.first >= 0
            and self.said is not None
            and self.said.delivered is not None
            and not self.said.is_held
            and all(one.is_ashore for one in self.aboard.values())
        )

    def put_away(self) -> "ParcelMemory":
        """What is left to find its scans by."""
        return ParcelMemory(first=self.first, last=self.last, touched=self.touched)

    def read_again(self, events: Iterable[CustodyEvent], book: Book) -> None:
        """Take up what was put away: devices were told all of it before."""
        for event in events:
            self.add(event)
        if self.events:
            self.news(book, book.way(self.events))

    def add(self, event: CustodyEvent) -> bool:
        """Take a scan; False where there are too many."""
        if event in self.events:
            return True
        if len(self.events) >= SCANS_AT_MOST:
            return False
        self.events = [*self.events, event]
        return True

    def news(self, book: Book, way: Timeline) -> list[AboardRecord]:
        """What devices have to be told of where the parcel is, was, or after all never was."""
        profile = book.profile(way)
        now = aboard_records(way, "" if profile is None else profile.id, self.budgets)
        gone = {
            device: msgspec.structs.replace(record, berths=[], budgets=[])
            for device, record in self.aboard.items()
            if device not in now and record.berths
        }
        told = [one for one in (now | gone).values() if self.aboard.get(one.device) != one]
        self.aboard = {**self.aboard, **{one.device: one for one in told}}
        return told


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(ParcelMemory)


def pack(memory: ParcelMemory) -> bytes:
    return _encoder.encode(memory)


def unpack(packed: bytes) -> ParcelMemory:
    """The memory in these bytes. Raises msgspec.DecodeError."""
    return _decoder.decode(packed)


def waits_for_readings(before: ParcelMemory | None, records: list[AboardRecord]) -> bool:
    """Whether a leg has just ended: its device will say when its readings are there."""
    ended = {
        (one.device, berth.compartment, berth.start, berth.end)
        for one in records
        for berth in one.berths
        if berth.end is not None
    }
    known = {
        (one.device, berth.compartment, berth.start, berth.end)
        for one in ([] if before is None else before.aboard.values())
        for berth in one.berths
    }
    return bool(ended - known)
