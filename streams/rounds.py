"""An agent in rounds: events taken as they come, done once a checkpoint."""

import asyncio
from typing import Any, Protocol

#: So many events wait at most before no more are taken.
FULL = 5_000


class Desk(Protocol):
    """What takes events and does them."""

    def __len__(self) -> int: ...

    def take(self, event: Any) -> None: ...

    async def checkpoint(self) -> None: ...

    def drop(self) -> None: ...


class Rounds:
    """Runs a desk. `every` and `patience` are seconds: between checkpoints, and for one under way
    when partitions are given out anew."""

    def __init__(self, desk: Desk, every: float, patience: float) -> None:
        self._desk = desk
        self._every = every
        self._patience = patience
        self._room = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def run(self, stream: Any) -> None:
        """Take events for ever."""
        async for event in stream.noack().events():
            self._desk.take(event)
            if len(self._desk) >= FULL:
                self._room.clear()
                await self._room.wait()

    async def checkpoints(self) -> None:
        """Do what was taken, for ever. Raises what a checkpoint raises."""
        while True:
            await asyncio.sleep(self._every)
            self._task = asyncio.ensure_future(self._desk.checkpoint())
            await asyncio.wait([self._task])
            task, self._task = self._task, None
            if not task.cancelled():  # a rebalance's doing, and nobody's fault
                task.result()
            self._room.set()

    async def hand_over(self) -> None:
        """Partitions are given out anew: finish soon or give up, and forget everything else."""
        task = self._task
        if task is not None:
            await asyncio.wait([task], timeout=self._patience)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._desk.drop()
        self._room.set()
