"""Seals: signed statements, each of which names the one before, of what was archived.

A seal covers one or more shards, each by the root of its tree. What is signed, and hashed into
the next seal, are the bytes of the seal's JSON as encoded here.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Annotated

import msgspec
from msgspec import Meta

from coldchain.times import from_iso

from .entries import Kind
from .signing import PublicKey, Signer

NOTHING_BEFORE = "0" * 64
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class ShardSeal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A shard: entries of one `kind` received within one hour (`hour`: its start, ISO 8601)."""

    name: str
    kind: Kind
    hour: str
    size: Annotated[int, Meta(ge=1)]
    root: Digest
    file_sha256: Digest


class Gap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Records that Kafka no longer had when they were to be archived: offsets [first, next)."""

    topic: str
    partition: int
    first: int
    next: int


class Seal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`previous`: SHA-256 of the seal before; `key`: fingerprint of the key that signs.

    `next_key`: the public key (hex) that signs from the next seal on, where it changes.
    """

    v: Annotated[int, Meta(ge=1, le=1)] = 1
    number: Annotated[int, Meta(ge=1)]
    previous: Digest
    at: str
    key: Digest
    shards: list[ShardSeal]
    gaps: list[Gap] = []
    next_key: Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?$")] = ""

    @property
    def moment(self) -> int:
        """When it was sealed, ms."""
        return from_iso(self.at)


class SignedSeal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A seal and its signature (hex), as on `coldchain.seals`."""

    seal: Seal
    signature: Annotated[str, Meta(pattern=r"^[0-9a-f]{128}$")]

    @property
    def digest(self) -> str:
        """What the next seal names."""
        return sha256(encode_seal(self.seal)).hexdigest()


class SealError(ValueError):
    """A chain that does not hold; the message names the seal and says what is wrong."""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(SignedSeal)


def encode_seal(seal: Seal) -> bytes:
    """What is signed."""
    return _encoder.encode(seal)


def encode_signed(signed: SignedSeal) -> bytes:
    return _encoder.encode(signed)


def decode_signed(raw: bytes) -> SignedSeal:
    """A signed seal, its signature not checked. Raises SealError."""
    try:
        signed = _decoder.decode(raw)
        from_iso(signed.seal.at)
        return signed
    except (ValueError, OverflowError) as error:  # msgspec's errors are ValueErrors
        raise SealError(f"not a seal: {error}") from None


def sign_seal(seal: Seal, signer: Signer) -> SignedSeal:
    return SignedSeal(seal=seal, signature=signer.sign(encode_seal(seal)).hex())


def check_chain(seals: Sequence[SignedSeal], keys: Iterable[PublicKey]) -> None:
    """Check signatures, numbers and links of seals in a row. Raises SealError on the first fault.

    `keys` are trusted; a key that a seal signed by a trusted one hands over to is, from the next
    seal on.
    """
    trusted = {key.fingerprint: key for key in keys}
    before: SignedSeal | None = None
    for signed in seals:
        seal = signed.seal
        key = trusted.get(seal.key)
        if key is None:
            raise SealError(f"seal {seal.number}: signed by key {seal.key}, which is not trusted")
        if not key.checks(bytes.fromhex(signed.signature), encode_seal(seal)):
            raise SealError(f"seal {seal.number}: its signature is false")
        if before is not None:
            if seal.number != before.seal.number + 1:
                raise SealError(f"seal {seal.number}: follows seal {before.seal.number}")
            if seal.previous != before.digest:
                raise SealError(f"seal {seal.number}: does not name the seal before it")
            if seal.at < before.seal.at:
                raise SealError(f"seal {seal.number}: is dated before the seal before it")
            handed = before.seal.next_key
            expected = PublicKey(bytes.fromhex(handed)).fingerprint if handed else before.seal.key
            if seal.key != expected:
                raise SealError(f"seal {seal.number}: its key is not the one handed over to")
        elif seal.number == 1 and seal.previous != NOTHING_BEFORE:
            raise SealError("seal 1: names a seal before it")
        if seal.next_key:
            following = PublicKey(bytes.fromhex(seal.next_key))
            trusted[following.fingerprint] = following
        before = signed
