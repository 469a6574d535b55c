"""Whether fresh data flows: from a frame put to the front door to its reading in the store."""

import time
import urllib.error
import urllib.request

from coldchain.frames import Channel, Frame, encode_frame
from series.http import Unreachable
from series.reader import QueryError, Reader

from .stage import Stage
from .world import PROBE, Item

#: Fresh data has to flow so soon after the last harm, seconds.
WITHIN = 10.0
#: It is waited for that long, s, so as to say how late it was.
PATIENCE = 120.0


def flows(stage: Stage, token: str) -> tuple[float | None, list[Item]]:
    """Seconds until the first reading made from now on is stored (None: it never was), and the
    frames of it that were accepted."""
    began, seq = time.monotonic(), 0
    accepted: list[Item] = []
    made: set[int] = set()
    reader = Reader(stage.series)
    try:
        while (waited := time.monotonic() - began) < PATIENCE:
            at = time.time_ns() // 1_000_000
            item = _frame(at, seq)
            seq += 1
            if _post(stage.door, item, token):
                accepted.append(item)
                made.add(at)
            if _stored(reader) & made:
                return waited, accepted
            time.sleep(0.25)
        return None, accepted
    finally:
        reader.close()


def _frame(at: int, seq: int) -> Item:
    channel = Channel(name="main.air", at=[at], values=[2.0])
    frame = Frame(v=1, device=PROBE, boot=1, seq=seq, sent=at, channels=[channel])
    return Item("frame", PROBE, encode_frame(frame))


def _post(door: str, item: Item, token: str) -> bool:
    asked = urllib.request.Request(  # noqa: S310 - ours
        f"{door}/v1/frames",
        data=item.raw,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(asked, timeout=5) as answer:  # noqa: S310 - ours
            return bool(answer.status == 202)
    except (urllib.error.URLError, OSError):
        return False


def _stored(reader: Reader) -> set[int]:
    try:
        found = reader.compartment(PROBE, "main")
    except (Unreachable, QueryError):
        return set()
    return {at for one in found.values() for at in one.times}
