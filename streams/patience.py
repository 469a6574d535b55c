"""Questions to a store that may be away for a while."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from series.http import Unreachable
from series.reader import QueryError
from series.retry import backoff

T = TypeVar("T")


async def patiently(ask: Callable[[], T], give_up_after: float) -> T:
    """What `ask` returns, run in a thread; asked again while the store is away.

    Raises Unreachable or QueryError when it stays away for longer than `give_up_after` seconds.
    """
    loop = asyncio.get_running_loop()
    since, attempt = loop.time(), 0
    while True:
        try:
            return await asyncio.to_thread(ask)
        except (Unreachable, QueryError):
            wait = backoff(attempt)
            if loop.time() - since + wait > give_up_after:
                raise
            attempt += 1
            await asyncio.sleep(wait)
