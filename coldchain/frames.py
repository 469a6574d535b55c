"""The telemetry frame: what a gateway batches into one Kafka record, and how it is checked.

A frame is accepted or refused whole. `decode_frame` is the only way in: what it returns is
well-formed; what it refuses comes with a reason that the sender can act on.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

#: What a channel measures, the second part of its name `compartment.quantity[.position]`.
Quantity = Literal[
    "air", "product", "humidity", "door", "compressor", "defrost", "mains", "ambient"
]
QUANTITIES: frozenset[str] = frozenset(Quantity.__args__)  # type: ignore[attr-defined]
TEMPERATURES: frozenset[str] = frozenset({"air", "product", "ambient"})

Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
#: The latest time that the series store can hold: 2262-04-11, in nanoseconds 63 bits.
LATEST_MS = 9_223_372_036_000
Milliseconds = Annotated[int, Meta(ge=0, le=LATEST_MS)]
Count = Annotated[int, Meta(ge=0, le=(1 << 63) - 1)]
CHANNEL_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]*\.[a-z]+(\.[A-Za-z0-9][A-Za-z0-9_-]*)?$"
ChannelName = Annotated[str, Meta(max_length=128, pattern=CHANNEL_NAME)]

MAX_FRAME_BYTES = 1_048_576


class FrameError(ValueError):
    """A frame refused; the message is the reason, in one line."""


class Channel(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    kw_only=True,
    gc=False,
):
    """One channel's samples: evenly spaced (`start` and `step`) or at explicit times (`at`).

    `values[i]` was taken at `start + i * step` or `at[i]`, ms since the epoch, UTC, by the
    sensor's own clock; °C for temperatures, 0/1 for door, compressor, defrost and mains, % for
    humidity. None: a sample the sensor failed to take.
    """

    # Its pattern is looked for by `decode_frame`, once a name and not once a frame.
    name: Annotated[str, Meta(max_length=128, extra_json_schema={"pattern": CHANNEL_NAME})]
    values: list[float | None]
    start: Milliseconds | None = None
    step: Annotated[int, Meta(gt=0, le=86_400_000)] | None = None
    at: list[Milliseconds] | None = None

    @property
    def compartment(self) -> str:
        return self.name.split(".", 1)[0]

    @property
    def quantity(self) -> str:
        return self.name.split(".", 2)[1]

    def times(self) -> list[int]:
        """The time of each value, ms."""
        if self.at is not None:
            return self.at
        if self.start is None or self.step is None:
            raise FrameError(f"channel {self.name}: neither at nor start and step")
        return list(range(self.start, self.start + len(self.values) * self.step, self.step))

    def newest(self) -> int:
        """The time of its newest value, ms; -1 where it has none."""
        if self.start is None or self.step is None or not self.values:
            return max(self.times(), default=-1)
        return self.start + (len(self.values) - 1) * self.step


class Frame(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    kw_only=True,
    gc=False,
):
    """One batch of samples from one device.

    `boot` counts the device's restarts and `seq` its frames within a boot from 0: they count
    what is missing and short-cut exact repeats; they never decide between values. `battery` is
    the share left, `position` latitude and longitude in degrees (WGS 84).
    """

    v: Literal[1]
    device: Name
    boot: Count
    seq: Count
    sent: Milliseconds
    channels: list[Channel]
    battery: Annotated[float, Meta(ge=0, le=1)] | None = None
    position: (
        tuple[Annotated[float, Meta(ge=-90, le=90)], Annotated[float, Meta(ge=-180, le=180)]] | None
    ) = None

    def readings(self) -> int:
        """How many samples were taken (nulls are not readings)."""
        return sum(v is not None for channel in self.channels for v in channel.values)


_decoder = msgspec.json.Decoder(Frame)
_encoder = msgspec.json.Encoder()


def decode_frame(raw: bytes | memoryview) -> Frame:
    """The frame in these bytes (JSON, UTF-8). Raises FrameError with the reason it is refused."""
    if len(raw) > MAX_FRAME_BYTES:
        raise FrameError(f"frame of {len(raw)} bytes, at most {MAX_FRAME_BYTES}")
    try:
        frame = _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FrameError(str(error)) from None
    channels = frame.channels
    if not _are_even(channels):
        for channel in channels:
            _check_channel(channel)
    names = {channel.name for channel in channels}
    if len(names) != len(channels):
        raise FrameError("a channel is named twice")
    if not names <= _known:
        for place, channel in enumerate(channels):
            _check_name(place, channel)
        if len(_known) > KNOWN_NAMES:
            _known.clear()
        _known.update(names)
    return frame


#: Names of channels that were found good are not looked at again; so many at most.
KNOWN_NAMES = 1 << 14
_known: set[str] = set()


def _are_even(channels: Sequence[Channel]) -> bool:
    """Whether all are sampled evenly, as they nearly always are: nothing else is to be checked."""
    for one in channels:
        start, step = one.start, one.step
        if (
            start is None
            or step is None
            or one.at is not None
            or start + len(one.values) * step > LATEST_MS
        ):
            return False
    return True


def _check_name(place: int, channel: Channel) -> None:
    try:
        msgspec.convert(channel.name, ChannelName)
    except msgspec.ValidationError as error:
        raise FrameError(f"{error} - at `$.channels[{place}].name`") from None
    if channel.quantity not in QUANTITIES:
        raise FrameError(f"channel {channel.name}: unknown quantity {channel.quantity!r}")


def encode_frame(frame: Frame) -> bytes:
    """The frame as JSON, UTF-8."""
    return _encoder.encode(frame)


def _check_channel(channel: Channel) -> None:
    even = channel.start is not None and channel.step is not None
    if even == (channel.at is not None) or (channel.start is None) != (channel.step is None):
        raise FrameError(f"channel {channel.name}: give start and step, or at; not both")
    if (channel.start or 0) + len(channel.values) * (channel.step or 0) > LATEST_MS:
        raise FrameError(f"channel {channel.name}: its last samples are after the year 2262")
    if channel.at is not None and len(channel.at) != len(channel.values):
        raise FrameError(
            f"channel {channel.name}: {len(channel.values)} values at {len(channel.at)} times"
        )
