"""A draw that stands up: from a list frozen beforehand and a seed committed to beforehand.

The list is the lot's parcels, sorted, each once; its digest is SHA-256 over them, a line each. The
seed is 32 random bytes, whose SHA-256 is published when the list is frozen and which is revealed
when the van is opened. Drawn are the parcels with the least HMAC-SHA256(seed, parcel): a simple
random sample, that anyone repeats from list and seed, in any language.
"""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256


class DrawError(ValueError):
    """A draw that can't be made; the message says why."""


@dataclass(frozen=True, slots=True)
class Lot:
    """A frozen list."""

    parcels: tuple[str, ...]

    @classmethod
    def of(cls, parcels: Iterable[str]) -> "Lot":
        """Raises DrawError where there is none, or a name has a line break."""
        names = tuple(sorted(set(parcels)))
        if not names or any("\n" in name or not name for name in names):
            raise DrawError("a lot is one parcel or more, each named on one line")
        return cls(names)

    @property
    def digest(self) -> str:
        return sha256("".join(f"{name}\n" for name in self.parcels).encode()).hexdigest()


def new_seed() -> str:
    """32 bytes that nobody can guess, hex."""
    return secrets.token_hex(32)


def commitment(seed: str) -> str:
    """What is published of a seed before it is revealed. Raises DrawError."""
    return sha256(_bytes(seed)).hexdigest()


def draw(lot: Lot, seed: str, size: int) -> list[str]:
    """The sample, in the order drawn; all of the lot where `size` is as large. Raises DrawError."""
    key = _bytes(seed)

    def rank(name: str) -> bytes:
        return hmac.digest(key, name.encode(), "sha256")

    return sorted(lot.parcels, key=rank)[:size]


def _bytes(seed: str) -> bytes:
    try:
        raw = bytes.fromhex(seed)
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise DrawError("a seed is 32 bytes in hex")
    return raw
