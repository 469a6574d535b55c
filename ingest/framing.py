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
from coldchain.frames import MAX_FRAME_BYTES, Channel, Frame
from coldchain.times import SECOND_MS

from .loggers import LoggerChannel, LoggerFile

#: How many times a frame holds, at most.
TIMES_PER_FRAME = 240

#: What a frame's JSON takes at most: its head, a channel beside its name and readings, a reading
#: (13 digits of time, `-2147.483648`, two commas); and what is left for channels.
_HEAD_BYTES, _CHANNEL_BYTES, _READING_BYTES = 1_000, 40, 28
_MOST_BYTES = MAX_FRAME_BYTES - _HEAD_BYTES
#: How much of a column's name is kept: with the longest compartment it may still name a channel.
_MOST_POSITION = 40

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
    name. Frames without a reading are not made; one of so many channels that it would be larger
    than a frame may be is several, a part of the channels each.
    """
    names = channel_names(file.channels, compartment, quantity)
    parts = [_ordered(channel, file.times) for channel in file.channels]
    starts = [int(times[0]) for times, _ in parts if len(times)]
    if not starts:
        return
    boot = max(0, (min(starts) + shift) // SECOND_MS)
    every = np.unique(np.concatenate([times for times, _ in parts]))
    seq = 0
    for first in range(0, len(every), TIMES_PER_FRAME):
        part = every[first : first + TIMES_PER_FRAME]
        since, until = int(part[0]), int(part[-1])
        channels = [
            found
            for name, (times, values) in zip(names, parts, strict=True)
            if (found := _channel(name, times, values, since, until, shift)) is not None
        ]
        sent = until + shift
        for some in _that_fit(channels):
            yield Frame(v=1, device=device, boot=boot, seq=seq, sent=sent, channels=some)
            seq += 1


def _that_fit(channels: Sequence[Channel]) -> Iterator[list[Channel]]:
    """The channels in order, as many together as one frame may hold for certain."""
    some: list[Channel] = []
    size = 0
    for channel in channels:
        own = _CHANNEL_BYTES + len(channel.name) + _READING_BYTES * len(channel.values)
        if some and size + own > _MOST_BYTES:
            yield some
            some, size = [], 0
        some.append(channel)
        size += own
    yield some


def channel_names(
    channels: Sequence[LoggerChannel], compartment: str, quantity: LoggerQuantity
) -> list[str]:
    """The channels' names in frames: `compartment.quantity`, with a position where several."""
    if len(channels) == 1:
        return [f"{compartment}.{quantity}"]
    names: dict[str, None] = {}
    for number, channel in enumerate(channels, 1):
        position = re.sub(r"[^A-Za-z0-9_-]+", "-", channel.name).strip("-_").lower()
        name = f"{compartment}.{quantity}.{position[:_MOST_POSITION] or number}"
        while name in names:
            name = f"{name}-{number}"
        names[name] = None
    return list(names)


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
