"""Stores and forwards, as gateways do: each device's records in order, many devices at once.

Callers' threads put records in; a thread of its own, with an event loop, delivers them. Of one
device and kind one batch at a time is on its way, so order holds. A batch is whatever waits: one
record while the line keeps up, many while it does not.
"""

import asyncio
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from .base import TargetError
from .line import AwayError, Later, Line, Smaller, Taken, What

Key = tuple[What, str]

#: What goes in one request at most: records and bytes. The front door's own limits are higher.
MOST_RECORDS, MOST_BYTES = 500, 1_000_000
#: Batches on their way at once.
AT_ONCE = 32
#: How long nothing may get through before it is given up, s: a restart is far shorter.
PATIENCE_S = 300.0
#: How long to wait where there is no answer, s: twice as long each time.
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 10.0
#: How often a caller that waits looks whether all is lost, s.
_LOOK_S = 0.5


@dataclass
class Tally:
    """What became of the records. `delayed`: batches told to come later; `repeated`: records sent
    again although they may have been taken; `why`: the reason of the first refusal.
    """

    accepted: int = 0
    refused: int = 0
    delayed: int = 0
    repeated: int = 0
    why: str = ""


class Forwarder:
    """`put` keeps a record and returns, or waits while too much does. Raises TargetError once
    the line has failed for good, or nothing got through for `patience_s`.
    """

    def __init__(
        self, line: Line, *, most_waiting: int = 64_000_000, patience_s: float = PATIENCE_S
    ) -> None:
        self.tally = Tally()
        self._line, self._most_waiting, self._patience_s = line, most_waiting, patience_s
        self._changed = threading.Condition()
        self._queues: dict[Key, deque[bytes]] = defaultdict(deque)
        self._busy: set[Key] = set()  # those that the loop knows of
        self._limits: dict[Key, int] = {}
        self._waiting = self._bytes = 0
        self._progressed = time.monotonic()
        self._failed: BaseException | None = None
        self._last_trouble = ""
        self._pause_s = _FIRST_PAUSE_S
        self._loop = asyncio.new_event_loop()
        self._ready: asyncio.Queue[Key] = asyncio.Queue()
        self._thread = threading.Thread(target=self._run, name="forwarder", daemon=True)
        try:
            self._loop.run_until_complete(line.open())
        except BaseException:
            self._loop.run_until_complete(line.close())
            self._loop.close()
            raise
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Records that are not yet taken."""
        return self._waiting

    def put(self, what: What, device: str, payload: bytes) -> None:
        key = (what, device)
        with self._changed:
            self._wait(lambda: self._bytes < self._most_waiting)
            if not self._waiting:
                self._progressed = time.monotonic()
            self._queues[key].append(payload)
            self._waiting += 1
            self._bytes += len(payload)
            is_known = key in self._busy
            self._busy.add(key)
        if not is_known:
            self._loop.call_soon_threadsafe(self._ready.put_nowait, key)

    def flush(self) -> None:
        """Wait until all is taken."""
        with self._changed:
            self._wait(lambda: not self._waiting)

    def close(self) -> None:
        """End; what waits then is lost."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()

    def _wait(self, is_so: Callable[[], bool]) -> None:
        while True:
            if self._failed is not None:
                raise TargetError(f"{self._failed}; {self._left()}") from self._failed
            if is_so():
                return
            self._changed.wait(_LOOK_S)
            if time.monotonic() - self._progressed > self._patience_s and self._waiting:
                self._failed = TargetError(
                    f"nothing got through for {self._patience_s:g} s ({self._last_trouble})"
                )

    def _left(self) -> str:
        return f"{self._waiting:,} frames and scans not delivered"

    # From here on: the loop's thread.

    def _run(self) -> None:
        workers = [self._loop.create_task(self._work()) for _ in range(AT_ONCE)]
        try:
            self._loop.run_forever()
        finally:
            for worker in workers:
                worker.cancel()
            done = asyncio.gather(*workers, return_exceptions=True)
            self._loop.run_until_complete(done)
            self._loop.run_until_complete(self._line.close())
            self._loop.close()

    async def _work(self) -> None:
        while True:
            key = await self._ready.get()
            try:
                pause = await self._forward(key)
            except Exception as error:  # noqa: BLE001 - whatever it is, the callers' thread raises
                with self._changed:
                    self._failed = self._failed or error
                    self._changed.notify_all()
                return
            if pause is None:
                continue
            if pause:
                self._loop.call_later(pause, self._ready.put_nowait, key)
            else:
                self._ready.put_nowait(key)

    async def _forward(self, key: Key) -> float | None:
        """Deliver a batch: in how many seconds the next is due, None where there is none."""
        batch = self._batch(key)
        try:
            answer = await self._line.deliver(*key, batch)
        except AwayError as away:
            self._last_trouble = str(away)
            self.tally.repeated += len(batch) if away.may_be_there else 0
            pause, self._pause_s = self._pause_s, min(self._pause_s * 2, _LONGEST_PAUSE_S)
            return pause
        self._pause_s = _FIRST_PAUSE_S
        if isinstance(answer, Later):
            self._last_trouble = f"told to come later, in {answer.seconds:g} s"
            self.tally.delayed += 1
            return answer.seconds
        if isinstance(answer, Smaller):
            self._limits[key] = max(1, len(batch) // 2)
            return 0.0
        return self._note(key, batch, answer)

    def _batch(self, key: Key) -> list[bytes]:
        limit = self._limits.get(key, MOST_RECORDS)
        with self._changed:
            batch: list[bytes] = []
            size = 0
            for payload in islice(self._queues[key], limit):
                size += len(payload)
                if batch and size > MOST_BYTES:
                    break
                batch.append(payload)
        return batch

    def _note(self, key: Key, batch: list[bytes], taken: Taken) -> float | None:
        if key in self._limits:  # it may be that only one of the batch was the trouble
            self._limits[key] = min(MOST_RECORDS, self._limits[key] * 2)
        self.tally.accepted += taken.accepted
        self.tally.refused += taken.refused
        self.tally.repeated += len(batch) - taken.done
        self.tally.why = self.tally.why or taken.why
        with self._changed:
            queue = self._queues[key]
            for _ in range(taken.done):
                queue.popleft()
            self._waiting -= taken.done
            self._bytes -= sum(map(len, batch[: taken.done]))
            self._progressed = time.monotonic()
            more = bool(queue)
            if not more:
                self._busy.discard(key)
            self._changed.notify_all()
        return 0.0 if more else None
