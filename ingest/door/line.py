"""The line to Kafka: records sent, and word of each as it is confirmed or refused.

Kafka's client is in a process of its own (`line_process.py`); what comes up in one turn of the
event loop goes there in one message.
"""

import asyncio
import contextlib
import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from kafka.errors import KafkaError

from broker.settings import KafkaSettings

from . import wire
from .records import Record
from .wire import Failure, Failures

log = logging.getLogger(__name__)

_CODE = Path(__file__).parents[2]
_BUFFER_BYTES = 1 << 20
#: How often it is looked whether someone waits for too long (s).
_LOOK_S = 0.5
#: How long a process whose line is closed has to end (s).
_GRACE_S = 2.0


class Line:
    """A process with a producer, begun when Kafka can be reached, and anew when told to."""

    def __init__(self, settings: KafkaSettings, patience_s: float) -> None:
        self._greeting = wire.Greeting(settings, round(patience_s * 1000))
        self._patience_s = patience_s * 2  # past the producer's own
        self._child: subprocess.Popen[bytes] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._number = 0
        self._outgoing: list[wire.Sending] = []
        #: By number, oldest first: who waits, for how many records, since when.
        self._waiting: dict[int, tuple[asyncio.Future[Failures], int, float]] = {}

    @property
    def connected(self) -> bool:
        return self._writer is not None

    async def connect(self) -> None:
        """Begin the process, anew. Raises KafkaError where Kafka does not answer it."""
        await self.drop()  # where one ended by itself, who looked after it is still there
        ours, theirs = socket.socketpair()
        with theirs:
            self._child = _begin(theirs)
        reader, writer = await asyncio.open_connection(sock=ours, limit=_BUFFER_BYTES)
        try:
            writer.write(wire.message(self._greeting))
            refused = wire.word.decode(await _received(reader))
        except (asyncio.IncompleteReadError, OSError):
            refused = "its process ended"
        except asyncio.CancelledError:
            writer.transport.abort()
            raise
        if refused:
            writer.transport.abort()
            await self._end_child()
            raise KafkaError(refused)
        self._writer = writer
        self._tasks = [asyncio.create_task(self._listen(reader)), asyncio.create_task(self._look())]

    async def drop(self) -> None:
        """End the process, whatever it still has: whoever waits is told that it failed."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        self._hang_up("no connection")
        await self._end_child()

    async def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            await asyncio.to_thread(_bury, child)

    def _hang_up(self, why: str) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.transport.abort()
        self._outgoing.clear()
        for number in list(self._waiting):
            self._fail(number, why)

    async def send(self, records: Sequence[Record]) -> Failures:
        """Send them in order; those not confirmed in time, by index, and why."""
        if not records:
            return {}
        if self._writer is None:
            return dict.fromkeys(range(len(records)), Failure("no connection"))
        loop = asyncio.get_running_loop()
        self._number += 1
        done: asyncio.Future[Failures] = loop.create_future()
        self._waiting[self._number] = done, len(records), time.monotonic()
        if not self._outgoing:
            loop.call_soon(self._flush)
        self._outgoing.append((self._number, list(records)))
        return await done

    def _flush(self) -> None:
        outgoing, self._outgoing = self._outgoing, []
        if outgoing and self._writer is not None:
            self._writer.write(wire.message(outgoing))

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while True:
                for number, failures in wire.answers.decode(await _received(reader)):
                    self._settle(number, failures)
        log.error("the process with Kafka's client ended")
        self._hang_up("its process ended")

    async def _look(self) -> None:
        """Nobody waits for ever, whatever becomes of the producer."""
        while True:
            await asyncio.sleep(_LOOK_S)
            late = time.monotonic() - self._patience_s
            for number, (_, __, since) in list(self._waiting.items()):
                if since > late:
                    break
                self._fail(number, f"no word of it in {self._patience_s:g} s")

    def _fail(self, number: int, why: str) -> None:
        _, count, _ = self._waiting[number]
        self._settle(number, dict.fromkeys(range(count), Failure(why)))

    def _settle(self, number: int, failures: Failures) -> None:
        done, _, _ = self._waiting.pop(number, (None, 0, 0.0))
        if done is not None and not done.done():
            done.set_result(failures)


def _begin(line: socket.socket) -> "subprocess.Popen[bytes]":
    """Kafka's process, at this end of a line. It ends when the other end is closed."""
    command = [sys.executable, "-P", "-m", "ingest.door.line_process", str(line.fileno())]
    return subprocess.Popen(
        command,
        pass_fds=(line.fileno(),),
        stdin=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(_CODE)},
    )


def _bury(child: "subprocess.Popen[bytes]") -> None:
    """Wait until it has ended, by itself or, where it hangs, by force."""
    try:
        child.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


async def _received(reader: asyncio.StreamReader) -> bytes:
    """The next message. Raises IncompleteReadError at the end."""
    size = await reader.readexactly(wire.LENGTH_BYTES)
    return await reader.readexactly(int.from_bytes(size, "big"))
