"""Tags: loggers that ride with one parcel after another, tied on once it is cold.

What is being pre-cooled gets none yet: its band would condemn it (docs/decisions/0030).
"""

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
    cold = [(first, parcel) for parcel in parcels if (first := _cold_from(parcel, fleet)) < end]
    for first, parcel in sorted(cold, key=lambda one: (one[0], one[1].number)):
        usable = [
            tag
            for tag, since in free.items()
            if since <= first and fleet.profile_of[tag] == parcel.profile
        ]
        if not usable:
            continue
        parcel.tag, parcel.tied = usable[0], first + SECOND_MS
        until = end if parcel.gone is None else parcel.gone - 2 * SECOND_MS
        free[usable[0]] = until + BACK_MS
        scanner = Scanner(spec, generator(scenario.seed, "tag", parcel.number), end)
        tied = Words(note="tag tied on")
        scanner.scan(parcel, "loaded", parcel.tied, usable[0], tied, always=True)
        if parcel.gone is not None:
            parcel.untied = until
            scanner.scan(parcel, "unloaded", until, usable[0], always=True)


def _cold_from(parcel: Parcel, fleet: Fleet) -> int:
    """When its first stay outside a pre-cooling room begins, ms; for ever where there is none."""
    starts = (one.start for one in parcel.stays if fleet.duty_of[one.box] != "pre-cooling")
    return next(starts, 1 << 60)
