"""What a worker remembers of a parcel, and what its scans and legs make of it."""

from collections.abc import Callable, Container
from dataclasses import dataclass

import msgspec

from coldchain.custody import CustodyEvent
from coldchain.enrolment import Enrolled, Unregistered
from coldchain.journey import Journey, Seen, judge_journey
from coldchain.parcel_records import (
    AboardRecord,
    BudgetRecord,
    ParcelRecord,
    aboard_records,
)
from coldchain.profile import Profile
from coldchain.registry import CompartmentEntry
from coldchain.timeline import Leg, Stay, Timeline, timeline

#: No parcel is scanned more often; whatever is scans without end.
SCANS_AT_MOST = 1_000

Find = Callable[[str], Enrolled | None]


class ParcelMemory(msgspec.Struct, array_like=True):
    """One parcel: its scans, where devices were told it is, the budgets and record last said."""

    version: int = 1
    events: list[CustodyEvent] = []
    aboard: dict[str, AboardRecord] = {}
    budgets: list[BudgetRecord] = []
    said: ParcelRecord | None = None

    def add(self, event: CustodyEvent) -> bool:
        """Take a scan; False where there are too many."""
        if event in self.events:
            return True
        if len(self.events) >= SCANS_AT_MOST:
            return False
        self.events = [*self.events, event]
        return True


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(ParcelMemory)


def pack(memory: ParcelMemory) -> bytes:
    return _encoder.encode(memory)


def unpack(packed: bytes) -> ParcelMemory:
    """The memory in these bytes. Raises msgspec.DecodeError."""
    return _decoder.decode(packed)


@dataclass(frozen=True, slots=True)
class Book:
    """How parcels are read: by the registry (`find`) and the profiles known here."""

    find: Find
    profiles: Callable[[str], Profile | None]

    def way(self, memory: ParcelMemory) -> Timeline:
        """The parcel's timeline. Raises ValueError where it was never scanned."""
        return timeline(memory.events, _Tags(self.find))

    def profile(self, way: Timeline) -> Profile | None:
        """The goods' own profile, else that of the first compartment it was in; None: neither."""
        if way.profile:
            return self.profiles(way.profile)
        for leg in way.legs:
            placed = self._placed(leg)
            if placed is not None:
                return self.profiles(placed.profile)
        return None

    def is_pre_cooling(self, leg: Leg) -> bool:
        """Whether the leg began in a pre-cooling room."""
        placed = self._placed(leg)
        return placed is not None and placed.duty == "pre-cooling"

    def berths(self, memory: ParcelMemory, way: Timeline) -> list[AboardRecord]:
        """What devices have to be told of where the parcel is, was, or after all never was."""
        profile = self.profile(way)
        now = aboard_records(way, "" if profile is None else profile.id, memory.budgets)
        gone = {
            device: msgspec.structs.replace(record, berths=[], budgets=[])
            for device, record in memory.aboard.items()
            if device not in now and record.berths
        }
        news = [one for one in (now | gone).values() if memory.aboard.get(one.device) != one]
        memory.aboard = {**memory.aboard, **{one.device: one for one in news}}
        return news

    def judge(self, way: Timeline, seen: Callable[[Stay], Seen]) -> Journey | None:
        """The parcel judged; None where no profile says by what. Raises what `seen` raises."""
        profile = self.profile(way)
        if profile is None:
            return None
        return judge_journey(profile, way, seen, self.is_pre_cooling)

    def _placed(self, leg: Leg) -> CompartmentEntry | None:
        enrolled = self.find(leg.device)
        if enrolled is None:
            return None
        try:
            entry = enrolled.entry(enrolled.index(leg.start))
        except Unregistered:
            return None
        return entry.compartments.get(leg.compartment)


@dataclass(frozen=True, slots=True)
class _Tags(Container[str]):
    """The devices that are tags."""

    find: Find

    def __contains__(self, device: object) -> bool:
        enrolled = self.find(device) if isinstance(device, str) else None
        return enrolled is not None and enrolled.registration.history[-1].kind == "tag"


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
