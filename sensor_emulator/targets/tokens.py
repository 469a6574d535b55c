"""Devices' secrets, as `coldchain ingest token issue` writes them."""

from pathlib import Path

import msgspec

from .base import TargetError


def read_tokens(path: Path) -> dict[str, str]:
    """Device -> its secret, of a file `{"van-0042": "…"}`. Raises TargetError, naming the file."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except OSError as error:
        raise TargetError(f"{path}: can't be read: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError):  # never what is in it
        raise TargetError(
            f'{path}: not a file of tokens, {{"van-0042": "…"}}:'
            " `coldchain ingest token issue` writes one"
        ) from None
