"""What alerts and console share: where the pages are, and the secret that signs the way to them."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import UserError
from .folders import state_folder
from .settings import load_section

if TYPE_CHECKING:
    from alerts.links import Links

HOUR_MS = 3_600_000
KEY_FILE = "console.key"


@dataclass(frozen=True, slots=True)
class ConsoleSection:
    """`[console]` of the settings.

    `url`: where people reach the pages; without it messages carry no link. `secret` signs links
    and sessions; where none is given, one is made and kept among this machine's state. `host` and
    `port`: where the console listens; people reach it through a proxy that speaks TLS.
    """

    url: str = ""
    secret: str = ""
    link_hours: float = 24.0
    host: str = "127.0.0.1"
    port: int = 8380


def console_section() -> ConsoleSection:
    """The settings in force. Raises UserError."""
    return load_section("console", ConsoleSection)


def links(section: ConsoleSection, url: str | None = None) -> "Links":
    """What signs the way to the pages at `url` (else the section's). Raises UserError."""
    from alerts.links import LinkError, Links

    address = (section.url if url is None else url).rstrip("/")
    if not address.startswith(("http://", "https://")):
        raise UserError(f"[console] url is {address!r}: it begins with http:// or https://")
    try:
        return Links(address, section.secret or _kept(), round(section.link_hours * HOUR_MS))
    except LinkError as error:
        raise UserError(f"[console] secret: {error}") from None


def _kept() -> str:
    """This machine's own secret, made when first asked for; only its owner can read it."""
    path: Path = state_folder() / KEY_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    made = secrets.token_urlsafe(32)
    draft = path.with_name(f"{KEY_FILE}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(made, encoding="utf-8")
    try:
        os.link(draft, path)  # whole, or not at all; never over another's
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text(encoding="utf-8").strip()
