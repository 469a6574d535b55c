"""What the commands that take loggers' files share: the file read, the profile found."""

import difflib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

import typer

from .errors import UserError

if TYPE_CHECKING:
    from coldchain.profile import Profile
    from ingest.loggers import LoggerFile

Unit = Literal["C", "F"]
Dates = Literal["ymd", "dmy", "mdy"]

ZoneOption = Annotated[
    str | None,
    typer.Option(
        "--tz", help="Zone of times written without one, as Asia/Shanghai.", metavar="ZONE"
    ),
]
UnitOption = Annotated[
    Unit | None,
    typer.Option("--unit", help="Unit of the temperatures; else as the file says, else C."),
]
DatesOption = Annotated[
    Dates | None,
    typer.Option("--dates", help="Order of day, month and year in 10/02/2016; else as it fits."),
]
ProfilesOption = Annotated[
    Path | None,
    typer.Option("--profiles", help="A folder with profiles of your own (*.toml).", metavar="DIR"),
]


def zone_named(name: str) -> ZoneInfo:
    """The zone of this name. Raises UserError where there is none."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # an unknown zone is a KeyError, a folder an OSError
        raise UserError(
            f"--tz {name}: no such time zone; give one as Asia/Shanghai or UTC"
        ) from None


def profile_named(name: str, folder: Path | None) -> "Profile":
    """The profile of this name, shipped or in the folder. Raises UserError where there is none."""
    from coldchain.profile_toml import ProfileError

    from .profiles import load_profiles

    try:
        profiles = load_profiles(folder)
    except ProfileError as error:
        raise UserError(str(error)) from None
    if name in profiles:
        return profiles[name]
    near = difflib.get_close_matches(name, profiles, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(profiles))}"
    raise UserError(f"no profile {name!r}; {hint}")


def read_logger(
    path: Path, tz: str | None = None, unit: Unit | None = None, dates: Dates | None = None
) -> "LoggerFile":
    """The file read. Raises UserError where it as a whole can't be."""
    from ingest.loggers import LoggerFileError, read

    try:
        return read(
            path,
            zone=None if tz is None else zone_named(tz),
            fahrenheit=None if unit is None else unit == "F",
            order=dates,
        )
    except LoggerFileError as error:
        raise UserError(str(error)) from None


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Show on standard error, while it lasts, what goes on; nothing where nobody looks on."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield
