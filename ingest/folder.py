"""A folder of what was, or would be, sent: judged in one batch, whatever the order of its lines.

`registry.toml` says what the devices are; `frames.jsonl` holds a frame a line, `custody.jsonl`,
where there is one, a scan a line: the strictest goods aboard judge a compartment.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median_high

from coldchain.book import Book
from coldchain.cargo import Cargo
from coldchain.custody import CustodyError, CustodyEvent
from coldchain.enrolment import Enrolled, Plans, Roster, Unregistered
from coldchain.evaluation import RejectedLine
from coldchain.fleet import batteries_of, conditions_of
from coldchain.frames import Frame, FrameError, decode_frame
from coldchain.parcel_records import ParcelRecord
from coldchain.profile import Profile
from coldchain.records import ConditionRecord, ExcursionRecord
from coldchain.registry_toml import RegistryError, loads
from coldchain.whole import Samples, records_of, samples_of

REGISTRY_FILE, FRAMES_FILE, CUSTODY_FILE = "registry.toml", "frames.jsonl", "custody.jsonl"


class FolderError(ValueError):
    """The folder as a whole can't be judged; the message is one line."""


@dataclass(frozen=True, slots=True)
class JudgedFolder:
    """The records that the stream must arrive at, by device and start; lines refused and why."""

    records: list[ExcursionRecord]
    conditions: list[ConditionRecord]
    parcels: list[ParcelRecord]
    frames: int
    rejected: list[RejectedLine]


def judge_folder(
    folder: Path, profiles: Mapping[str, Profile], on_line: Callable[[int], None] = lambda _: None
) -> JudgedFolder:
    """Judge every device of a folder over all its frames.

    A frame is refused whole, as the stream refuses it; scans likewise. A channel last seen
    beyond, and silent until its device was last heard, or until half of all devices were, is
    presumed to be so still (one gateway's clock may be wrong). Raises FolderError.
    """
    roster = _roster(folder / REGISTRY_FILE, profiles)
    samples: dict[str, dict[str, Samples]] = {}
    rejected: list[RejectedLine] = []
    frames = 0
    heard: dict[str, int] = {}
    batteries: dict[str, list[tuple[int, float]]] = {}
    try:
        with (folder / FRAMES_FILE).open("rb") as lines:
            for number, raw in enumerate(lines, 1):
                if not raw.strip():
                    continue
                on_line(number)
                try:
                    frame = _take(roster, samples, raw)
                    heard[frame.device] = max(frame.sent, heard.get(frame.device, frame.sent))
                    batteries.setdefault(frame.device, []).extend(batteries_of([frame]))
                    frames += 1
                except (FrameError, Unregistered) as error:
                    rejected.append(RejectedLine(number, str(error)))
    except OSError as error:
        raise FolderError(f"{folder / FRAMES_FILE}: can't be read: {error.strerror}") from None
    book = Book(roster.find, profiles.get)
    cargo = Cargo.of(book, _scans(folder / CUSTODY_FILE, book, rejected))
    records: list[ExcursionRecord] = []
    conditions: list[ConditionRecord] = []
    for device, own in sorted(samples.items()):
        now = max(heard[device], median_high(heard.values()))
        enrolled = cargo.find(device) or _find(roster, device)
        records += map(cargo.named, records_of(enrolled, own, now=now))
        conditions += conditions_of(enrolled, own, batteries[device])
    parcels = [journey.record() for journey in cargo.journeys(samples)]
    return JudgedFolder(records, conditions, parcels, frames, rejected)


def _scans(path: Path, book: Book, rejected: list[RejectedLine]) -> list[CustodyEvent]:
    """The scans of a file, if it is there; what is none is rejected."""
    scans: list[CustodyEvent] = []
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return scans
    except OSError as error:
        raise FolderError(f"{path}: can't be read: {error.strerror}") from None
    for number, raw in enumerate(lines, 1):
        if not raw.strip():
            continue
        try:
            scans.append(book.scan(raw))
        except CustodyError as error:
            rejected.append(RejectedLine(number, f"{path.name}: {error}"))
    return scans


def _roster(path: Path, profiles: Mapping[str, Profile]) -> Roster:
    roster = Roster(Plans(profiles))
    try:
        registrations = loads(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise FolderError(f"{path}: can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise FolderError(f"{path}: is not UTF-8 text") from None
    except RegistryError as error:
        raise FolderError(str(error)) from None
    for registration in registrations:
        roster.put(registration)
    return roster


def _take(roster: Roster, samples: dict[str, dict[str, Samples]], raw: bytes) -> Frame:
    """Add a frame's readings, all or none, and tell it. Raises FrameError, Unregistered."""
    frame = decode_frame(raw.rstrip(b"\r\n"))
    found = samples_of(_find(roster, frame.device), [frame])
    own = samples.setdefault(frame.device, {})
    for channel, new in found.items():
        kept = own.setdefault(channel, Samples())
        kept.times += new.times
        kept.values += new.values
    return frame


def _find(roster: Roster, device: str) -> Enrolled:
    enrolled = roster.find(device)
    if enrolled is None:
        raise Unregistered(f"device {device} is not registered")
    return enrolled
