"""The plainest way to do what we do: standard library, a loop over readings, no promise kept.

What ratios are set against: it costs what the machine and its Python cost, and nothing of ours.
"""

import json
import random
from collections import deque
from typing import Any


class PlainChannel:
    """What a first draft remembers of a channel: sums by five minutes, an hour's readings, since
    when it is warm."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.last_at = 0
        self.last = 0.0
        self.warm_since: int | None = None
        self.minutes = 0.0
        self.peak = limit
        self.recent: deque[tuple[int, float]] = deque(maxlen=120)
        self.pieces: dict[int, list[float]] = {}

    def add(self, at: int, value: float) -> str | None:
        """Take a reading; says so where an excursion is over."""
        ended = None
        if self.last_at:
            minutes = (at - self.last_at) / 60_000
            mean = (value + self.last) / 2
            piece = self.pieces.get(at // 300_000)
            if piece is None:
                if len(self.pieces) > 12:
                    del self.pieces[min(self.pieces)]
                piece = self.pieces[at // 300_000] = [0.0, 0.0, value, value]
            piece[0] += minutes
            piece[1] += mean * minutes
            piece[2] = min(piece[2], value)
            piece[3] = max(piece[3], value)
            if value > self.limit:
                if self.warm_since is None:
                    share = (value - self.limit) / max(value - self.last, 1e-9)
                    self.warm_since = round(at - share * (at - self.last_at))
                self.minutes += minutes
                self.peak = max(self.peak, value)
            elif self.warm_since is not None:
                ended = f"{self.warm_since} {at} {self.minutes:.2f} {self.peak:.2f}"
                self.warm_since, self.minutes, self.peak = None, 0.0, self.limit
        self.recent.append((at, value))
        self.last_at, self.last = at, value
        return ended


class PlainJudge:
    """Frames into lines, reading by reading; as a first draft would do it."""

    def __init__(self) -> None:
        self.channels: dict[tuple[str, str], PlainChannel] = {}

    def take(self, raw: bytes) -> list[str]:
        frame = json.loads(raw)
        device, lines = frame["device"], []
        for channel in frame["channels"]:
            name, at, step = channel["name"], channel["start"], channel["step"]
            key = (device, name)
            state = self.channels.get(key)
            if state is None:
                limit = 4.0 if channel["values"][0] > -10 else -15.0
                state = self.channels[key] = PlainChannel(limit)
            for value in channel["values"]:
                if value is not None:
                    ended = state.add(at, value)
                    lines.append(f"reading,channel={name},device={device} value={value} {at}")
                    if ended is not None:
                        lines.append(f"excursion,channel={name},device={device} {ended}")
                at += step
        return lines


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
