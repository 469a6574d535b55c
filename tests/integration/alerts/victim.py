"""The alert service in a process of its own, which may kill itself at a chosen commit.

    python victim.py SERVERS PREFIX DATABASE URL [before|after NUMBER]

Only commits that change something are counted. Without a choice it runs until it is ended.
It says `sent` where the chosen commit is the one that notes a message as sent.
"""

import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alerts import intake, postman
from alerts.database import transaction
from alerts.routes import Recipient, Routes, Rule
from alerts.service import AlertService
from alerts.settings import AlertSettings
from broker.settings import KafkaSettings

_lock = threading.Lock()
_count = 0


def killing(when: str, number: int) -> None:
    """Let the process die, as by a crash, just before or after its `number`th commit."""

    @contextmanager
    def deadly(db: sqlite3.Connection, *_: object) -> Iterator[None]:
        global _count
        before = db.total_changes
        with transaction(db):
            yield
            with _lock:
                _count += db.total_changes != before
                is_it = _count == number and db.total_changes != before
                if is_it and _notes_sent(db):
                    print("sent", flush=True)  # noqa: T201 - what the test wants to know
            if is_it and when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
        if is_it and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)

    for room in (intake, postman):
        setattr(room, transaction.__name__, deadly)


def _notes_sent(db: sqlite3.Connection) -> bool:
    """Whether this is the commit that notes a message as sent."""
    return db.execute("SELECT 1 FROM messages WHERE state = 'sent'").fetchone() is not None


def main(servers: str, prefix: str, database: str, url: str, *kill: str) -> None:
    if kill:
        killing(kill[0], int(kill[1]))
    people = {"courier": Recipient("courier", {"phone": url}, "en")}
    settings = AlertSettings(
        KafkaSettings(servers=servers, prefix=prefix),
        Path(database),
        Routes(people, Rule("default", ("courier",))),
        group_wait=0.0,
    )
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    AlertService(settings).run(stop)


if __name__ == "__main__":
    main(*sys.argv[1:])
