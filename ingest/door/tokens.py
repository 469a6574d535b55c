"""Devices' tokens: made, revoked, recognised; on disk only as hashes, apart from the registry.

A token is 256 random bits, so that one SHA-256 is enough: there is nothing to guess slower.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from .files import open_database

PREFIX = "coldchain_"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS tokens (
    id TEXT PRIMARY KEY,
    device TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    made INTEGER NOT NULL,
    ends INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS tokens_by_device ON tokens (device);
"""


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token. `ends` (ms): not valid from then on; None: until revoked."""

    id: str
    device: str
    made: int
    ends: int | None

    def valid(self, now: int) -> bool:
        return self.ends is None or now < self.ends


def hash_of(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


class TokenStore:
    """The tokens in one SQLite file. Times are ms since the epoch."""

    def __init__(self, path: Path) -> None:
        self._db = open_database(path, _SCHEMA)
        self._version = -1
        self._known: dict[bytes, Token] = {}

    def __enter__(self) -> "TokenStore":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    def new(self, device: str, now: int, others_end: int | None = None) -> tuple[Token, str]:
        """A further token of a device, and its secret, which is nowhere else.

        `others_end`: when the tokens that it has already are to end; None: they stay.
        """
        return self.new_for([device], now, others_end)[0]

    def new_for(
        self,
        devices: Iterable[str],
        now: int,
        others_end: int | None = None,
        hand_over: Callable[[dict[str, str]], None] = lambda _: None,
    ) -> list[tuple[Token, str]]:
        """The same for many devices, in their order: all of them, or none.

        `hand_over` is given the secrets by device before they count: where it raises, none does,
        and the others live on.
        """
        made = [
            (Token(secrets.token_hex(8), device, now, None), PREFIX + secrets.token_urlsafe(32))
            for device in devices
        ]
        with self._db:
            for token, secret in made:
                if others_end is not None:
                    self._end("device = ?", token.device, others_end)
                self._db.execute(
                    "INSERT INTO tokens VALUES (?, ?, ?, ?, NULL)",
                    (token.id, token.device, hash_of(secret), now),
                )
            hand_over({token.device: secret for token, secret in made})
        self._load()
        return made

    def revoke(self, name: str, now: int) -> int:
        """End a token by its id, or all of a device by its name; how many that were valid."""
        with self._db:
            count = self._end("(id = ? OR device = ?)", name, now, name)
        self._load()
        return count

    def _end(self, which: str, name: str, at: int, *more: str) -> int:
        done = self._db.execute(
            f"UPDATE tokens SET ends = ? WHERE {which} AND (ends IS NULL OR ends > ?)",  # noqa: S608
            (at, name, *more, at),
        )
        return done.rowcount

    def tokens(self, device: str | None = None) -> list[Token]:
        """All there are, by device and age."""
        rows = self._db.execute("SELECT id, device, made, ends FROM tokens ORDER BY device, made")
        found = [Token(*row) for row in rows]
        return [token for token in found if device in (None, token.device)]

    def refresh(self) -> None:
        """Have `find` know what other processes changed; costs next to nothing if they did not."""
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._load()
            self._version = version

    def _load(self) -> None:
        rows = self._db.execute("SELECT hash, id, device, made, ends FROM tokens")
        self._known = {row[0]: Token(*row[1:]) for row in rows}

    def find(self, secret: str, now: int) -> Token | None:
        """The valid token with this secret, as of the last `refresh`."""
        token = self._known.get(hash_of(secret))
        return token if token is not None and token.valid(now) else None
