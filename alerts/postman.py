"""The postman: takes what is due from the outbox, sends it, notes what came of it.

The mark `sending` is on disk before a channel is called, and the note after; the calls run beside
each other, one at a time for each person and channel. The database is touched by one thread only.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from .channels import Channels
from .database import transaction
from .dispatch import Dispatch, Letter
from .outbox import Outcome
from .routes import Routes
from .whereabouts import Whereabouts

_log = logging.getLogger(__name__)

#: Seconds between two looks into the outbox.
ROUND = 0.1


class Postman:
    """Delivers until told to stop; then waits for what is on its way."""

    def __init__(
        self,
        db: sqlite3.Connection,
        dispatch: Dispatch,
        routes: Routes,
        workers: int,
        clock: Callable[[], int],
        whereabouts: Whereabouts,
    ) -> None:
        self._db = db
        self._dispatch = dispatch
        self._routes = routes
        self._channels = Channels()
        self._clock = clock
        self._whereabouts = whereabouts
        self._is_over: Callable[[], bool] = lambda: False
        self._pool = ThreadPoolExecutor(workers, "alerts-channel")
        self._under_way: dict[Future[tuple[Outcome, str]], Letter] = {}

    def run(self, stop: threading.Event) -> None:
        """Deliver until `stop`. Raises DatabaseBusyError where another program holds it then."""
        self._is_over = stop.is_set
        with transaction(self._db, self._is_over):
            found = self._dispatch.recover(self._clock())
        if found:
            _log.warning("%d messages may have been sent before the last crash", found)
        try:
            while not stop.wait(0 if self._under_way else ROUND):
                self.deliver()
        finally:
            wait(self._under_way)
            self._note()
            self._pool.shutdown()

    def deliver(self) -> None:
        """One round: note what has come back, send what is due."""
        if self._under_way:
            wait(self._under_way, ROUND, "FIRST_COMPLETED")
        self._note()
        busy = {(one.recipient, one.channel) for one in self._under_way.values()}
        devices = self._dispatch.due(self._clock())
        if not devices:
            return
        self._whereabouts.refresh(devices, self._clock())  # before the transaction: it may wait
        with transaction(self._db, self._is_over):
            letters = self._dispatch.take(self._clock(), busy)
        for letter in letters:
            self._under_way[self._pool.submit(self._send, letter)] = letter

    def _send(self, letter: Letter) -> tuple[Outcome, str]:
        person = self._routes.recipients.get(letter.recipient)
        url = None if person is None else person.channels.get(letter.channel)
        if url is None:
            return "refused", "the routes no longer have this person and channel"
        return self._channels.send(url, letter.message)

    def _note(self) -> None:
        done = [future for future in self._under_way if future.done()]
        if not done:
            return
        with transaction(self._db, self._is_over):
            for future in done:
                outcome, error = future.result()
                letter = self._under_way[future]
                state = self._dispatch.note(letter.id, outcome, error, self._clock())
                if outcome != "delivered":
                    _log.warning(
                        "message %d to %s (%s): %s, now %s: %s",
                        letter.id,
                        letter.recipient,
                        letter.channel,
                        outcome,
                        state,
                        error,
                    )
        for future in done:
            del self._under_way[future]
