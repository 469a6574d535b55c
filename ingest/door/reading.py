"""What a request's body holds, item by item: taken as it came, or refused with a reason.

Nothing here knows HTTP or Kafka. An item's bytes are kept as they were sent, less the white
space around them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from broker.topics import CUSTODY, FRAMES, Topic
from coldchain.custody import CustodyError, decode_event
from coldchain.frames import Channel, FrameError, decode_frame
from coldchain.times import SECOND_MS

JSON, LINES = "application/json", "application/x-ndjson"
_MOST_REASON = 400
_items = msgspec.json.Decoder(list[msgspec.Raw])
_one = msgspec.json.Decoder(msgspec.Raw)
_BLANK = b" \t\r\n"


class BodyError(ValueError):
    """The body as a whole can't be read; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Of a well-formed item: whose it is, and how far ahead (ms) its newest time is."""

    device: str
    ahead: int


@dataclass(frozen=True, slots=True)
class Kind:
    """What may be sent to one path. `check` raises ValueError with the reason.

    `refuses_ahead`: whether an item too far ahead is refused, or taken and counted.
    """

    topic: Topic
    check: Callable[[bytes, int], Seen]
    refuses_ahead: bool


@dataclass(frozen=True, slots=True)
class Refused:
    index: int
    reason: str
    raw: bytes


@dataclass(slots=True)
class Read:
    """A body's items. `foreign`: another device that one of them spoke for."""

    taken: list[bytes] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    ahead: int = 0
    foreign: str | None = None


def media_of(body: bytes) -> str:
    """What a body is that came without a word on it: lines where it is several objects."""
    if b"\n" not in body or body.lstrip(_BLANK)[:1] != b"{":
        return JSON
    try:
        _one.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return LINES
    return JSON


def items_of(body: bytes, kind: str) -> list[bytes]:
    """The items' bytes: of a JSON object itself, of an array its elements, of lines each.

    Raises BodyError.
    """
    if kind == LINES:
        found = [line.strip(_BLANK) for line in body.split(b"\n")]
        found = [line for line in found if line]
    else:
        body = body.strip(_BLANK)
        try:
            found = [bytes(raw) for raw in _items.decode(body)] if body[:1] == b"[" else [body]
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BodyError(said(error)) from None
    if not found or not found[0]:
        raise BodyError("nothing in it")
    return found


def read(items: list[bytes], kind: Kind, device: str, now: int, skew: int) -> Read:
    """Check each item. Those too far (`skew`, ms) ahead of `now` are counted or refused."""
    result = Read()
    for index, raw in enumerate(items):
        try:
            seen = kind.check(raw, now)
        except ValueError as error:
            result.refused.append(Refused(index, said(error), raw))
            continue
        if seen.device != device:
            result.foreign = seen.device
            return result
        if seen.ahead > skew:
            if kind.refuses_ahead:
                told = f"its time is {seen.ahead / SECOND_MS:.0f} s ahead of this clock"
                result.refused.append(Refused(index, told, raw))
                continue
            result.ahead += 1
        result.taken.append(raw)
    return result


def said(error: Exception) -> str:
    """An error's reason, in one line that is not as long as what it quotes."""
    text = " ".join(str(error).split()) or type(error).__name__
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= _MOST_REASON else text[: _MOST_REASON - 1] + "…"


def _frame(raw: bytes, now: int) -> Seen:
    frame = decode_frame(raw)
    if not frame.channels:
        return Seen(frame.device, frame.sent - now)
    return Seen(frame.device, max(frame.sent, *map(_newest, frame.channels)) - now)


def _newest(channel: Channel) -> int:
    if channel.at is not None:
        return max(channel.at, default=0)
    if channel.start is None or channel.step is None:
        raise FrameError(f"channel {channel.name}: neither at nor start and step")
    return channel.start + max(0, len(channel.values) - 1) * channel.step


def _event(raw: bytes, now: int) -> Seen:
    event = decode_event(raw)
    if not event.at.isascii():
        raise CustodyError("at: not ISO 8601")
    return Seen(event.device, event.moment - now)


#: By the last part of the path.
KINDS = {"frames": Kind(FRAMES, _frame, False), "custody": Kind(CUSTODY, _event, True)}
