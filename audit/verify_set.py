"""A consignment's bundle checked: the container, and each parcel's bundle by itself."""

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
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
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            return SUMMARY in archive.namelist()
    except Exception:  # noqa: BLE001 - zipfile raises nearly anything on a broken file
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
        _check(found, packed, trusted, lambda one: verify(one, trusted, deposited, roots))
    except Fault as fault:
        found.faults.append(fault.statement)
    return found


def as_one(found: VerifiedSet) -> Verified:
    """What came of it in one list: of the container, then of its parcels, each statement once."""
    parcels = found.parcels.values()
    return Verified(
        proved=[*found.proved],
        not_proved=_once(each for one in parcels for each in one.not_proved),
        faults=_once([*found.faults, *(each for one in parcels for each in one.faults)]),
        parcel=found.name,
    )


def _once(statements: Iterable[Statement]) -> list[Statement]:
    return list({(one.code, repr(one.values)): one for one in statements}.values())


def _check(
    found: VerifiedSet,
    packed: bytes,
    trusted: PublicKey | None,
    verified: Callable[[bytes], Verified],
) -> None:
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
    _check_signer(found, key, trusted)
    _check_summary(found, summary, members[SUMMARY])


def _check_signer(found: VerifiedSet, key: PublicKey, trusted: PublicKey | None) -> None:
    """That who signed the container is who signed what is in it: else somebody could leave out a
    parcel, or put two consignments' together, and sign that with a key of their own.
    """
    signers = {
        each.values["key"]
        for one in found.parcels.values()
        if one.holds
        for each in one.proved
        if each.code == "signature"
    }
    known = signers if trusted is None else signers | {trusted.fingerprint}
    if key.fingerprint not in known and (signers or not found.parcels):
        given = "-" if trusted is None else trusted.fingerprint
        raise Fault("other-key", key=key.fingerprint, given=given)


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
