"""Custody: who had a parcel, where, and what they measured by hand.

One event a scan, on `coldchain.custody`, key: device. A tag that rides with a parcel is a device
too: it is bound by `loaded` and let go by `unloaded`, like a compartment.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from .frames import Name
from .times import from_iso

Act = Literal[
    "loaded",
    "unloaded",
    "handed-over",
    "refused",
    "held",
    "released",
    "delivered",
    "inspected",
]

Id = Annotated[str, Meta(min_length=1, max_length=128)]
Person = Annotated[str, Meta(max_length=128)]
Note = Annotated[str, Meta(max_length=1000)]


class HandMeasurement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A temperature taken by hand (°C): with what, at the surface or the core, and how the
    goods looked."""

    celsius: Annotated[float, Meta(ge=-100, le=100)]
    instrument: Annotated[str, Meta(max_length=128)] = ""
    where: Literal["surface", "core"] = "surface"
    condition: Note = ""


class CustodyEvent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing done to one parcel, `at` (ISO 8601, with a zone) one place.

    `id` names the scan for ever: the same event sent again is the same event. `device` and
    `compartment` are where the parcel is, before an unloading and after a loading. `profile` is
    the goods' own, named when they are loaded. `giver` and `receiver` are pseudonymous ids.
    """

    v: Literal[1] = 1
    id: Id
    parcel: Id
    act: Act
    at: str
    device: Name
    compartment: Name = "main"
    profile: str = ""
    giver: Person = ""
    receiver: Person = ""
    measured: HandMeasurement | None = None
    note: Note = ""

    @property
    def moment(self) -> int:
        """`at` in ms since the epoch."""
        return from_iso(self.at)


class CustodyError(ValueError):
    """An event refused; the message is the reason, in one line."""


_decoder = msgspec.json.Decoder(CustodyEvent)
_encoder = msgspec.json.Encoder()


def decode_event(raw: bytes | memoryview) -> CustodyEvent:
    """The event in these bytes (JSON, UTF-8). Raises CustodyError with the reason."""
    try:
        event = _decoder.decode(raw)
        from_iso(event.at)
    except (msgspec.DecodeError, ValueError, OverflowError, RecursionError) as error:
        raise CustodyError(str(error)) from None
    return event


def encode_event(event: CustodyEvent) -> bytes:
    """The event as JSON, UTF-8."""
    return _encoder.encode(event)
