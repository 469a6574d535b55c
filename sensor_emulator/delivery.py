"""A record on its way to whoever listens: a gateway's frame, or the scan of a parcel."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Delivery:
    """A record as sent: its bytes, and when it is received (ms, the world's own calendar).

    `readings` are its non-null samples. `fate` is what the way did to it: sent, a second copy
    of one sent, corrupted, or dropped (never received). `what` it is: a frame, or a scan.
    `ready`: a frame's `received`, had nothing held it back.
    """

    device: str
    payload: bytes
    received: int
    readings: int
    fate: str = "sent"
    what: Literal["frame", "scan"] = "frame"
    ready: int = 0
