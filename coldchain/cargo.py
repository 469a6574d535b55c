"""All the scans of a city read in one batch: every parcel's way, every device with those aboard.

What the stream must arrive at, whatever the order of scans and readings.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from .aboard import Berth, manned, with_parcels
from .book import Book
from .columns import Ordered, order
from .custody import CustodyEvent
from .enrolment import Enrolled
from .journey import Journey, Seen
from .parcel_records import aboard_records, berths_of
from .records import ExcursionRecord
from .segment import Interval
from .timeline import Stay, Timeline
from .whole import Samples

#: The readings of a city, by device and channel.
City = Mapping[str, Mapping[str, Samples]]


@dataclass(frozen=True, slots=True)
class Cargo:
    """Every parcel's way, by its name, and the berths of every device, by its."""

    book: Book
    ways: Mapping[str, Timeline] = field(default_factory=dict)
    berths: Mapping[str, list[Berth]] = field(default_factory=dict)

    @classmethod
    def of(cls, book: Book, events: Iterable[CustodyEvent]) -> "Cargo":
        """From all scans, in any order and with any repeats."""
        scans: dict[str, list[CustodyEvent]] = defaultdict(list)
        for event in events:
            scans[event.parcel].append(event)
        ways = {parcel: book.way(own) for parcel, own in sorted(scans.items())}
        berths: dict[str, list[Berth]] = defaultdict(list)
        for way in ways.values():
            profile = book.profile(way)
            for device, record in aboard_records(way, profile.id if profile else "").items():
                berths[device] += berths_of(record)
        return cls(book, ways, berths)

    def find(self, device: str) -> Enrolled | None:
        """A device as it is judged with those aboard; None where it is not registered."""
        base = self.book.find(device)
        if base is None or device not in self.berths:
            return base
        judged = manned(base.registration, self.berths[device], self.book.profiles)
        return Enrolled.of(judged, base.plans)

    def named(self, record: ExcursionRecord) -> ExcursionRecord:
        """The record, naming the parcels that were there."""
        return with_parcels(record, self.berths.get(record.device, ()))

    def journeys(self, city: City) -> Iterator[Journey]:
        """Every parcel judged, by name; those that no profile says how to judge are left out."""

        found: dict[tuple[str, str], dict[str, Ordered]] = {}

        def seen(stay: Stay) -> Seen:
            place = stay.leg.device, stay.leg.compartment
            read = _within(city.get(place[0], {}), place[1])
            if place not in found:
                found[place] = {name: order(own.times, own.values) for name, own in read.items()}
            return self.book.seen(
                stay,
                {name: (one.t.tolist(), one.v.tolist()) for name, one in found[place].items()},
                lambda name: _conflicts(read[name], stay.span),
            )

        for way in self.ways.values():
            journey = self.book.judge(way, seen)
            if journey is not None:
                yield journey


def _within(channels: Mapping[str, Samples], compartment: str) -> dict[str, Samples]:
    return {name: own for name, own in channels.items() if name.split(".", 1)[0] == compartment}


def _conflicts(samples: Samples, span: Interval) -> int:
    """How many times in a span have different values."""
    t, v = np.asarray(samples.times), np.asarray(samples.values)
    inside = (t >= span[0]) & (t <= span[1])
    return order(t[inside], v[inside]).conflicts
