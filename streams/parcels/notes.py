"""What is on `coldchain.scans`: a parcel's scans, and when to measure it."""

import msgspec

from coldchain.custody import CustodyEvent, Id
from coldchain.frames import Name


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A note to a parcel: a scan of it (`event`), or that readings of `device` are there that it
    has to be measured by. Key: the parcel."""

    parcel: Id
    event: CustodyEvent | None = None
    device: Name | None = None


_decoder = msgspec.json.Decoder(Note)
_encoder = msgspec.json.Encoder()


def decode_note(raw: bytes) -> Note:
    """Raises msgspec.DecodeError."""
    return _decoder.decode(raw)


def encode_note(note: Note) -> bytes:
    return _encoder.encode(note)
