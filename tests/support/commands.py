"""`coldchain` as its users run it, beside a test that waits for what comes of it."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

COLDCHAIN = (sys.executable, "-c", "from runtime.cli import main; main()")


def until(said: Callable[[], Any], seconds: float = 60.0) -> Any:
    """What is said, once it is anything."""
    deadline = time.monotonic() + seconds
    while not (found := said()):
        assert time.monotonic() < deadline, "it did not come in time"
        time.sleep(0.05)
    return found


@contextmanager
def running(
    environment: dict[str, str], *command: str, ends_within: float = 60.0
) -> Iterator[None]:
    """A command that runs until the block ends; told to stop then, it has to end well, in time."""
    process = subprocess.Popen([*COLDCHAIN, *command], env=environment, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        ended = process.wait(ends_within)
    assert ended == 0, command
