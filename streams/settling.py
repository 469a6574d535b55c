"""What came late is judged again, beside the checkpoints: asked of the store, said, put in order.

One settling at a time: what comes in order meanwhile is not to wait for a city that was out of
coverage (decision 0110).
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coldchain.enrolment import Enrolled
from coldchain.records import ConditionRecord
from series.reader import Reader
from series.writer import BadLine

from .batch import Seat, condition_lines, lines_of, standing_lines
from .chain import Chain
from .clock import Clocks
from .conditions import look
from .effects import Effects
from .intake import remember
from .late import LateQueue, Waiting
from .manifest import Manifests
from .memories import Memories
from .memory import DeviceMemory
from .meters import Meters
from .outbox import Outbox, packed_states
from .parcels.notes import Note
from .past import Past
from .patience import patiently
from .rejudge import Rejudged, merged_lines, rejudge
from .settings import StreamSettings
from .watch import Watch

log = logging.getLogger(__name__)

#: Devices judged again at once: one question after another to the store, one write for all.
TOGETHER = 50


@dataclass(frozen=True, slots=True)
class _Asked:
    """Devices to judge again as they were when the store was asked; `as_of`: their newest offset.

    Not as of frames that come from then on: they wait for the next round. Were we to die with that
    said, they would come again and say what is true at offsets that are too low.
    """

    waiting: Mapping[str, Waiting]
    memories: Mapping[Seat, DeviceMemory]
    roster: Mapping[str, Enrolled | None]
    as_of: Mapping[str, int]

    def judge(self, past: Past, known: Mapping[str, dict[str, Any]]) -> dict[str, Rejudged]:
        """Those that could be judged. Raises what the store raises while it is away."""
        asked = {
            device: rejudge(
                enrolled, known[device], self.waiting[device].channels, self.as_of[device]
            )
            for device, enrolled in self.roster.items()
            if enrolled is not None
        }
        done: dict[str, Rejudged] = {}
        for device, one in zip(asked, past.together(list(asked.values())), strict=True):
            if isinstance(one, Rejudged):
                done[device] = one
            else:
                # One device that our own code can't judge again must not stop a city; its
                # readings are stored, and stay as they were judged.
                log.error("device %s could not be judged again", device, exc_info=one)
        return done

    def merge(self, past: Past) -> list[str]:
        """The lines of what came late, merged with what is stored of the same times."""
        every = past.together(
            [merged_lines(device, one.channels) for device, one in self.waiting.items()]
        )
        return [line for lines in map(_or_raise, every) for line in lines]


class Settling:
    """Judges again the devices to which something came late, once a settle time."""

    def __init__(
        self,
        settings: StreamSettings,
        manifests: Manifests,
        memories: Memories,
        outbox: Outbox,
        clock: Callable[[], int],
        meters: Meters,
        late: LateQueue,
        watch: Watch,
        clocks: Clocks,
        chain: Chain,
        cut: Callable[[], None],
    ) -> None:
        """`clock`: the wall clock, ms. `cut` closes the open batch and begins its effects."""
        self._settings = settings
        self._manifests = manifests
        self._memories = memories
        self._outbox = outbox
        self._clock = clock
        self._meters = meters
        self._late = late
        self._watch = watch
        self._clocks = clocks
        self._chain = chain
        self._cut = cut
        self._task: asyncio.Task[None] | None = None
        self._settled = time.monotonic()

    @property
    def under_way(self) -> list["asyncio.Task[None]"]:
        """The settling that there is, if there is one."""
        return [] if self._task is None else [self._task]

    def when_due(self, *, may_begin: bool) -> None:
        """Begin one when it is time. Raises what the last one raised."""
        now, task = time.monotonic(), self._task
        if task is None:
            if may_begin and self._late and now - self._settled >= self._settings.settle:
                self._task = asyncio.ensure_future(self.settle())
        elif task.done():
            self._task, self._settled = None, now
            if not task.cancelled():  # by a rebalance
                task.result()

    async def settle(self) -> None:
        """Judge again all that waits now."""
        # Held first: what comes for them while the rest is written waits for the next round.
        waiting = list(self._late.take().items())
        self._cut()
        await self._chain.latest()  # what the store has yet to be told of them
        for start in range(0, len(waiting), TOGETHER):
            await self._again(dict(waiting[start : start + TOGETHER]))

    async def _again(self, waiting: dict[str, Waiting]) -> None:
        asked = self._asked(waiting)
        done, bad = await self._of_the_store(asked)
        effects = [one.effects for one in done.values()]
        bad += await self._outbox.write(line for one in effects for line in lines_of(one))
        await self._outbox.say(
            self._manifests.named(record) for one in effects for record in one.records
        )
        bad += await self._outbox.write(
            line for one in effects for line in standing_lines(one, are_said=True)
        )
        if bad:
            await self._outbox.refuse((), bad, self._clock())
        await asyncio.shield(self._in_order(asked, done, effects))
        self._meters.rejudged.inc(len(done))
        for followed in effects:
            self._meters.said(len(followed.records), len(followed.conditions))

    def _asked(self, waiting: Mapping[str, Waiting]) -> _Asked:
        memories = {
            (one.partition, device): self._memories.of(one.partition, device)
            for device, one in waiting.items()
        }
        roster = {device: self._manifests.find(device) for device in waiting}
        as_of = {
            device: max(memory.as_of, waiting[device].as_of)
            for (_, device), memory in memories.items()
        }
        return _Asked(waiting, memories, roster, as_of)

    async def _of_the_store(self, asked: _Asked) -> tuple[dict[str, Rejudged], list[BadLine]]:
        """Late readings stored, then those devices judged again; lines that were refused."""
        known = {device: dict(memory.channels) for (_, device), memory in asked.memories.items()}
        give_up = self._settings.series.give_up_after
        # A reader of its own: a settling that was cancelled may still be asking with the last one.
        reader = Reader(self._settings.series)
        past = Past(reader)
        bad = await self._outbox.write(await patiently(lambda: asked.merge(past), give_up))
        done = await patiently(lambda: asked.judge(past, known), give_up)
        reader.close()
        return done, bad

    def _in_order(
        self, asked: _Asked, done: Mapping[str, Rejudged], effects: Sequence[Effects]
    ) -> "asyncio.Task[None]":
        """Take what was found over and begin to keep it.

        Nothing is awaited here: batches cut before have the old state and are kept before this,
        batches cut after have the new one and are kept after.
        """
        waiting, memories = asked.waiting, asked.memories
        for (_, device), memory in memories.items():
            enrolled = asked.roster[device]
            if device in done and enrolled is not None:
                memory.channels.update(done[device].channels)
                look(enrolled, memory, asked.as_of[device], done[device].effects)
            memory.as_of = max(memory.as_of, asked.as_of[device])
            for mark in waiting[device].marks:
                remember(memory, mark)
            self._late.release(device)
        notes = [
            note
            for (_, device), memory in memories.items()
            for note in [
                *self._manifests.touched(
                    device, {name: late.since for name, late in waiting[device].channels.items()}
                ),
                *self._manifests.tell(device, memory.channels),
            ]
        ]
        lines = self._watch.lines(memories, self._clocks.times)
        lines += [text for one in effects for text in condition_lines(one)]
        written = self._outbox.begin_lines(lines)
        packed = packed_states(memories), self._manifests.packed(memories)
        conditions = [record for one in effects for record in one.conditions]
        events = [event for one in waiting.values() for event in one.events]
        return self._chain.begin(
            lambda previous: self._finish(conditions, written, notes, packed, events, previous)
        )

    async def _finish(
        self,
        conditions: Sequence[ConditionRecord],
        written: "asyncio.Future[list[list[BadLine]]]",
        notes: Sequence[Note],
        packed: tuple[dict[Seat, bytes], dict[Seat, bytes]],
        events: Sequence[Any],
        previous: "asyncio.Task[None] | None",
    ) -> None:
        if previous is not None:
            await previous
        await written
        await self._outbox.say(conditions)
        await self._outbox.note(notes)
        await self._outbox.keep(*packed)
        for event in events:
            event.ack()


def _or_raise(found: list[str] | Exception) -> list[str]:
    if isinstance(found, Exception):
        raise found
    return found
