"""The writer: batches of lines, in the order given, each confirmed, retried, or named as bad.

One thread with one kept-alive connection sends the batches in order, so that of two values for
one point the later given stands. What happens to a batch:

    the server says            the writer
    -------------------------  -----------------------------------------------------------
    2xx                        confirms it
    400, 422 (a bad line)      halves it until the bad lines stand alone; they are rejected,
                               the rest is written
    413 (too large)            halves it
    429, 503, other 5xx, none  waits (Retry-After, else back-off) and sends it again; after
                               `give_up_after` its future fails with SinkDown
    401, 403, 404              fails at once with SinkDown: waiting mends no password
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from .http import Answer, Connection, Unreachable
from .retry import backoff, retry_after
from .settings import SeriesSettings

_BAD_LINE = (400, 422)
_TOO_LARGE = 413
_NO_USE = (401, 403, 404)


class SinkDown(Exception):  # noqa: N818 - a state of the world, not a fault of the caller
    """InfluxDB stayed away, or will never take what it is sent. Nothing was confirmed."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that InfluxDB will never take, and what it said."""

    line: str
    reason: str


class Writer:
    """Sends batches of lines in order. Thread-safe; `close` waits for what is pending."""

    def __init__(
        self,
        settings: SeriesSettings,
        sleep: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._connection = Connection(settings)
        self._thread = ThreadPoolExecutor(1, "series-writer")
        self._stop = threading.Event()
        self._sleep = sleep or self._stop.wait
        self._clock = clock
        self._lock = threading.Lock()
        self.pending_lines = 0
        self.written_lines = 0
        self.retries = 0
        self.down_since: float | None = None

    def send(self, lines: Sequence[str]) -> "Future[list[BadLine]]":
        """Write these lines; the future holds those rejected once all others are stored.

        It fails with SinkDown. Batches are stored in the order of the calls, in requests of at
        most `batch_lines`.
        """
        given = list(lines)
        with self._lock:
            future = self._thread.submit(self._run, given)
            self.pending_lines += len(given)
        return future

    def is_full(self) -> bool:
        """Whether the caller should wait for pending batches before it sends more."""
        return self.pending_lines >= self._settings.max_pending_lines

    def close(self, wait: bool = True) -> None:
        """Stop. With `wait`, after what is pending; else waiting batches fail with SinkDown.

        Either way no future is left undecided.
        """
        if not wait:
            self._stop.set()
        self._thread.shutdown(wait=True)
        self._connection.close()

    def _run(self, lines: list[str]) -> list[BadLine]:
        try:
            if self._stop.is_set():
                raise SinkDown("the writer was stopped before this was sent")
            bad = []
            for first in range(0, len(lines), self._settings.batch_lines):
                bad += self._write(lines[first : first + self._settings.batch_lines])
            self.written_lines += len(lines) - len(bad)
            return bad
        finally:
            with self._lock:
                self.pending_lines -= len(lines)

    def _write(self, lines: list[str]) -> list[BadLine]:
        answer = self._post(lines)
        if answer.status < 300:
            return []
        if len(lines) > 1:
            middle = len(lines) // 2
            return self._write(lines[:middle]) + self._write(lines[middle:])
        return [BadLine(lines[0], _reason(answer))]

    def _post(self, lines: list[str]) -> Answer:
        """The first answer that waiting won't change. Raises SinkDown."""
        body = "\n".join(lines).encode()
        query = {
            "org": self._settings.org,
            "bucket": self._settings.bucket,
            "precision": "ms",
        }
        since = self._clock()
        attempt = 0
        while True:
            wait = backoff(attempt)
            try:
                answer = self._connection.request("POST", "/api/v2/write", query, body)
            except Unreachable as error:
                said = str(error)
            else:
                if answer.status < 300 or answer.status in (*_BAD_LINE, _TOO_LARGE):
                    self.down_since = None
                    return answer
                said = f"{answer.status} {_reason(answer)}"
                if answer.status in _NO_USE:
                    raise SinkDown(f"InfluxDB at {self._settings.url} refuses: {said}")
                asked = retry_after(answer.headers, datetime.now(UTC))
                wait = max(wait, asked) if asked is not None else wait
            if self.down_since is None:
                self.down_since = since
            if self._stop.is_set() or self._clock() - since + wait > self._settings.give_up_after:
                raise SinkDown(f"InfluxDB at {self._settings.url} stays away: {said}")
            attempt += 1
            self.retries += 1
            self._sleep(wait)


def _reason(answer: Answer) -> str:
    """What the server said, in one line."""
    said = answer.body.decode(errors="replace").strip() or answer.headers.get("X-Influxdb-Error")
    return " ".join((said or f"status {answer.status}").split())[:500]
