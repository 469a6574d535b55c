"""Custody events as they are sent: each scan with what the thermometer said at that moment."""

import hashlib

import numpy as np

from coldchain.custody import CustodyEvent, HandMeasurement, encode_event
from coldchain.times import iso

from .chance import generator
from .city import Stretch
from .delivery import Delivery
from .parcel import Parcel, Scan
from .plan import Plan
from .sscc import SERIAL_DIGITS, sscc

#: A hand thermometer's error, °C (one sigma), and the digit it shows.
HAND_ERROR_C, HAND_DIGITS = 0.3, 1
#: Of the serial number, so many digits count a run's parcels; those before them name the run.
COUNT_DIGITS = 5


def label(plan: Plan, parcel: Parcel, shift: int) -> str:
    """A parcel's SSCC. A run of other times has other parcels, so that two runs can share a
    broker: its labels come from the seed and from when its frames begin.
    """
    begins = plan.scenario.start_ms + shift
    digest = hashlib.sha256(f"{plan.scenario.seed} {begins}".encode()).digest()
    run = int.from_bytes(digest[:8], "big") % 10 ** (SERIAL_DIGITS - COUNT_DIGITS)
    return sscc(run * 10**COUNT_DIGITS + parcel.number)


class Scans:
    """All scans of a run, made into events as their time comes."""

    def __init__(self, plan: Plan, shift: int) -> None:
        self._plan, self._shift = plan, shift
        self._chance = generator(plan.scenario.seed, "hand thermometer")
        self._due = sorted(
            ((scan.at, parcel.number, place) for parcel in plan.parcels
             for place, scan in enumerate(parcel.scans)),
        )  # fmt: skip
        self._next = 0

    def made(self, stretch: Stretch) -> list[Delivery]:
        """The events of a stretch. Times on their way, on the world's calendar."""
        out: list[Delivery] = []
        while self._next < len(self._due) and self._due[self._next][0] < stretch.end:
            _, number, place = self._due[self._next]
            self._next += 1
            parcel = self._plan.parcels[number]
            scan = parcel.scans[place]
            event = self._event(parcel, scan, place == 0, stretch)
            fate = "dropped" if scan.received is None else "sent"
            received = scan.at if scan.received is None else scan.received
            out.append(Delivery(event.device, encode_event(event), received, 0, fate, "scan"))
        return out

    def _event(self, parcel: Parcel, scan: Scan, is_first: bool, stretch: Stretch) -> CustodyEvent:
        fleet = self._plan.fleet
        device = fleet.devices[fleet.device_of[scan.box]].name
        at, sscc_ = iso(scan.at + self._shift), label(self._plan, parcel, self._shift)
        digest = hashlib.sha256("\x1f".join((sscc_, scan.act, at, device)).encode())
        notes = [scan.words.note]
        if is_first or (scan.act == "loaded" and parcel.shipment):
            notes += [f"shipment {parcel.shipment}"] if parcel.shipment else []
        if is_first and parcel.is_green:
            notes.append("green channel")
        return CustodyEvent(
            id=digest.hexdigest()[:20],
            parcel=sscc_,
            act=scan.act,
            at=at,
            device=device,
            compartment=fleet.names[scan.box],
            profile=parcel.profile if scan.act == "loaded" else "",
            giver=scan.words.giver,
            receiver=scan.words.receiver,
            measured=self._measured(parcel, scan, stretch),
            note="; ".join(note for note in notes if note),
        )

    def _measured(self, parcel: Parcel, scan: Scan, stretch: Stretch) -> HandMeasurement | None:
        if scan.measured is None:
            return None
        error = HAND_ERROR_C * float(self._chance.standard_normal())
        step = int(np.clip(np.searchsorted(stretch.ends, scan.at), 0, len(stretch.ends) - 1))
        true = float(stretch.goods[step, parcel.number])
        if np.isnan(true):  # its way ends in this very step
            true = float(stretch.cargo[step, scan.box])
        celsius = round(true + error, HAND_DIGITS) + 0.0
        return HandMeasurement(celsius=celsius, instrument="probe thermometer", where=scan.measured)
