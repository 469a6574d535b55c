"""Lockers that send at a steady rate: frames made beforehand, their times put in as they go.

Every locker sends a frame of one sample a channel each 30 s. Of its frames one in twenty and the
next have one channel warm, so that excursions begin and end all the time.
"""

import threading
import time
from collections.abc import Iterator
from typing import Any

from bench.processors import SHAPES, Shape
from broker.clients import producer
from broker.settings import KafkaSettings
from broker.topics import FRAMES
from coldchain.frames import Channel, Frame, encode_frame

SHAPE = SHAPES["locker"]
EVERY_S = 30.0
#: Frames of a locker from one warm one to the next such; how many follow each other.
WARM_EVERY, WARM_FRAMES = 20, 2
#: Stand in a template for what is put in: a time (ms), the number of a frame.
TIME, NUMBER, NAME = 7_777_777_777_777, 8_888_888_888, "van-99999"
VARIANTS = 16


def devices_at(rate: float) -> int:
    """How many lockers make so many readings a second."""
    return max(1, round(rate * EVERY_S / SHAPE.readings))


def _template(shape: Shape, variant: int, is_warm: bool) -> list[bytes]:
    """A frame's bytes, cut where its times go."""
    channels = [
        Channel(
            name=f"c{room:02}.{quantity}",
            start=TIME,
            step=30_000,
            values=[
                round(
                    (2.0, -20.0)[room % 2]
                    + (variant * 7 + room * 3) % 16 / 40
                    + (8.0 if is_warm and room == 0 else 0.0),
                    2,
                )
            ],
        )
        for room in range(shape.compartments)
        for quantity in shape.quantities
    ]
    frame = Frame(v=1, device=NAME, boot=1, seq=NUMBER, sent=TIME, channels=channels, battery=0.9)
    return encode_frame(frame).split(str(TIME).encode())


class Templates:
    """All frames that there are, but for device, time and number."""

    def __init__(self) -> None:
        self._parts = {
            (variant, warm): _template(SHAPE, variant, warm)
            for variant in range(VARIANTS)
            for warm in (False, True)
        }

    def frame(self, device: int, number: int, at: int) -> bytes:
        """A device's frame of a number, its samples and itself at `at` (ms)."""
        warm = (device + number) % WARM_EVERY < WARM_FRAMES
        raw = str(at).encode().join(self._parts[(device + number) % VARIANTS, warm])
        raw = raw.replace(NAME.encode(), b"van-%05d" % device)
        return raw.replace(str(NUMBER).encode(), b"%d" % number)


class Paced:
    """Sends in a thread of its own until stopped. `sent`: frames so far; `at`: when (ms) each
    confirmed frame was sent, by partition and offset, while `noting`."""

    def __init__(self, kafka: KafkaSettings, rate: float) -> None:
        self.devices = devices_at(rate)
        self.sent = 0
        self.behind = 0.0
        self.noting = False
        self.at: dict[tuple[int, int], int] = {}
        self._kafka = kafka
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._failed: list[BaseException] = []

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End, all frames confirmed. Raises what Kafka refused."""
        self._stop.set()
        self._thread.join()
        if self._failed:
            raise self._failed[0]

    def _run(self) -> None:
        templates, topic = Templates(), self._kafka.topic(FRAMES)
        sender = producer(self._kafka)
        began, pause = time.monotonic(), EVERY_S / self.devices
        for device, number in _turns(self.devices):
            due = began + self.sent * pause
            now = time.monotonic()
            self.behind = max(self.behind, now - due)
            if self._stop.wait(max(0.0, due - now)):
                break
            at = time.time_ns() // 1_000_000
            raw = templates.frame(device, number, at)
            future = sender.send(topic, key=b"van-%05d" % device, value=raw, timestamp_ms=at)
            if self.noting:
                future.add_callback(self._note, at)
            future.add_errback(self._failed.append)
            self.sent += 1
        sender.flush()
        sender.close()

    def _note(self, at: int, where: Any) -> None:
        self.at[where.partition, where.offset] = at


def _turns(devices: int) -> Iterator[tuple[int, int]]:
    """Each locker's next frame, one after another: device, number."""
    number = 0
    while True:
        for device in range(devices):
            yield device, number
        number += 1
