"""Made once, kept for later: a build is moved into the cache only when it is whole.

An interrupted build leaves nothing behind that a later one would take for good, and two runs at
once wait for each other instead of clashing.
"""

import fcntl
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file at `path`; waits for whoever holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def made_once(target: Path, make: Callable[[Path], None]) -> Path:
    """The folder `target`, made by `make(scratch)` unless it is there already.

    `make` fills a scratch folder beside it, renamed into place when `make` returns. What `make`
    raises goes through; the scratch folder is removed, here or by the next try. Each try has a
    folder of its own: a killed one's compilers may write on for a moment.
    """
    if target.is_dir():
        return target
    with locked(target.with_name(f".{target.name}.lock")):
        if target.is_dir():  # made while we waited
            return target
        start = f".{target.name}.part-"
        for left in target.parent.glob(f"{start}*"):
            shutil.rmtree(left, ignore_errors=True)
        scratch = Path(tempfile.mkdtemp(prefix=start, dir=target.parent))
        scratch.chmod(0o755)
        try:
            make(scratch)
            scratch.rename(target)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return target
