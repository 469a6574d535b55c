"""A piece of the disk kept back: on a full one, what Kafka has can still be forgotten.

SQLite needs room to delete as well as to keep. Without it a spool on a full disk would go to Kafka
again and again, and the front door could not start.
"""

import os
import shutil
from pathlib import Path

SIZE = 1 << 20


class Reserve:
    """A file of `SIZE` bytes, there as long as the disk has room for it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_there = False

    def keep(self) -> bool:
        """Have it there; False where the disk is too full to take anything."""
        if not self._is_there:
            try:
                file = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
                try:
                    os.posix_fallocate(file, 0, SIZE)
                finally:
                    os.close(file)
            except OSError:
                self.give()
                return False
            self._is_there = True
        return True

    def give(self) -> None:
        """Give it up, that something else can be written."""
        self._path.unlink(missing_ok=True)
        self._is_there = False

    def make_room(self) -> None:
        """Give it up where the disk has less than that besides."""
        if self._path.exists() and shutil.disk_usage(self._path.parent).free < SIZE:
            self.give()
