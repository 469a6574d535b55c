"""Each person's own signing key, and the archive's word that it is theirs.

A disposition names its key, and carries the archive's signature over name and key: whoever has the
archive's public key can check offline who signed, and nobody else's key will do. Where a person's
private key is kept is said in docs/decisions/0126.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from .errors import AuditError
from .inspections import Disposition, encode_row
from .signing import PublicKey, Signer, make_key, read_key

#: What checking a disposition comes to. `own`: by its person's key, which the archive vouches
#: for; `archive`: by the archive's key; `unknown`: by a key that nobody here vouches for.
Signature = Literal["own", "archive", "unknown", "false"]

_NAME = re.compile(r"[\w.@-]{1,128}")
#: Rows older than keys of people are without these.
_OF_PEOPLE = ("public", "vouched_by", "vouched")


def person_key(folder: Path, name: str) -> Signer:
    """A person's private key in the archive's keeping, made where there is none yet.

    Raises AuditError where it can't be, or the name is none that a file may have.
    """
    if not _NAME.fullmatch(name) or name.startswith("."):
        raise AuditError(f"{name!r} is no name for a key: letters, digits, . @ _ -")
    path = folder / f"{name}.pem"
    return read_key(path) if path.is_file() else make_key(path)


def signed(row: Disposition, signer: Signer, voucher: Signer | None = None) -> Disposition:
    """A disposition, signed. `voucher`, the archive's key, says that `signer` is its person's;
    without one, it is the archive itself that signs."""
    own = {} if voucher is None else _vouched(row.by, signer.public, voucher)
    bare = msgspec.structs.replace(row, key=signer.public.fingerprint, signature="", **own)
    return msgspec.structs.replace(bare, signature=signer.sign(_bytes(bare)).hex())


def is_signed(row: Disposition, key: PublicKey) -> bool:
    """Whether this key signed a disposition as it is."""
    try:
        return key.checks(bytes.fromhex(row.signature), _bytes(row))
    except ValueError:
        return False


def checked(row: Disposition, archive: Mapping[str, PublicKey]) -> Signature:
    """Who signed a disposition, by the archive's keys (by fingerprint)."""
    if not row.public:
        key = archive.get(row.key)
        if key is None:
            return "unknown"
        return "archive" if is_signed(row, key) else "false"
    try:
        own = PublicKey(bytes.fromhex(row.public))
        if own.fingerprint != row.key or not is_signed(row, own):
            return "false"
        voucher = archive.get(row.vouched_by)
        if voucher is None:
            return "unknown"
        word = bytes.fromhex(row.vouched)
    except ValueError:
        return "false"
    return "own" if voucher.checks(word, _word(row.by, row.public)) else "false"


def _vouched(name: str, key: PublicKey, voucher: Signer) -> dict[str, str]:
    public = key.raw.hex()
    word = voucher.sign(_word(name, public)).hex()
    return {"public": public, "vouched_by": voucher.public.fingerprint, "vouched": word}


def _word(name: str, public: str) -> bytes:
    """What the archive signs when it says whose a key is."""
    return msgspec.json.encode(["coldchain person key", name, public])


def _bytes(row: Disposition) -> bytes:
    """What is signed: the row without its signature."""
    bare = msgspec.structs.replace(row, signature="")
    if row.public:
        return encode_row(bare)
    fields = msgspec.to_builtins(bare)
    return msgspec.json.encode({k: v for k, v in fields.items() if k not in _OF_PEOPLE})
