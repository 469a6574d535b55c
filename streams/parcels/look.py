"""What the series store has of a parcel's stays."""

from collections.abc import Callable

from coldchain.book import Book
from coldchain.celsius import MICRO
from coldchain.journey import Seen, window
from coldchain.profile import Profile
from coldchain.timeline import Stay
from series.reader import Reader
from streams.past import Conflicts, Past


def look(reader: Reader, book: Book, profile: Profile) -> Callable[[Stay], Seen]:
    """How to see what was read about a stay. Asking raises what the reader raises."""
    past = Past(reader)

    def seen(stay: Stay) -> Seen:
        device, compartment = stay.leg.device, stay.leg.compartment
        stored = reader.compartment(device, compartment, *window(profile, stay))
        return book.seen(
            stay,
            {
                f"{compartment}.{field}": (one.times, [round(v * MICRO) for v in one.values])
                for field, one in stored.items()
            },
            lambda channel: len(past.answers([Conflicts(device, channel, *stay.span)])[0]),
        )

    return seen
