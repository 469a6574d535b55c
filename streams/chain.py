"""What is under way, overlapped, and finished in the order in which it was begun."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

Finish = Callable[["asyncio.Task[None] | None"], Coroutine[Any, Any, None]]


class Chain:
    """Tasks of which each is given the one before it, to wait for where its turn matters."""

    def __init__(self) -> None:
        self._under_way: list[asyncio.Task[None]] = []
        self._latest: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._under_way)

    def begin(self, finish: Finish) -> "asyncio.Task[None]":
        """Begin the next: `finish` is called with the one before it (None: it is the first)."""
        task = asyncio.ensure_future(finish(self._latest))
        self._latest = task
        self._under_way.append(task)
        return task

    async def latest(self) -> None:
        """Wait for what was begun last. Raises what it raised."""
        if self._latest is not None:
            await asyncio.shield(self._latest)

    async def first(self) -> None:
        """Wait for the oldest under way. One that a rebalance cancelled is nobody's fault."""
        await asyncio.wait([self._under_way[0]])  # stays there: a rebalance meanwhile is to see it
        self.raise_failed()

    def raise_failed(self) -> None:
        """Let go of what is done. Raises what one of it raised."""
        while self._under_way and self._under_way[0].done():
            first = self._under_way.pop(0)
            if not first.cancelled():
                first.result()

    async def end(self, others: Iterable["asyncio.Task[None]"], within: float) -> None:
        """Finish all, and `others` that may begin more, or cancel what takes longer (seconds)."""
        tasks = [*self._let_go(), *others]
        if tasks:
            _, unfinished = await asyncio.wait(tasks, timeout=within)
            for task in unfinished:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        while begun := self._let_go():  # meanwhile, by a settling or a checkpoint
            for task in begun:
                task.cancel()
            await asyncio.gather(*begun, return_exceptions=True)
        self._latest = None

    def _let_go(self) -> list["asyncio.Task[None]"]:
        under_way, self._under_way = self._under_way, []
        return under_way
