"""What a worker remembers of a device between two frames: small, packed, kept in the changelog."""

from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from coldchain.judge import ChannelState
from coldchain.rules.cycling import Cycles
from coldchain.rules.findings import Finding, Spell
from coldchain.segment import Interval

from .neighbours import Pair
from .trace import Trace

if TYPE_CHECKING:
    from .rows import Block

#: How many of a device's last frames are known again when they come a second time.
PRINTS = 16
#: How many spans of an open door are kept at most, for readings still to come.
SPANS = 512
#: How many sequence numbers back a missing frame may still turn up and not count as missing.
WINDOW = 64


class ChannelMemory(msgspec.Struct, array_like=True, gc=False):
    """One channel. `last_at` (ms) is -1 before its first reading; `last_value` in micro-units.

    `profile` is what `state` was judged by. `spans`: when a switch was last on. `presumed`: the
    limits whose open excursion was presumed confirmed. `trace`, `spell` and `cycles` are what its
    rules remember (trace.py); `said` their findings that were raised and have not ended.
    """

    last_at: int = -1
    last_value: int = 0
    profile: str = ""
    state: ChannelState | None = None
    spans: list[Interval] = []
    presumed: list[str] = []
    trace: Trace | None = None
    spell: Spell | None = None
    cycles: Cycles | None = None
    said: list[Finding] = []


class DeviceMemory(msgspec.Struct, array_like=True, eq=False, dict=True):
    """One device. `as_of` is the offset of its newest frame judged; `heard_at` its receipt (ms).

    `boot`, `first`, `seq` and `seen` (bits: the frames seen, from `seq` downwards) count what is
    missing; they decide nothing. `prints` are of the last frames, whole; `position` is where a
    frame last said it was. `battery_at` is when a frame last spoke of its battery (ms), `battery`
    since when it is low; `pairs` are its neighbouring sensors, by the second's name; `said` what
    was raised of the device itself and has not ended.

    Its ordinary channels may be in rows (`block`, rows.py), and what is `kept` of them lag behind:
    `known` is for looking at all channels, `channels` for changing them, `take` for one of them.
    """

    version: int = 1
    as_of: int = -1
    heard_at: int = 0
    is_silent: bool = False
    boot: int = -1
    first: int = 0
    seq: int = -1
    seen: int = 0
    missing: int = 0
    prints: list[int] = []
    position: tuple[float, float] | None = None
    kept: dict[str, ChannelMemory] = {}
    battery_at: int = 0
    battery: Spell | None = None
    pairs: dict[str, Pair] = {}
    said: list[Finding] = []

    @property
    def block(self) -> "Block | None":
        """Its channels in rows, where there are any."""
        found: Block | None = self.__dict__.get("block_")
        return found

    @block.setter
    def block(self, block: "Block | None") -> None:
        self.__dict__["block_"] = block

    @property
    def known(self) -> dict[str, ChannelMemory]:
        """The channels as they are now, not to be changed."""
        block = self.block
        if block is not None:
            block.store(self.kept)
        return self.kept

    @property
    def channels(self) -> dict[str, ChannelMemory]:
        """The channels as they are now, to be changed: none of them is in a row any more."""
        kept = self.known
        self.block = None
        return kept

    def take(self, name: str) -> ChannelMemory | None:
        """One channel, to be changed; None where nothing is known of it."""
        block = self.block
        if block is not None:
            row = block.layout.row_of.get(name)
            if row is not None:
                block.take(row, self.kept)
        return self.kept.get(name)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DeviceMemory):
            return NotImplemented
        if self.known != other.known:
            return False
        return all(getattr(self, one) == getattr(other, one) for one in self.__struct_fields__)

    __hash__ = None  # type: ignore[assignment]

    def count(self, boot: int, seq: int) -> None:
        """Count a frame: what falls out of the window unseen is missing.

        Of the boot under way when the device was first heard, what came before is not counted.
        """
        if boot > self.boot:
            if self.boot >= 0:
                self.missing += self.seq + 1 - self._low(self.seq) - self.seen.bit_count()
                seen_first = 0
            else:
                seen_first = seq
            self.boot, self.first, self.seq, self.seen = boot, seen_first, seq, 1
            self.missing += self._low(seq) - seen_first
        elif boot == self.boot and seq > self.seq:
            ahead = seq - self.seq
            moved = self.seen << ahead if ahead < WINDOW else self.seen << WINDOW
            left = self._low(seq) - self._low(self.seq)
            self.missing += left - (moved >> WINDOW).bit_count()
            self.seq, self.seen = seq, moved & ((1 << WINDOW) - 1) | 1
        elif boot == self.boot and seq >= self._low(self.seq):
            self.seen |= 1 << (self.seq - seq)

    def _low(self, seq: int) -> int:
        """The lowest number that may still turn up."""
        return max(self.first, seq - WINDOW + 1)


def newest_reading(memory: DeviceMemory) -> int:
    """The time of a device's newest reading, ms; -1 before its first."""
    # What is in a row lags behind, but only an older reading: the row's own is the newer.
    newest = max((channel.last_at for channel in memory.kept.values()), default=-1)
    return newest if memory.block is None else max(newest, memory.block.newest())


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(DeviceMemory)
_channel_decoder = msgspec.msgpack.Decoder(ChannelMemory)


def pack(memory: DeviceMemory) -> bytes:
    if memory.block is not None:
        memory.block.store(memory.kept)
    return _encoder.encode(memory)


def unpack(packed: bytes) -> DeviceMemory:
    """The memory in these bytes. Raises msgspec.DecodeError."""
    return _decoder.decode(packed)


def copied(channel: ChannelMemory) -> ChannelMemory:
    """A channel's memory of its own."""
    return _channel_decoder.decode(_encoder.encode(channel))


def print_of(raw: bytes) -> int:
    """A frame's fingerprint: two frames of one print are the same bytes."""
    return int.from_bytes(blake2b(raw, digest_size=8).digest(), "big")
