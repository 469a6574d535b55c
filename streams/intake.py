"""Records into a batch: decoded, judged, put off, or refused with a reason."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from coldchain.enrolment import Enrolled, Unregistered
from coldchain.frames import Frame, FrameError, decode_frame
from coldchain.parcel_records import AboardRecord
from coldchain.times import DAY_MS

from .batch import Batch, refusal
from .device import Arrival, Job, judge_frames, rounds, stints_of
from .late import LateQueue
from .manifest import Manifests, judged_since, still_open
from .memories import Memories
from .memory import PRINTS, DeviceMemory, newest_reading, print_of
from .meters import Meters

log = logging.getLogger(__name__)
_aboard = msgspec.json.Decoder(AboardRecord)

#: Frames judged at once at the most: enough for columns to pay, few enough to let others run.
TOGETHER = 256


@dataclass(frozen=True, slots=True)
class _Taken:
    """A frame taken and not judged yet."""

    event: Any
    frame: Frame
    enrolled: Enrolled


class Intake:
    """Takes records one by one; judges them some at a time into the open batch.

    A device that the roster does not know may just have been registered: its frames are parked
    until the registry has been read on (once a checkpoint, however many there are), and refused
    only then. What is older than the store keeps (`keep_ms`; 0: it keeps for ever) is refused.
    `newest` is each partition's newest receipt (ms), `read` the offset after its last record.
    """

    def __init__(
        self,
        manifests: Manifests,
        memories: Memories,
        late: LateQueue,
        skew_ms: int,
        keep_ms: int,
        clock: Callable[[], int],
        meters: Meters,
    ) -> None:
        self._meters = meters
        self._keep_ms = keep_ms
        self._manifests = manifests
        self._memories = memories
        self._late = late
        self._skew_ms = skew_ms
        self._clock = clock
        self._parked: dict[str, list[tuple[Any, Frame]]] = {}
        self._taken: list[_Taken] = []
        self.newest: dict[int, int] = {}
        self.read: dict[int, int] = {}
        self.batch = Batch()

    def __len__(self) -> int:
        """How many records the open batch has, judged or not."""
        return len(self.batch) + len(self._taken)

    def take(self, event: Any) -> None:
        """Take one record. Never raises: what can't be judged is refused."""
        message = event.message
        self.read[message.partition] = message.offset + 1
        raw: bytes = message.value or b""
        try:
            frame = decode_frame(raw)
            if message.key != frame.device.encode():
                raise FrameError(f"the record's key is {message.key!r}, its device {frame.device}")
        except FrameError as error:
            self._refuse(event, str(error))
            return
        enrolled = self._manifests.find(frame.device)
        if enrolled is None or frame.device in self._parked:
            self._parked.setdefault(frame.device, []).append((event, frame))
            return
        self._taken.append(_Taken(event, frame, enrolled))
        if len(self._taken) >= TOGETHER:
            self.judge()

    def take_berths(self, event: Any) -> None:
        """Take one record of who is aboard a device. What was judged otherwise is judged again."""
        self.judge()  # what came before it is judged without it, and then known to be
        message = event.message
        try:
            record = _aboard.decode(message.value or b"")
        except msgspec.DecodeError as error:
            self._refuse(event, str(error))
            return
        partition, device = message.partition, record.device
        memory = self._memories.find(partition, device)
        # By the readings' own time: what is replayed from the past has receipts of today.
        read_to = 0 if memory is None else newest_reading(memory)
        change = self._manifests.take(record, read_to)
        self.batch.manifests.add((partition, device))
        enrolled = self._manifests.find(device)
        # Of a device that is being judged again what is known is outdated: it waits for the next.
        is_held = self._late.is_held(device)
        if memory is not None and enrolled is not None and not is_held:
            self.batch.effects.standing |= still_open(enrolled, memory, change.aboard_from)
        late = {} if memory is None else judged_since(memory, change, is_held)
        if late:
            self._late.add(partition, device, late, event, None)
        else:
            self.batch.events.append(event)

    def release(self) -> None:
        """The registry has been read on: take what was parked, or refuse it."""
        parked, self._parked = self._parked, {}
        for device, waiting in parked.items():
            enrolled = self._manifests.find(device)
            for event, frame in waiting:
                if enrolled is None:
                    self._refuse(event, f"device {device} is not registered")
                else:
                    self._taken.append(_Taken(event, frame, enrolled))

    def judge(self) -> None:
        """Judge what was taken, in rounds of one frame a device, each device's in their order."""
        taken, self._taken = self._taken, []
        for together in rounds(taken, lambda one: one.frame.device):
            self._judge_round(together)

    def cut(self) -> Batch:
        """Close the open batch and begin the next."""
        self.judge()
        batch, self.batch = self.batch, Batch()
        return batch

    def drop(self) -> None:
        """Forget what was taken and is not done: it comes again, here or to another worker."""
        self._parked.clear()
        self._taken.clear()
        self.newest.clear()
        self.read.clear()
        self.batch = Batch()

    def _judge_round(self, taken: list[_Taken]) -> None:
        jobs: list[tuple[_Taken, Job, int]] = []
        for one in taken:
            mark = print_of(one.event.message.value)
            job = self._job(one, mark)
            if job is not None:
                jobs.append((one, job, mark))
        failed = judge_frames([job for _, job, _ in jobs], self.batch.effects)
        for (one, job, mark), error in zip(jobs, failed, strict=True):
            message, device = one.event.message, one.frame.device
            self._note(message.partition, job.arrival.received)
            self._meters.frames.inc()
            self._meters.samples.inc(sum(len(channel.values) for channel in one.frame.channels))
            late = self.batch.effects.late.pop(device, None)
            self.batch.seats.add((message.partition, device))
            if error is not None:
                log.error("frame of %s at %d", device, message.offset, exc_info=error)
                self._refuse(one.event, f"it could not be judged: {error!r}")
            elif late is None:
                remember(job.memory, mark)
                self.batch.events.append(one.event)
            else:
                # Known again only once it is done: were we to die before, it has to count again.
                self._late.add(message.partition, device, late, one.event, mark)

    def _note(self, partition: int, received: int) -> None:
        """A frame was accepted that was received then. A receipt yet to come moves no clock."""
        now = self._clock()
        self._meters.lateness.observe(max(0, now - received) / 1000)
        received = min(received, now)
        if received > self.newest.get(partition, -1):
            self.newest[partition] = received

    def _job(self, one: _Taken, mark: int) -> Job | None:
        """The frame as a job; None where it is a repeat (acknowledged all the same) or refused."""
        message, frame = one.event.message, one.frame
        memory = self._memories.of(message.partition, frame.device)
        if mark in memory.prints:
            self.batch.events.append(one.event)
            return None
        received = round(message.timestamp * 1000)
        if self._keep_ms and _newest(frame) < received - self._keep_ms:
            days = self._keep_ms // DAY_MS
            reason = f"too-old: all of it is older than the {days} days that are kept"
            self._refuse(one.event, reason)
            return None
        try:
            stints = stints_of(one.enrolled, frame)
        except Unregistered as error:
            self._refuse(one.event, str(error))
            return None
        arrival = Arrival(received, message.offset, received + self._skew_ms)
        held = self._late.is_held(frame.device)
        return Job(one.enrolled, memory, frame, arrival, stints, held)

    def _refuse(self, event: Any, reason: str) -> None:
        self._meters.refused.inc()
        self.batch.refused.append(refusal(event, reason, self._clock()))
        self.batch.events.append(event)


def _newest(frame: Frame) -> int:
    newest = max((one.newest() for one in frame.channels), default=-1)
    return frame.sent if newest < 0 else newest


def remember(memory: DeviceMemory, mark: int) -> None:
    """Keep a frame's print, the last few of them."""
    memory.prints = [*memory.prints[-(PRINTS - 1) :], mark]
