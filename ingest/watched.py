"""A watched folder: loggers' files dropped into it are taken once whole, and sent once.

    DIR/trip.csv             the readings of the device that was named for all
    DIR/tag-7/trip.csv       those of tag-7, as is DIR/tag-7/2026/11/trip.csv
    DIR/set-aside/…          what could not be taken, and beside each file why (`.reason.txt`)

What was sent is written down afterwards, so that a crash between the two sends again: the same
bytes, which change nothing. A file stays where it was dropped.
"""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import msgspec
from kafka.errors import KafkaError

from broker.settings import KafkaSettings
from coldchain.frames import Name

from .enrol import EnrolError
from .history import HistoryError
from .loggers import LoggerFile, LoggerFileError
from .replay import NotRegisteredError, Place, Sent, replay
from .sender import SendError
from .settling import Settling, Stamp
from .shown import shown
from .taken import Dropped, Taken, hash_of
from .topic import TopicError

ASIDE, REASON = "set-aside", ".reason.txt"
#: Names of what is still being written, or is nobody's reading.
_NOT_YET = (".part", ".partial", ".tmp", ".filepart", ".crdownload", "~")
#: How many files of a device are sent together.
_TOGETHER = 20


class KafkaAwayError(Exception):
    """Nothing can be sent now; what is there is taken later."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file: sent; there before, as `same_as`; set aside, or left, for a reason."""

    name: str
    device: str | None
    sent: Sent | None = None
    same_as: str | None = None
    reason: str | None = None
    left: bool = False


class Watched:
    """A folder, looked through by `look` whenever something may have changed in it.

    `place` is whose the files are, but for the device of those in a folder of their own; its
    device may be empty. `read` reads a logger's file, raising LoggerFileError.
    """

    def __init__(
        self,
        folder: Path,
        kafka: KafkaSettings,
        place: Place,
        read: Callable[[Path], LoggerFile],
        taken: Taken,
        patience_s: float,
    ) -> None:
        self._folder = folder
        self._kafka = kafka
        self._place = place
        self._read = read
        self._taken = taken
        self._settling = Settling(patience_s)
        self._done = taken.done()

    def look(self, now: float) -> Iterator[Outcome]:
        """Take what is whole by `now` (seconds on a clock that never goes back).

        Raises KafkaAwayError, having taken what could be.
        """
        seen = {path: stamp for path, stamp in _files(self._folder) if self._is_new(path, stamp)}
        whole = self._settling.whole(seen, now)
        found: dict[tuple[str, bytes], tuple[Dropped, LoggerFile]] = {}
        for path in whole:
            known = self._known(path, seen[path])
            if isinstance(known, Outcome):
                yield known
            elif known is not None:  # of two copies the second is known the next time
                found.setdefault((known[0].device, known[0].hash), known)
        ordered = sorted(found.values(), key=_order)
        for device, files in groupby(ordered, key=lambda one: one[0].device):
            together = list(files)
            for first in range(0, len(together), _TOGETHER):
                yield from self._send(device, together[first : first + _TOGETHER])

    def waiting(self, now: float) -> bool:
        """Whether something is there that may still be taken; not what is, and stays, empty."""
        return any(
            stamp.size or not self._settling.is_settled(path, stamp, now)
            for path, stamp in _files(self._folder)
            if self._is_new(path, stamp)
        )

    def empty(self) -> list[Outcome]:
        """Files without a byte: they stay where they are, as something may be to come."""
        return [
            Outcome(self._name(path), self._device(path) or None, reason="it is empty", left=True)
            for path, stamp in _files(self._folder)
            if not stamp.size and self._is_new(path, stamp)
        ]

    def _device(self, path: Path) -> str:
        """The one named for all, or the folder in the watched one that it is somewhere in."""
        within = path.relative_to(self._folder).parts
        return within[0] if len(within) > 1 else self._place.device

    def _is_new(self, path: Path, stamp: Stamp) -> bool:
        return self._done.get(self._name(path)) != stamp

    def _name(self, path: Path) -> str:
        return shown(path.relative_to(self._folder))

    def _known(self, path: Path, stamp: Stamp) -> tuple[Dropped, LoggerFile] | Outcome | None:
        """A file read, or what became of it; None where it was taken away meanwhile."""
        device = self._device(path)
        try:
            _check(device)
            dropped = Dropped(path, self._name(path), stamp, device, hash_of(path))
            before = self._taken.knows(device, dropped.hash)
            if before is not None:
                self._remember([dropped])
                return Outcome(dropped.name, device, same_as=before)
            file = self._read(path)
            _check_readings(file)
            return dropped, file
        except FileNotFoundError:
            return None
        except (OSError, LoggerFileError) as error:
            if not path.exists():
                return None
            return self._set_aside(path, stamp, device, str(error))

    def _send(self, device: str, files: list[tuple[Dropped, LoggerFile]]) -> Iterator[Outcome]:
        paths = [(one.path, file) for one, file in files]
        now = time.time_ns() // 1_000_000
        try:
            sent, _ = replay(self._kafka, paths, replace(self._place, device=device), now)
        except (NotRegisteredError, EnrolError, HistoryError, LoggerFileError) as error:
            for (path, _), (one, _) in zip(paths, files, strict=True):
                yield self._set_aside(path, one.stamp, device, str(error))
            return
        except (SendError, TopicError, KafkaError) as error:
            raise KafkaAwayError(str(error)) from None
        # One that was written to meanwhile is taken anew.
        self._remember([one for one, _ in files if _stamp(one.path) == one.stamp])
        for (one, _), told in zip(files, sent, strict=True):
            yield Outcome(one.name, device, sent=told)

    def _remember(self, files: list[Dropped]) -> None:
        self._taken.add(files, time.time_ns() // 1_000_000)
        self._done |= {one.name: one.stamp for one in files}

    def _set_aside(self, path: Path, stamp: Stamp, device: str, reason: str) -> Outcome:
        """Move it out of the way, the reason beside it; put back, it is tried again."""
        name, reason = self._name(path), shown(reason)
        to = _free(self._folder / ASIDE / path.relative_to(self._folder))
        try:
            to.parent.mkdir(parents=True, exist_ok=True)
            path.rename(to)
            note = f"{reason}\n\nMend it and put it back: {shown(path)}\n"
            to.with_name(to.name + REASON).write_text(note, encoding="utf-8")
        except OSError as error:  # it stays, and is left alone until it changes
            reason = f"{reason} (and it can't be set aside: {shown(str(error))})"
            self._done[name] = stamp
        return Outcome(name, shown(device) or None, reason=reason)


def _order(one: tuple[Dropped, LoggerFile]) -> tuple[str, str]:
    return one[0].device, one[0].name


def _check(device: str) -> None:
    """Raises LoggerFileError where no device can be called so."""
    if not device:
        raise LoggerFileError(
            "whose readings are these? Put the file into a folder named after its device,"
            " or name one device for all with --device"
        )
    try:
        msgspec.convert(device, Name)
    except msgspec.ValidationError:
        raise LoggerFileError(
            f"no device is called {device!r}: letters, digits, - and _ only, at most 64,"
            " no - or _ first; rename the folder"
        ) from None


def _check_readings(file: LoggerFile) -> None:
    """Raises LoggerFileError where not one line of it is a reading."""
    if not len(file.times):
        lines = [*file.rejected, *(line for one in file.channels for line in one.rejected)]
        first = min(lines, key=lambda line: line.line, default=None)
        raise LoggerFileError(
            "no reading in it" + (f"; line {first.line}: {first.reason}" if first else "")
        )


def _files(folder: Path) -> Iterator[tuple[Path, Stamp]]:
    """The files in the folder, and however deep in its devices' folders.

    Raises OSError for the folder itself.
    """
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda one: one.name):
            if not entry.is_dir():
                yield from _among(folder, [entry.name])
            elif not entry.name.startswith(".") and entry.name != ASIDE:
                for inner, folders, names in os.walk(entry.path):
                    folders[:] = sorted(one for one in folders if not one.startswith("."))
                    yield from _among(Path(inner), sorted(names))


def _among(folder: Path, names: list[str]) -> Iterator[tuple[Path, Stamp]]:
    for name in names:
        if name.startswith(".") or name.lower().endswith(_NOT_YET):
            continue
        stamp = _stamp(folder / name)
        if stamp is not None:
            yield folder / name, stamp


def _stamp(path: Path) -> Stamp | None:
    """None where there is no such regular file."""
    try:
        return Stamp(path.stat().st_size, path.stat().st_mtime_ns) if path.is_file() else None
    except OSError:
        return None


def _free(path: Path) -> Path:
    """A path beside this one that nothing has yet."""
    tries = (path.with_stem(f"{path.stem}-{number}") for number in range(2, 10_000))
    return path if not path.exists() else next(one for one in tries if not one.exists())
