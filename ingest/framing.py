"""A logger's file as telemetry frames: the same file makes the same bytes, every time.

The readings are put in order of time, exact repeats left out, and cut into frames of so many
times. What counts a logger's restarts is the second its first reading was taken; its frames
count from 0. So a longer export of the same trip begins with the same frames, and two trips of
one logger never share a number.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coldchain.celsius import from_micro
from coldchain.frames import Channel, Frame
from coldchain.times import SECOND_MS

from .loggers import LoggerChannel, LoggerFile

#: How many times a frame holds, at most.
TIMES_PER_FRAME = 240

LoggerQuantity = Literal["air", "product"]


def frames_of(
    file: LoggerFile,
    device: str,
    compartment: str = "main",
    quantity: LoggerQuantity = "product",
    shift: int = 0,
) -> Iterator[Frame]:
    """The file's readings as frames of a device, all times later by `shift` ms.

    A file of one channel makes `compartment.quantity`; of several, each its position, after its
    name. Frames without a reading are not made.
    """
    names = channel_names(file.channels, compartment, quantity)
    parts = [_ordered(channel, file.times) for channel in file.channels]
    starts = [int(times[0]) for times, _ in parts if len(times)]
    if not starts:
        return
    boot = max(0, (min(starts) + shift) // SECOND_MS)
    every = np.unique(np.concatenate([times for times, _ in parts]))
    for seq, first in enumerate(range(0, len(every), TIMES_PER_FRAME)):
        part = every[first : first + TIMES_PER_FRAME]
        since, until = int(part[0]), int(part[-1])
        channels = [
            found
            for name, (times, values) in zip(names, parts, strict=True)
            if (found := _channel(name, times, values, since, until, shift)) is not None
        ]
        yield Frame(v=1, device=device, boot=boot, seq=seq, sent=until + shift, channels=channels)


def channel_names(
    channels: Sequence[LoggerChannel], compartment: str, quantity: LoggerQuantity
) -> list[str]:
    """The channels' names in frames: `compartment.quantity`, with a position where several."""
    if len(channels) == 1:
        return [f"{compartment}.{quantity}"]
    names: list[str] = []
    for number, channel in enumerate(channels, 1):
        position = re.sub(r"[^A-Za-z0-9_-]+", "-", channel.name).strip("-_").lower()
        name = f"{compartment}.{quantity}.{position or number}"
        names.append(f"{name}-{number}" if name in names else name)
    return names


def _ordered(
    channel: LoggerChannel, times: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """In order of time, exact repeats left out; of a conflict both values, the lesser first."""
    t, v = channel.readings(times)
    rank = np.lexsort((v, t))
    t, v = t[rank], v[rank]
    if len(t):
        is_new = np.append(True, (np.diff(t) != 0) | (np.diff(v) != 0))
        t, v = t[is_new], v[is_new]
    return t, v


def _channel(
    name: str,
    times: NDArray[np.int64],
    values: NDArray[np.int32],
    since: int,
    until: int,
    shift: int,
) -> Channel | None:
    first, stop = np.searchsorted(times, since), np.searchsorted(times, until, side="right")
    if first == stop:
        return None
    return Channel(
        name=name,
        at=(times[first:stop] + shift).tolist(),
        values=[from_micro(value) for value in values[first:stop].tolist()],
    )
