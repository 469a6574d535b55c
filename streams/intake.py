"""Records into a batch: decoded, judged, put off, or refused with a reason."""

import logging
from collections.abc import Callable
from typing import Any

from coldchain.enrolment import Enrolled, Roster, Unregistered
from coldchain.frames import Frame, FrameError, decode_frame
from coldchain.rejections import Rejection
from coldchain.times import DAY_MS

from .batch import Batch, Refused
from .device import Arrival, judge_frame
from .late import LateQueue
from .memories import Memories
from .memory import PRINTS, DeviceMemory, print_of

log = logging.getLogger(__name__)


class Intake:
    """Takes records one by one into the open batch.

    A device that the roster does not know may just have been registered: its frames are parked
    until the registry has been read on (once a checkpoint, however many there are), and refused
    only then. What is older than the store keeps (`keep_ms`; 0: it keeps for ever) is refused.
    `newest` is each partition's newest receipt (ms).
    """

    def __init__(
        self,
        roster: Roster,
        memories: Memories,
        late: LateQueue,
        skew_ms: int,
        keep_ms: int,
        clock: Callable[[], int],
    ) -> None:
        self._keep_ms = keep_ms
        self._roster = roster
        self._memories = memories
        self._late = late
        self._skew_ms = skew_ms
        self._clock = clock
        self._parked: dict[str, list[tuple[Any, Frame]]] = {}
        self.newest: dict[int, int] = {}
        self.batch = Batch()

    def take(self, event: Any) -> None:
        """Take one record. Never raises: what can't be judged is refused."""
        message = event.message
        raw: bytes = message.value or b""
        received = round(message.timestamp * 1000)
        partition = message.partition
        if received > self.newest.get(partition, -1):
            self.newest[partition] = received
        try:
            frame = decode_frame(raw)
            if message.key != frame.device.encode():
                raise FrameError(f"the record's key is {message.key!r}, its device {frame.device}")
        except FrameError as error:
            self._refuse(event, str(error))
            return
        enrolled = self._roster.find(frame.device)
        if enrolled is None or frame.device in self._parked:
            self._parked.setdefault(frame.device, []).append((event, frame))
        else:
            self._judge(event, frame, enrolled)

    @property
    def has_parked(self) -> bool:
        return bool(self._parked)

    def release(self) -> None:
        """The registry has been read on: judge what was parked, or refuse it."""
        parked, self._parked = self._parked, {}
        for device, waiting in parked.items():
            enrolled = self._roster.find(device)
            for event, frame in waiting:
                if enrolled is None:
                    self._refuse(event, f"device {device} is not registered")
                else:
                    self._judge(event, frame, enrolled)

    def cut(self) -> Batch:
        """Close the open batch and begin the next."""
        batch, self.batch = self.batch, Batch()
        return batch

    def drop(self) -> None:
        """Forget what was taken and is not done: it comes again, here or to another worker."""
        self._parked.clear()
        self.newest.clear()
        self.batch = Batch()

    def _judge(self, event: Any, frame: Frame, enrolled: Enrolled) -> None:
        message = event.message
        device, partition = frame.device, message.partition
        memory = self._memories.of(partition, device)
        mark = print_of(message.value)
        if mark in memory.prints:
            self.batch.events.append(event)
            return
        received = round(message.timestamp * 1000)
        if self._keep_ms and _newest(frame) < received - self._keep_ms:
            days = self._keep_ms // DAY_MS
            self._refuse(event, f"too-old: all of it is older than the {days} days that are kept")
            return
        arrival = Arrival(received, message.offset, received + self._skew_ms)
        effects = self.batch.effects
        held = self._late.is_held(device)
        try:
            judge_frame(enrolled, memory, frame, arrival, effects, put_all_off=held)
        except Unregistered as error:
            self._refuse(event, str(error))
            return
        except Exception as error:
            # One frame that our own code can't judge must not stop a city.
            log.exception("frame of %s at offset %d", device, message.offset)
            self._refuse(event, f"it could not be judged: {error!r}")
            return
        self.batch.seats.add((partition, device))
        late = effects.late.pop(device, None)
        if late is None:
            remember(memory, mark)
            self.batch.events.append(event)
        else:
            # Known again only once it is done: were we to die before, it has to count again.
            self._late.add(partition, device, late, event, mark)

    def _refuse(self, event: Any, reason: str) -> None:
        message = event.message
        rejection = Rejection.of_record(
            reason, message.topic, message.partition, message.offset, self._clock()
        )
        key = message.key if isinstance(message.key, bytes) else None
        timestamp = message.timestamp
        self.batch.refused.append(Refused(key, message.value or b"", rejection, timestamp))
        self.batch.events.append(event)


def _newest(frame: Frame) -> int:
    return max((max(times) for one in frame.channels if (times := one.times())), default=frame.sent)


def remember(memory: DeviceMemory, mark: int) -> None:
    """Keep a frame's print, the last few of them."""
    memory.prints = [*memory.prints[-(PRINTS - 1) :], mark]
