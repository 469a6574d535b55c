"""Records to a topic of Faust's, confirmed."""

import asyncio
from collections.abc import Iterable
from typing import Any

#: Key, value (None: forget the key), partition (None: the key's), and what else there is to say.
Sent = tuple[bytes | None, bytes | None, int | None, dict[str, Any]]

_RAW = {"key_serializer": "raw", "value_serializer": "raw"}


async def send(topic: Any, records: Iterable[Sent]) -> None:
    """Send records in this order; returns when all are confirmed. Raises what a send raises."""
    sent = [
        await topic.send(key=key, value=value, partition=partition, **_RAW, **more)
        for key, value, partition, more in records
    ]
    await asyncio.gather(*sent)
