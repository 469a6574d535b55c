"""Names of files as people and JSON may have them: Windows writes them in code pages of its own."""

from pathlib import Path


def shown(name: str | Path) -> str:
    """The name, bytes that are no UTF-8 as escapes (`\\udcfe`)."""
    return str(name).encode("utf-8", "backslashreplace").decode()
