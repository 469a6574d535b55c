"""A consignment's bundle checked: the container, and each parcel's bundle by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec
from cryptography.x509 import Certificate

from .bundle import MANIFEST, SIGNATURE
from .checks import Fault, check_members, keys_of, member
from .consignment import ENDING, SUMMARY, Consignment, SetManifest, encode_consignment, item_of
from .container import ContainerError, unpack
from .seals import SignedSeal
from .signing import PublicKey
from .statements import Statement
from .verify import Verified, verify


@dataclass(slots=True)
class VerifiedSet:
    """What came of it: of the container, and of each parcel."""

    name: str = ""
    parcels: dict[str, Verified] = field(default_factory=dict)
    proved: list[Statement] = field(default_factory=list)
    faults: list[Statement] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.faults and all(one.holds for one in self.parcels.values())


def is_set(packed: bytes) -> bool:
    """Whether these bytes are a consignment's bundle, or were before something was changed."""
    return SUMMARY.encode() in packed[-1_000_000:] or SUMMARY.encode() in packed[:100_000]


def verify_set(
    packed: bytes,
    trusted: PublicKey | None = None,
    deposited: SignedSeal | None = None,
    roots: Sequence[Certificate] = (),
) -> VerifiedSet:
    """Check a consignment's bundle; `trusted`, `deposited` and `roots` as `verify` has them."""
    found = VerifiedSet()
    try:
        _check(found, packed, lambda one: verify(one, trusted, deposited, roots))
    except Fault as fault:
        found.faults.append(fault.statement)
    return found


def _check(found: VerifiedSet, packed: bytes, verified: Callable[[bytes], Verified]) -> None:
    try:
        members = unpack(packed)
    except ContainerError as error:
        raise Fault("container", what=str(error)) from None
    key = keys_of(members)[0]
    head = member(members, MANIFEST)
    said_signature = member(members, SIGNATURE)
    try:
        signature = bytes.fromhex(said_signature.decode("ascii"))
        manifest = msgspec.json.decode(head, type=SetManifest)
    except (ValueError, msgspec.DecodeError):
        raise Fault("manifest") from None
    if signature.hex().encode() != said_signature or not key.checks(signature, head):
        raise Fault("manifest")
    found.name = manifest.name
    check_members(manifest, members)
    found.proved.append(Statement("signature", {"key": key.fingerprint, "made": manifest.made}))
    try:
        summary = msgspec.json.decode(members[SUMMARY], type=Consignment)
    except (KeyError, msgspec.DecodeError):
        raise Fault("gone", member=SUMMARY) from None
    for parcel in manifest.parcels:
        content = member(members, f"{parcel}{ENDING}")
        found.parcels[parcel] = one = verified(content)
        if one.holds and one.parcel != parcel:
            raise Fault("changed", member=f"{parcel}{ENDING}")
    _check_summary(found, summary, members[SUMMARY])


def _check_summary(found: VerifiedSet, summary: Consignment, content: bytes) -> None:
    """That the summary says of each parcel what its own bundle proves."""
    made = {
        parcel: item_of(one.dossier)
        for parcel, one in found.parcels.items()
        if one.dossier is not None
    }
    if [one.parcel for one in summary.items] != list(found.parcels):
        raise Fault("summary-differs", parcel="-")
    for said in summary.items:
        if said.parcel in made and made[said.parcel] != said:
            raise Fault("summary-differs", parcel=said.parcel)
    if encode_consignment(summary) != content:
        raise Fault("changed", member=SUMMARY)
    found.proved.append(Statement("summary", {"count": len(summary.items)}))
