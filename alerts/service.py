"""The service: one thread takes in, one delivers, one writes for the boards; one database."""

import fcntl
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from kafka.errors import KafkaError

from .books import Books
from .database import DatabaseBusyError, DatabaseVersionError, open_database
from .dispatch import Dispatch
from .intake import Intake
from .postman import Postman
from .series import chronicle
from .settings import AlertsError, AlertSettings
from .whereabouts import Whereabouts

_log = logging.getLogger(__name__)


def wall_clock() -> int:
    """Now, ms since the epoch."""
    return time.time_ns() // 1_000_000


class AlertService:
    """Alerts until told to stop. One at a time on a database."""

    def __init__(self, settings: AlertSettings) -> None:
        self._settings = settings

    def run(self, stop: threading.Event, ready: threading.Event | None = None) -> None:
        """Take in and deliver until `stop`; `ready` is set once it has started.

        Raises AlertsError where another service has the database, KafkaError where Kafka can't
        be reached at the start, and what ended either thread.
        """
        settings = self._settings
        failed: list[BaseException] = []
        # The schema is made here, before a second thread opens the file.
        with _alone(settings.database), closing(_opened(settings.database)) as db:
            books = Books(db, settings)
            intake = Intake(db, books, settings.kafka, wall_clock, stop.is_set)
            delivering = threading.Thread(
                target=self._deliver, args=(stop, failed), name="alerts-postman", daemon=True
            )
            delivering.start()
            telling = self._telling_boards(stop)
            try:
                while not stop.is_set():
                    try:
                        intake.step()
                    except DatabaseBusyError as error:  # and we were told to end
                        _log.warning("%s; what was read is read again", error)
                    except KafkaError as error:  # it went on from the database; so do we
                        _log.warning("Kafka: %s; trying on", error)
                        stop.wait(1.0)
                    if ready is not None:
                        ready.set()
            finally:
                stop.set()
                intake.close()
                delivering.join()
                if telling is not None:
                    telling.join()
        if failed:
            raise failed[0]

    def _telling_boards(self, stop: threading.Event) -> threading.Thread | None:
        """The thread that writes alerts for the boards, started; None where none is to."""
        settings = self._settings
        if settings.series is None:
            return None
        given = settings.database, settings.series, stop, wall_clock
        made = threading.Thread(target=chronicle, args=given, name="alerts-boards", daemon=True)
        made.start()
        return made

    def _deliver(self, stop: threading.Event, failed: list[BaseException]) -> None:
        settings = self._settings
        try:
            with closing(open_database(settings.database)) as db:
                whereabouts = Whereabouts(settings.locate)
                dispatch = Dispatch(db, replace(settings, locate=whereabouts.of))
                Postman(
                    db, dispatch, settings.routes, settings.workers, wall_clock, whereabouts
                ).run(stop)
        except DatabaseBusyError as error:
            failed.append(AlertsError(f"{error}; what was being sent is looked at when it starts"))
            stop.set()
        except BaseException as error:  # noqa: BLE001 - raised again by `run`
            failed.append(error)
            stop.set()


def _opened(database: Path) -> sqlite3.Connection:
    try:
        return open_database(database)
    except DatabaseVersionError as error:
        raise AlertsError(f"{database}: {error}") from None
    except DatabaseBusyError as error:
        raise AlertsError(str(error)) from None


@contextmanager
def _alone(database: Path) -> Iterator[None]:
    """Hold the database's lock: two services would each send what the other is sending."""
    database.parent.mkdir(parents=True, exist_ok=True)
    path = database.with_name(database.name + ".lock")
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlertsError(f"another alert service is using {database}") from None
        yield
