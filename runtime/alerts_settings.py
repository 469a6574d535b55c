"""`[alerts]` of the settings, and what the commands of alerts and console make of it."""

import dataclasses
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alerts.pace import PACE, Pace
from runtime.errors import UserError
from runtime.folders import state_folder
from runtime.pages import console_section, links
from runtime.settings import load_section, load_settings

if TYPE_CHECKING:
    from alerts.routes import Routes
    from alerts.settings import AlertSettings
    from series.settings import SeriesSettings

DatabaseOption = Annotated[
    Path | None, typer.Option("--database", help="The service's database.", metavar="FILE")
]
RoutesOption = Annotated[
    Path | None, typer.Option("--routes", help="Who is told of what: TOML.", metavar="FILE")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]


@dataclass(frozen=True, slots=True)
class AlertsSection(Pace):
    """`[alerts]`. Durations in seconds."""

    database: Path = field(default_factory=lambda: state_folder() / "alerts.sqlite")
    routes: Path = Path("alert-routes.toml")
    profiles: Path | None = None


def alerts_section() -> AlertsSection:
    """The settings in force. Raises UserError."""
    return load_section("alerts", AlertsSection)


def alert_settings(routes: Path | None, database: Path | None) -> "AlertSettings":
    """What the service runs by. Raises UserError."""
    from alerts.settings import AlertSettings
    from coldchain.profile_toml import ProfileError
    from runtime.profiles import load_profiles

    section, settings, pages = alerts_section(), load_settings(), console_section()
    try:
        profiles = load_profiles(section.profiles)
    except ProfileError as error:
        raise UserError(str(error)) from None
    return AlertSettings(
        kafka=settings.kafka,
        database=database or section.database,
        routes=routes_in(routes or section.routes),
        zone=settings.people.zone,
        profiles=profiles,
        links=links(pages) if pages.url else None,
        locate=_locate(settings.series),
        series=settings.series,
        **{name: getattr(section, name) for name in PACE},
    )


def routes_in(path: Path) -> "Routes":
    """The routes of a file, with their addresses. Raises UserError."""
    from alerts.channels import fault_of
    from alerts.routes_toml import RoutesError, read_routes

    _exists(path)
    try:
        return read_routes(path, os.environ, fault_of)
    except RoutesError as error:
        raise UserError(str(error)) from None


def people_in(path: Path) -> "Routes":
    """The routes' people. Their addresses are not needed here, and are not looked up."""
    from alerts.routes_toml import RoutesError, parse_routes

    _exists(path)
    try:
        return parse_routes(path.read_text(encoding="utf-8"), str(path), lambda source: source)
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} can't be read: {error}") from None
    except RoutesError as error:
        raise UserError(str(error)) from None


def known(name: str, routes: Path | None) -> str:
    """The name, if the routes have somebody of it. Raises UserError."""
    path = routes or alerts_section().routes
    people = people_in(path).recipients
    if name not in people:
        raise UserError(f"no recipient {name!r} in {path}; there are {', '.join(people)}")
    return name


def database_at(path: Path | None) -> Path:
    """The service's database. Raises UserError where there is none."""
    chosen = path or alerts_section().database
    if not chosen.is_file():
        raise UserError(f"no alerts at {chosen}: `coldchain alerts run` makes it")
    return chosen


def now() -> int:
    """Now, ms."""
    return time.time_ns() // 1_000_000


def _exists(path: Path) -> None:
    if not path.exists():
        raise UserError(f"no routes at {path}: `coldchain alerts init {path}` writes an example")


def _locate(settings: "SeriesSettings") -> Callable[[str], tuple[float, float] | None]:
    """Where a device was last, by the series store; asked quickly or not at all."""
    from series.reader import Reader, quote

    reader = Reader(dataclasses.replace(settings, timeout=2.0, give_up_after=0.0))

    def locate(device: str) -> tuple[float, float] | None:
        found = reader.query(
            "SELECT last(latitude) AS latitude, last(longitude) AS longitude FROM device"  # noqa: S608 - quoted
            f" WHERE device = {quote(device)} AND time > now() - 1h"
        )
        if not found or not found[0].values:
            return None
        _, north, east = found[0].values[0]
        if not isinstance(north, int | float) or not isinstance(east, int | float):
            return None
        return float(north), float(east)

    return locate
