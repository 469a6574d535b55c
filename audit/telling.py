"""What a step at the desk tells the parcel's place, as a custody event."""

from collections.abc import Mapping

from coldchain.custody import Act, CustodyEvent, HandMeasurement

from .inspections import Decision, Disposition, Result

#: Where a parcel is: device and compartment.
Where = tuple[str, str]

#: What a locker is told of a decision. A rejected parcel stays held: nobody is to take it out.
_ACTS: Mapping[Decision, Act] = {"hold": "held", "release": "released", "reject": "held"}


def inspected(row: Result, where: Where) -> CustodyEvent:
    """An inspection's result, told where the parcel is."""
    device, compartment = where
    measured = None if row.celsius is None else HandMeasurement(celsius=row.celsius)
    return CustodyEvent(
        id=row.id,
        parcel=row.parcel,
        act="inspected",
        at=row.at,
        device=device,
        compartment=compartment,
        receiver=row.by,
        measured=measured,
        note=f"sampling {row.sampling}: {'conforming' if row.conforming else 'nonconforming'}",
    )


def told(row: Disposition, where: Where) -> CustodyEvent:
    """A decision, told where the parcel is."""
    device, compartment = where
    return CustodyEvent(
        id=row.id,
        parcel=row.parcel,
        act=_ACTS[row.decision],
        at=row.at,
        device=device,
        compartment=compartment,
        giver=row.by,
        note=f"{row.decision} by {row.role}: {row.reason}"[:1000],
    )
