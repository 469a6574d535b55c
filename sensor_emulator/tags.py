"""Tags: loggers that ride with one parcel after another, tied on at its first scan."""

from collections.abc import Sequence

from coldchain.times import MINUTE_MS, SECOND_MS

from .chance import generator
from .fleet import Fleet
from .parcel import Parcel, Words
from .scanner import Scanner
from .scenario import ParcelSpec, Scenario

#: How long a tag is on its way back to where parcels begin.
BACK_MS = 90 * MINUTE_MS


def tie_tags(parcels: Sequence[Parcel], scenario: Scenario, fleet: Fleet) -> None:
    """Tie each tag to the first parcels of its goods that begin while it is free."""
    spec = scenario.parcels or ParcelSpec(per_trip=0.0)
    end = scenario.start_ms + scenario.duration_ms
    free = {
        device.first: scenario.start_ms
        for device in fleet.devices
        if device.kind == "tag" and not device.idle
    }
    begun = [parcel for parcel in parcels if parcel.stays and parcel.stays[0].start < end]
    for parcel in sorted(begun, key=lambda one: (one.stays[0].start, one.number)):
        first = parcel.stays[0].start
        usable = [
            tag
            for tag, since in free.items()
            if since <= first and fleet.profile_of[tag] == parcel.profile
        ]
        if not usable:
            continue
        parcel.tag = usable[0]
        until = end if parcel.gone is None else parcel.gone - 2 * SECOND_MS
        free[usable[0]] = until + BACK_MS
        scanner = Scanner(spec, generator(scenario.seed, "tag", parcel.number), end)
        tied = Words(note="tag tied on")
        scanner.scan(parcel, "loaded", first + SECOND_MS, usable[0], tied, always=True)
        if parcel.gone is not None:
            scanner.scan(parcel, "unloaded", until, usable[0], always=True)
