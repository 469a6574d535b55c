"""`coldchain ingest watch`: a folder into which loggers' files are dropped."""

import hashlib
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from runtime.commands.ingest_door import IngestSection
from runtime.errors import UserError
from runtime.logger_files import (
    DatesOption,
    ProfilesOption,
    UnitOption,
    ZoneOption,
    profile_named,
    zone_named,
)
from runtime.settings import load_section, load_settings

if TYPE_CHECKING:
    from ingest.loggers import LoggerFile
    from ingest.watched import Outcome, Watched

#: How long to wait, while Kafka is away, before it is tried again (s).
_AWAY_S = 5.0


def watch(
    folder: Annotated[Path, typer.Argument(help="The folder that loggers' files come into.")],
    device: Annotated[
        str,
        typer.Option(
            help="Whose readings they are; else each file is in a folder named after its device.",
            metavar="NAME",
        ),
    ] = "",
    compartment: Annotated[str, typer.Option(help="Where in it the loggers were.")] = "main",
    quantity: Annotated[
        Literal["air", "product"],
        typer.Option(help="Whether they measured the air or the product."),
    ] = "product",
    register: Annotated[
        bool, typer.Option("--register", help="Register devices first; needs --profile.")
    ] = False,
    profile: Annotated[
        str | None, typer.Option(help="What the goods may go through, as iced-seafood.")
    ] = None,
    profiles: ProfilesOption = None,
    tz: ZoneOption = None,
    unit: UnitOption = None,
    dates: DatesOption = None,
    patience: Annotated[
        float,
        typer.Option(help="Seconds that a file has to stay as it is to be whole.", min=0.1),
    ] = 2.0,
    poll: Annotated[
        bool,
        typer.Option("--poll", help="Look again and again: for a share that tells of nothing."),
    ] = False,
    once: Annotated[
        bool,
        typer.Option("--once", help="Take what is there, then end; 1 where some could not be."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object a file.")] = False,
) -> None:
    """Send loggers' files as they are dropped into a folder, each once, until interrupted.

    A file in DIR/tag-7/ holds tag-7's readings. One that can't be taken is moved to DIR/set-aside/
    with the reason beside it. Started again, it repeats nothing.

    Example: `coldchain ingest watch /srv/loggers --register --profile iced-seafood`
    """
    if register and profile is None:
        raise UserError("--register needs --profile, as in --profile iced-seafood")
    if profile is not None:
        profile_named(profile, profiles)
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder")

    from ingest.door.files import FileError
    from ingest.loggers import read
    from ingest.replay import Place
    from ingest.taken import Taken
    from ingest.watched import Watched

    zone = None if tz is None else zone_named(tz)

    def read_one(path: Path) -> "LoggerFile":
        return read(path, zone=zone, fahrenheit=None if unit is None else unit == "F", order=dates)

    try:
        taken = Taken(_record_of(folder))
    except FileError as error:
        raise UserError(str(error)) from None
    place = Place(device, compartment, quantity, profile if register else None)
    watched = Watched(folder, load_settings().kafka, place, read_one, taken, patience)
    tell = _json_line if as_json else _line
    try:
        if once:
            aside = _once(watched, patience, tell)
            raise typer.Exit(1 if aside else 0)
        typer.echo(f"watching {folder}; Ctrl-C ends it", err=True)
        with _until_told() as told:
            _go_on(watched, folder, patience, poll, told, tell)
    except OSError as error:
        raise UserError(f"{folder}: can't be looked through: {error}") from None
    finally:
        taken.close()


def _record_of(folder: Path) -> Path:
    """Where it is written down what was taken: not in the folder, which may be a share."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    return load_section("ingest", IngestSection).folder / "watched" / f"{name}.sqlite"


def _once(watched: "Watched", patience: float, tell: Callable[["Outcome"], None]) -> int:
    """Until nothing is left; how many could not be taken."""
    from ingest.watched import KafkaAwayError

    aside = 0
    while True:
        try:
            for one in watched.look(time.monotonic()):
                tell(one)
                aside += one.reason is not None
        except KafkaAwayError as error:
            raise UserError(f"Kafka does not take it; try again later: {error}") from None
        if not watched.waiting(time.monotonic()):
            break
        time.sleep(patience)
    for one in watched.empty():
        tell(one)
        aside += 1
    return aside


def _go_on(
    watched: "Watched",
    folder: Path,
    patience: float,
    poll: bool,
    told: threading.Event,
    tell: Callable[["Outcome"], None],
) -> None:
    """Look whenever something changed, and once in a while: some shares never say so."""
    from ingest.watched import KafkaAwayError

    away = False
    for _ in _changes(folder, patience, poll, told):
        try:
            for one in watched.look(time.monotonic()):
                tell(one)
                away = False
        except KafkaAwayError as error:
            if not away:
                typer.echo(f"Kafka does not take it; it is tried again: {error}", err=True)
            away = True
            told.wait(_AWAY_S)


def _changes(folder: Path, patience: float, poll: bool, told: threading.Event) -> Iterator[object]:
    """Whenever something changed, or nothing did for a while, until told to end."""
    from watchfiles import watch
    from watchfiles._rust_notify import WatchfilesRustInternalError

    while not told.is_set():
        try:
            yield from watch(
                folder,
                watch_filter=None,
                stop_event=told,
                rust_timeout=round(patience * 1000),
                yield_on_timeout=True,
                force_polling=poll or None,
            )
        except WatchfilesRustInternalError:  # a name that is no UTF-8: a change all the same
            yield None
            told.wait(patience)


@contextmanager
def _until_told() -> Iterator[threading.Event]:
    """An event for SIGINT and SIGTERM: what is being sent is finished first."""
    told = threading.Event()
    before = {
        one: signal.signal(one, lambda *_: told.set()) for one in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _line(one: "Outcome") -> None:
    if one.reason is not None:
        what = "left there" if one.left else "set aside"
        typer.echo(f"{one.name}: {what}: {one.reason}")
    elif one.same_as is not None:
        typer.echo(f"{one.name}: taken already, as {one.same_as} of {one.device}")
    elif one.sent is not None:
        rejected = f"; {len(one.sent.rejected)} lines could not be read" * bool(one.sent.rejected)
        typer.echo(f"{one.name}: {one.sent.readings} readings sent as {one.device}{rejected}")
    sys.stdout.flush()


def _json_line(one: "Outcome") -> None:
    import msgspec

    typer.echo(msgspec.json.encode(one).decode())
    sys.stdout.flush()
