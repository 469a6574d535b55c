"""Signed, expiring links: who may see which alert without a password. Pure; `now` is passed in.

    https://cold.example/l/d2FuZw.0123456789abcdef.1a2b3c.Fq3…

person, what it opens (an alert, `~` and a message's number, or nothing: their list), the minute
after which it is dead, and a signature. The signature is 128 bits of HMAC-SHA256, so that the
link stays short on a phone. A link is personal: it opens what its person may see, and no more.
Who is taken off the routes is refused, whatever they hold.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass, field
from typing import Any, Literal

from itsdangerous import BadSignature, Signer
from itsdangerous.signer import SigningAlgorithm

from coldchain.times import HOUR_MS, MINUTE_MS

#: `share`: what another authority may see; its person is the share's name.
Purpose = Literal["link", "session", "share"]

#: Before a message's number, where a link opens all that the message tells of.
MESSAGE = "~"

#: A key shorter than this can be guessed.
LEAST_SECRET = 16
_SIGNATURE_BYTES = 16


class LinkError(ValueError):
    """A token refused; the message says why, for a person."""


class _Short(SigningAlgorithm):
    """HMAC-SHA256, its first 128 bits."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return hmac.new(key, value, hashlib.sha256).digest()[:_SIGNATURE_BYTES]


@dataclass(frozen=True, slots=True)
class Links:
    """`url`: where people reach the console, without a slash at its end. Durations in ms."""

    url: str
    secret: str = field(repr=False)
    lasting: int = 24 * HOUR_MS

    def __post_init__(self) -> None:
        if len(self.secret) < LEAST_SECRET:
            raise LinkError(f"the secret has fewer than {LEAST_SECRET} characters")

    def to(self, person: str, alert: str, now: int) -> str:
        """A link for this person to this alert (`~12`: to message 12; empty: to their list)."""
        return f"{self.url}/l/{self.token('link', person, alert, now + self.lasting)}"

    def token(self, purpose: Purpose, person: str, alert: str, until: int) -> str:
        """A token that holds until the minute of `until` (ms) is over."""
        name = urlsafe_b64encode(person.encode()).decode().rstrip("=")
        value = f"{name}.{alert}.{until // MINUTE_MS:x}"
        signed: bytes = self._signer(purpose).sign(value)
        return signed.decode()

    def read(self, purpose: Purpose, token: str, now: int) -> tuple[str, str]:
        """Person and alert of a token. Raises LinkError where it is forged or has expired."""
        try:
            value = self._signer(purpose).unsign(token).decode()
            name, alert, until = value.split(".")
            person = urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode()
            expires = (int(until, 16) + 1) * MINUTE_MS
        except (BadSignature, Base64Error, ValueError):
            raise LinkError("this link is not one of ours, or was cut short") from None
        if now >= expires:
            raise LinkError("this link has expired")
        return person, alert

    def proof(self, session: str) -> str:
        """What a form of this session carries, so that no other site can send it."""
        proof: bytes = self._signer("form").get_signature(session)
        return proof.decode()

    def is_proof(self, session: str, proof: str) -> bool:
        """Whether a form was made for this session."""
        return bool(self._signer("form").verify_signature(session, proof))

    def _signer(self, purpose: str) -> Any:
        return Signer(self.secret, salt=f"coldchain {purpose}", algorithm=_Short())
