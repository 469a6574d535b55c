"""What the series store has of a parcel's stays."""

from collections.abc import Callable

from coldchain.celsius import MICRO
from coldchain.enrolment import PAUSING, Enrolled
from coldchain.journey import Read, Seen, counting, window
from coldchain.pauses import spans_of
from coldchain.profile import Profile
from coldchain.segment import Interval
from coldchain.timeline import Stay
from series.reader import Reader
from streams.past import Past


def look(
    reader: Reader, find: Callable[[str], Enrolled | None], profile: Profile
) -> Callable[[Stay], Seen]:
    """How to see what was read about a stay. Asking raises what the reader raises."""
    past = Past(reader)

    def seen(stay: Stay) -> Seen:
        device, compartment = stay.leg.device, stay.leg.compartment
        enrolled = find(device)
        if enrolled is None:
            return Seen()
        channels: dict[str, Read] = {}
        spans: list[Interval] = []
        stored = reader.compartment(device, compartment, *window(profile, stay))
        for field, readings in stored.items():
            channel = f"{compartment}.{field}"
            values = [round(value * MICRO) for value in readings.values]
            if field.split(".")[0] in PAUSING:
                spans += spans_of(readings.times, values)
            elif counting(enrolled, compartment, channel, stay.span[0]):
                conflicts = past.conflicts(device, channel, *stay.span)
                channels[channel] = Read(readings.times, values, len(conflicts))
        return Seen(channels, spans)

    return seen
