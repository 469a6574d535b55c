"""A frame on its way from a gateway to whoever listens."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delivery:
    """A frame as sent: its bytes, and when it is received (ms, the world's own calendar).

    `readings` are its non-null samples. `fate` is what the way did to it: sent, a second copy
    of one sent, corrupted, or dropped (never received).
    """

    device: str
    payload: bytes
    received: int
    readings: int
    fate: str = "sent"
