"""Ed25519 keys of the archive: who sealed. Private keys come from a file or the environment."""

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from .errors import AuditError


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key to check with: 32 bytes. Its fingerprint is their SHA-256, in hex."""

    raw: bytes

    @property
    def fingerprint(self) -> str:
        return sha256(self.raw).hexdigest()

    def pem(self) -> str:
        key = Ed25519PublicKey.from_public_bytes(self.raw)
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def checks(self, signature: bytes, signed: bytes) -> bool:
        """Whether this key signed these bytes."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, signed)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key."""

    key: Ed25519PrivateKey

    @classmethod
    def fresh(cls) -> "Signer":
        return cls(Ed25519PrivateKey.generate())

    @property
    def public(self) -> PublicKey:
        raw = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return PublicKey(raw)

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data)

    def pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def signer_from_pem(text: str | bytes, where: str) -> Signer:
    """The private key in a PEM text. Raises AuditError, naming `where` it was given."""
    raw = text.encode() if isinstance(text, str) else text
    try:
        key = load_pem_private_key(raw, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise AuditError(
            f"{where}: not an Ed25519 private key (PEM); `coldchain audit key` makes one"
        )
    return Signer(key)


def public_from_pem(text: str | bytes, where: str) -> PublicKey:
    """The public key in a PEM text. Raises AuditError."""
    raw = text.encode() if isinstance(text, str) else text
    try:
        key = load_pem_public_key(raw)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise AuditError(f"{where}: not an Ed25519 public key (PEM)")
    return PublicKey(key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def make_key(path: Path) -> Signer:
    """A new private key in a file of its owner's alone, its public half in `<name>.pub` beside it.

    Raises AuditError where the file is there already.
    """
    signer = Signer.fresh()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(signer.pem())
        path.with_name(path.name + ".pub").write_text(signer.public.pem(), encoding="ascii")
    except FileExistsError:
        raise AuditError(f"{path} is there already and is left alone") from None
    except OSError as error:
        raise AuditError(f"{path} can't be written: {error.strerror}") from None
    return signer


def read_key(path: Path) -> Signer:
    """The private key of a file. Raises AuditError."""
    try:
        return signer_from_pem(path.read_bytes(), str(path))
    except OSError as error:
        raise AuditError(f"{path} can't be read: {error.strerror}") from None
