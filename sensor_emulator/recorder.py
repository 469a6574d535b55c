"""A target that keeps what it is sent: for tests, plots and whoever wants to look inside."""

from collections import defaultdict
from collections.abc import Sequence

from coldchain.frames import Frame, decode_frame
from coldchain.registry import Registration

Samples = list[tuple[int, float | None]]


class Recorder:
    """What was registered, sent and scanned, in order: (device, payload, received in ms)."""

    def __init__(self) -> None:
        self.registered: list[Registration] = []
        self.sent: list[tuple[str, bytes, int]] = []
        self.scanned: list[tuple[str, bytes, int]] = []
        self.flushes = 0

    def register(self, registrations: Sequence[Registration]) -> None:
        self.registered += registrations

    def send(self, device: str, payload: bytes, received: int) -> None:
        self.sent.append((device, payload, received))

    def scan(self, device: str, payload: bytes, received: int) -> None:
        self.scanned.append((device, payload, received))

    def flush(self) -> None:
        self.flushes += 1

    def close(self) -> None:
        self.flush()

    def frames(self, device: str | None = None) -> list[Frame]:
        """The frames of a device, or all. Raises FrameError where one can't be read."""
        return [decode_frame(payload) for name, payload, _ in self.sent if device in (None, name)]

    def samples(self, device: str) -> dict[str, Samples]:
        """A device's samples by channel, (ms, value), in the order sent."""
        found: dict[str, Samples] = defaultdict(list)
        for frame in self.frames(device):
            for channel in frame.channels:
                found[channel.name] += zip(channel.times(), channel.values, strict=True)
        return found
