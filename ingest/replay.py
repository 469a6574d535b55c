"""Loggers' files into Kafka: what was read as frames, what could not be as dead letters."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from broker.settings import KafkaSettings
from broker.topics import REGISTRY
from coldchain.evaluation import RejectedLine
from coldchain.registry import Registration
from coldchain.rejections import Rejection
from coldchain.times import iso

from .enrol import enrol
from .framing import LoggerQuantity, frames_of
from .history import advance
from .loggers import LoggerFile
from .loggers.source import blocks
from .sender import Sender
from .shown import shown
from .topic import read_all


class NotRegisteredError(ValueError):
    """Frames of this device would be refused; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file's readings belong. `profile`: register it so, if need be."""

    device: str
    compartment: str = "main"
    quantity: LoggerQuantity = "product"
    profile: str | None = None


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one file; times are ISO 8601 UTC as sent, None where nothing was."""

    file: str
    layout: str
    readings: int
    frames: int
    start: str | None
    end: str | None
    rejected: list[RejectedLine]


def replay(
    settings: KafkaSettings,
    files: Sequence[tuple[Path, LoggerFile]],
    place: Place,
    now: int,
    shift: int = 0,
) -> tuple[list[Sent], Registration | None]:
    """Send files' readings as one device's, confirmed; what was sent, and how it was registered.

    All times are later by `shift` ms. `now` (ms) is when lines that can't be read are refused.
    Raises NotRegisteredError, EnrolError, HistoryError, TopicError before anything is sent;
    SendError.
    """
    firsts = [int(file.times.min()) + shift for _, file in files if len(file.times)]
    registration = _registration(settings, place, min(firsts), now) if firsts else None
    with Sender(settings) as sender:
        if registration is not None:
            sender.register([registration])
            sender.flush()
        sent = [_send(sender, path, file, place, now, shift) for path, file in files]
    return sent, registration


def registered(settings: KafkaSettings, *devices: str) -> dict[str, Registration]:
    """Devices' registrations as they stand, of those that have one. Raises TopicError."""
    wanted = {device.encode(): device for device in devices}
    values: dict[str, bytes | None] = {}
    for record in read_all(settings, REGISTRY):
        if record.key in wanted:
            values[wanted[record.key]] = record.value
    return {
        device: msgspec.json.decode(value, type=Registration)
        for device, value in values.items()
        if value
    }


def publish(
    settings: KafkaSettings, registrations: Sequence[Registration], now: int
) -> list[Registration]:
    """Publish what changes, all or nothing; those that were sent.

    Raises HistoryError, TopicError before anything is sent; SendError.
    """
    known = registered(settings, *(one.device for one in registrations))
    made = [advance(known.get(one.device), one, now) for one in registrations]
    changed = [one for one in made if one is not None]
    with Sender(settings) as sender:
        sender.register(changed)
    return changed


def _registration(
    settings: KafkaSettings, place: Place, first_at: int, now: int
) -> Registration | None:
    known = registered(settings, place.device).get(place.device)
    if place.profile is not None:
        made = enrol(known, place.device, place.compartment, place.profile, first_at)
        return None if made is None else advance(known, made, now)
    if known is None or known.in_force(first_at) is None:
        since = f" before {known.history[0].since}" if known and known.history else ""
        raise NotRegisteredError(
            f"device {place.device} is not registered{since}: add --register --profile NAME, or"
            " publish it with `coldchain ingest registry`"
        )
    return None


def _send(sender: Sender, path: Path, file: LoggerFile, place: Place, now: int, shift: int) -> Sent:
    readings = frames = 0
    start: int | None = None
    end: int | None = None
    for frame in frames_of(file, place.device, place.compartment, place.quantity, shift):
        sender.frame(frame)
        readings += frame.readings()
        frames += 1
        first = min(at for channel in frame.channels for at in channel.times())
        start, end = first if start is None else start, frame.sent
    rejected = _rejected(file)
    for line, raw in zip(rejected, lines_of(path, [one.line for one in rejected]), strict=True):
        rejection = Rejection.of_line(line.reason, shown(path.name), line.line, now)
        sender.reject(rejection, place.device.encode(), raw)
    return Sent(
        file=shown(path),
        layout=file.layout,
        readings=readings,
        frames=frames,
        start=None if start is None else iso(start),
        end=None if end is None else iso(end),
        rejected=rejected,
    )


def lines_of(path: Path, numbers: Sequence[int]) -> list[bytes]:
    """Those lines of a file (from 1, rising), without their ends. Raises LoggerFileError."""
    wanted, found, line = iter(numbers), [], 1
    number = next(wanted, None)
    for data in blocks(path):
        if number is None:
            break
        parts = data.removesuffix(b"\n").split(b"\n")
        while number is not None and number < line + len(parts):
            found.append(parts[number - line].removesuffix(b"\r"))
            number = next(wanted, None)
        line += len(parts)
    return found


def _rejected(file: LoggerFile) -> list[RejectedLine]:
    """Each line that lost something, once: by line, its reasons together."""
    reasons: dict[int, list[str]] = {line.line: [line.reason] for line in file.rejected}
    for channel in file.channels:
        for line in channel.rejected:
            told = line.reason if len(file.channels) == 1 else f"{channel.name}: {line.reason}"
            reasons.setdefault(line.line, []).append(told)
    return [RejectedLine(line, "; ".join(reasons[line])) for line in sorted(reasons)]
