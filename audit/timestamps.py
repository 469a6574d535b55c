"""RFC 3161: a time-stamping service's word that a day's last seal was there at a time.

A place of deposit `tsa+https://…` (or `tsa+http://…`). The answer is kept in the archive's
`stamps/` by the seal's number, and goes into bundles; whoever has the service's root certificate
checks it offline.
"""

import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from coldchain.times import iso

from .errors import AuditError
from .seals import SignedSeal, encode_seal

SCHEME = "tsa+"
FOLDER = "stamps"
#: PKIStatus of RFC 3161: granted, or granted with modifications.
_GRANTED = (0, 1)
_PATIENCE_S = 30.0
_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Stamp:
    """A service's word, checked: the seal was there by `at` (ISO 8601)."""

    seal: int
    at: str
    service: str


def stamp(url: str, seal: SignedSeal) -> bytes:
    """A service's answer for a seal (DER). Raises OSError where it gives none that will do."""
    what = encode_seal(seal.seal)
    request = (
        TimestampRequestBuilder()
        .data(what)
        .hash_algorithm(HashAlgorithm.SHA256)
        .nonce(nonce=True)
        .cert_request(cert_request=True)
        .build()
    )
    asked = urllib.request.Request(  # noqa: S310 - the scheme is checked by `is_service`
        url.removeprefix(SCHEME),
        data=request.as_bytes(),
        headers={"content-type": "application/timestamp-query"},
    )
    try:
        with urllib.request.urlopen(asked, timeout=_PATIENCE_S) as answer:  # noqa: S310
            got: bytes = answer.read(_MOST_BYTES)
    except (urllib.error.URLError, ValueError) as error:
        raise OSError(f"no answer: {error}") from None
    response = _decoded(got)
    if response.status not in _GRANTED:
        raise OSError(f"refused: {' '.join(response.status_string) or response.status}")
    if response.tst_info.nonce != request.nonce:
        raise OSError("the answer is to another request")
    if response.tst_info.message_imprint.message != sha256(what).digest():
        raise OSError("the answer is of something else")
    return got


def is_service(place: str) -> bool:
    """Whether a place of deposit is a time-stamping service."""
    return place.startswith((f"{SCHEME}https://", f"{SCHEME}http://"))


def keep(folder: Path, number: int, answer: bytes) -> None:
    """Keep an answer in the archive; one that is there stays. Raises OSError."""
    path = folder / FOLDER / f"{number:08}.tsr"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.write_bytes(answer)
    if path.exists():
        draft.unlink()
    else:
        draft.replace(path)


def kept(folder: Path, first: int, last: int) -> Mapping[int, bytes]:
    """The answers kept for seals of these numbers, by number."""
    found: dict[int, bytes] = {}
    for path in sorted((folder / FOLDER).glob("*.tsr")):
        if path.stem.isdigit() and first <= int(path.stem) <= last:
            found[int(path.stem)] = path.read_bytes()
    return found


def roots_of(pem: bytes, where: str) -> list[Certificate]:
    """The certificates in a PEM file. Raises AuditError."""
    try:
        return load_pem_x509_certificates(pem)
    except ValueError:
        raise AuditError(f"{where}: no certificate (PEM)") from None


def check_stamp(answer: bytes, seal: SignedSeal, roots: Sequence[Certificate]) -> Stamp:
    """That a service under these roots had this seal, and when. Raises AuditError."""
    builder = VerifierBuilder(roots=list(roots))
    try:
        response = _decoded(answer)
        builder.build().verify_message(response, encode_seal(seal.seal))
    except (VerificationError, ValueError, OSError) as error:
        raise AuditError(str(error) or "it does not check") from None
    info = response.tst_info
    at = iso(round(info.gen_time.timestamp() * 1000))
    return Stamp(seal.seal.number, at, str(getattr(info.name, "value", info.name) or "-"))


def _decoded(answer: bytes) -> TimeStampResponse:
    try:
        return decode_timestamp_response(answer)
    except ValueError as error:
        raise OSError(f"no time-stamp: {error}") from None
