"""The plainest way to do what we do: standard library, a loop over readings, no promise kept.

What ratios are set against: it costs what the machine and its Python cost, and nothing of ours.
"""

import json
import random
from typing import Any


class PlainJudge:
    """Is a reading beyond its limit, and since when; as a first draft would ask."""

    def __init__(self) -> None:
        self.beyond: dict[tuple[str, str], int] = {}
        self.excursions: list[tuple[str, str, int, int]] = []

    def take(self, raw: bytes) -> None:
        frame = json.loads(raw)
        device = frame["device"]
        for channel in frame["channels"]:
            key, at, step = (device, channel["name"]), channel["start"], channel["step"]
            limit = 4.0 if channel["values"][0] > -10 else -15.0
            for value in channel["values"]:
                if value is not None and value > limit:
                    self.beyond.setdefault(key, at)
                elif key in self.beyond:
                    self.excursions.append((*key, self.beyond.pop(key), at))
                at += step


def plain_frames(count: int, channels: int, samples: int) -> list[str]:
    """Frames of a made-up box: a value drawn, rounded and written out, one by one."""
    chance, found = random.Random(1), []
    for number in range(count):
        made: dict[str, Any] = {"v": 1, "device": f"van-{number}", "boot": 1, "seq": number}
        made["channels"] = []
        for channel in range(channels):
            level = 2.0
            values = []
            for _ in range(samples):
                level += chance.gauss(0, 0.1) - 0.1 * (level - 2.0)
                values.append(round(level, 2))
            made["channels"].append(
                {"name": f"c{channel}.air", "start": number, "step": 4000, "values": values}
            )
        found.append(json.dumps(made))
    return found


async def plain_app(scope: Any, receive: Any, send: Any) -> None:
    """An ASGI application that reads a request, parses it with the standard library, answers."""
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    frame = json.loads(b"".join(parts))
    body = json.dumps({"accepted": len(frame["channels"])}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 202, "headers": headers})
    await send({"type": "http.response.body", "body": body})
