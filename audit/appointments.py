"""Appointments as lists: what is booked, and in which of them a parcel is."""

from collections.abc import Iterable, Mapping
from typing import Literal

from .inspections import decode_row
from .ledger import Ledger
from .samplings import Sampling, sampling_of

#: A parcel's part in an appointment.
Part = Literal["in-lot", "drawn", "picked", "conforming", "nonconforming"]


def appointments(ledger: Ledger) -> list[Sampling]:
    """All samplings: those not decided first, by their slot; then the decided, newest first."""
    found = [
        sampling_of(decode_row(row.value) for row in ledger.of(name))
        for name in ledger.subjects("sampling-")
    ]
    found.sort(key=lambda one: (one.booked.slot, one.id))
    decided = [one for one in found if one.decided is not None]
    return [one for one in found if one.decided is None] + decided[::-1]


def parts(samplings: Iterable[Sampling]) -> Mapping[str, tuple[Sampling, Part]]:
    """The parcels of samplings under way, each with its part in the last it is in."""
    found: dict[str, tuple[Sampling, Part]] = {}
    for one in samplings:
        if one.decided is None and one.frozen is not None:
            found |= {parcel: (one, _part(one, parcel)) for parcel in one.frozen.parcels}
            picked = () if one.opened is None else one.opened.picked
            found |= {parcel: (one, _part(one, parcel)) for parcel in picked}
    return found


def _part(one: Sampling, parcel: str) -> Part:
    result = one.results.get(parcel)
    if result is not None:
        return "conforming" if result.conforming else "nonconforming"
    if one.opened is None:
        return "in-lot"
    if parcel in one.opened.drawn:
        return "drawn"
    return "picked" if parcel in one.opened.picked else "in-lot"
