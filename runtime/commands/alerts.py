"""`coldchain alerts`: tell people of excursions; list, acknowledge, silence; explain the routes."""

import os
import signal
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from runtime.errors import UserError
from runtime.folders import state_folder
from runtime.pages import console_section, links
from runtime.settings import load_section, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.routes import Routes
    from alerts.settings import AlertSettings
    from alerts.views import Alert
    from coldchain.alert_commands import Command
    from series.settings import SeriesSettings

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Tell people of excursions; list, acknowledge, silence.",
)

#: As in coldchain.alert_commands, which is loaded only when it is needed.
CauseName = Literal["unloading", "unit-failed", "goods-moved", "probe-wrong", "other"]
UNITS = {"m": 60_000, "h": 3_600_000}

JsonOption = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
ByOption = Annotated[str, typer.Option("--by", metavar="NAME", help="Who says so.")]
DatabaseOption = Annotated[
    Path | None, typer.Option("--database", help="The service's database.", metavar="FILE")
]
RoutesOption = Annotated[
    Path | None, typer.Option("--routes", help="Who is told of what: TOML.", metavar="FILE")
]


@dataclass(frozen=True, slots=True)
class AlertsSection:
    """`[alerts]` of the settings. Durations in seconds."""

    database: Path = field(default_factory=lambda: state_folder() / "alerts.sqlite")
    routes: Path = Path("alert-routes.toml")
    profiles: Path | None = None
    group_wait: float = 20.0
    group_interval: float = 300.0
    group_interval_critical: float = 60.0
    flap_window: float = 1800.0
    flap_wait: float = 900.0
    repeat_critical: float = 3600.0
    repeat_warning: float = 4 * 3600.0
    repeat_in_hand: float = 2 * 3600.0
    silence_reminder: float = 600.0
    per_minute: int = 6
    digest_interval: float = 30.0
    stale_after: float = 72 * 3600.0
    give_up_after: float = 2 * 3600.0


#: What of the section goes to the room as it is.
_NUMBERS = (
    "group_wait",
    "group_interval",
    "group_interval_critical",
    "flap_window",
    "flap_wait",
    "repeat_critical",
    "repeat_warning",
    "repeat_in_hand",
    "silence_reminder",
    "per_minute",
    "digest_interval",
    "stale_after",
    "give_up_after",
)


@app.command()
def run(routes: RoutesOption = None, database: DatabaseOption = None) -> None:
    """Turn excursions into messages to people, until interrupted.

    Example: `coldchain alerts run --routes alert-routes.toml`
    """
    import logging

    from alerts.service import AlertService
    from alerts.settings import AlertsError, AlertSettings
    from coldchain.profile_toml import ProfileError
    from runtime.profiles import load_profiles

    section, settings = load_section("alerts", AlertsSection), load_settings()
    pages = console_section()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("alerts").setLevel(logging.INFO)
    try:
        profiles = load_profiles(section.profiles)
    except ProfileError as error:
        raise UserError(str(error)) from None
    chosen = AlertSettings(
        kafka=settings.kafka,
        database=database or section.database,
        routes=_routes(routes or section.routes),
        zone=settings.people.zone,
        profiles=profiles,
        links=links(pages) if pages.url else None,
        locate=_locate(settings.series),
        series=settings.series,
        **{name: getattr(section, name) for name in _NUMBERS},
    )
    if short := _short_of_people(chosen):
        typer.echo(f"alerts: {short}", err=True)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    typer.echo(f"alerts: database {chosen.database}; Ctrl-C ends it", err=True)
    try:
        AlertService(chosen).run(stop)
    except AlertsError as error:
        raise UserError(str(error)) from None


@app.command()
def init(
    file: Annotated[Path | None, typer.Argument(help="Where; else as the settings say.")] = None,
) -> None:
    """Write a routes file to begin with: one courier, the address from the environment.

    Example: `coldchain alerts init alert-routes.toml`
    """
    from alerts.routes_example import ADDRESS, EXAMPLE

    path = file or load_section("alerts", AlertsSection).routes
    try:
        with path.open("x", encoding="utf-8") as made:
            made.write(EXAMPLE)
    except FileExistsError:
        raise UserError(f"{path} is there already and is left alone: name another file") from None
    except OSError as error:
        raise UserError(f"{path} can't be written: {error}") from None
    typer.echo(f"{path} written; put an address (an apprise URL) into {ADDRESS}", err=True)


@app.command("list")
def list_(
    open_only: Annotated[bool, typer.Option("--open", help="Only those that go on.")] = False,
    messages: Annotated[
        bool, typer.Option("--messages", help="Messages instead: sent, waiting, given up.")
    ] = False,
    silences: Annotated[
        bool, typer.Option("--silences", help="Silences instead: whose, why, until when.")
    ] = False,
    refused: Annotated[
        bool, typer.Option("--refused", help="Records that could not be taken in, instead.")
    ] = False,
    history_of: Annotated[
        str | None, typer.Option("--history", metavar="ID", help="One alert's history, instead.")
    ] = None,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
) -> None:
    """List alerts, the newest first.

    Example: `coldchain alerts list --open --json`
    """
    from alerts import sent, views

    path = _database(database)
    shown: tuple[str, ...]
    rows: list[Any]
    if messages:
        rows = list(sent.list_messages(path))
        shown = ("id", "state", "again", "recipient", "channel", "title", "attempts", "error")
    elif silences:
        rows = list(views.list_silences(path, _now()))
        shown = ("id", "device", "compartment", "by", "reason", "until", "is_over", "held_back")
    elif refused:
        rows = list(views.list_refused(path))
        shown = ("at", "topic", "partition", "offset", "reason")
    elif history_of is not None:
        rows = list(views.history(path, _alert(path, history_of).id))
        shown = ("at", "event", "before", "after", "effect", "who", "note")
    else:
        rows = list(views.list_alerts(path, is_open=open_only))
        shown = ("id", "status", "severity", "asset", "compartment", "subject", "peak")
        shown += ("start", "end")
        shown += ("told", "waiting")
    if as_json:
        import msgspec

        typer.echo(msgspec.json.format(msgspec.json.encode(rows)).decode())
        return
    _table(rows, shown)


@app.command()
def ack(
    alert: Annotated[str, typer.Argument(help="The alert's id, or its beginning.")],
    by: ByOption,
    cause: Annotated[CauseName, typer.Option(help="Why it happened.")],
    text: Annotated[str, typer.Option(help="In words; needed for `other`.")] = "",
    database: DatabaseOption = None,
) -> None:
    """Say that you have an alert in hand: nobody else is told of it.

    Example: `coldchain alerts ack 3fa9c1d2 --by wang --cause unloading`
    """
    from coldchain.alert_commands import Acknowledge
    from coldchain.times import iso

    found = _alert(_database(database), alert)
    if found.status == "new":
        raise UserError(f"alert {alert} is silenced and was told to nobody: nothing to answer")
    send(Acknowledge(alert=found.id, by=by, at=iso(_now()), cause=cause, text=text))
    typer.echo(f"acknowledged {found.id} ({found.asset} {found.compartment})")


@app.command()
def silence(
    device: Annotated[str, typer.Argument(help="The device that nobody is to be told of.")],
    by: ByOption,
    reason: Annotated[str, typer.Option(help="Why.")],
    lasting: Annotated[
        str, typer.Option("--for", metavar="TIME", help="How long: 45m, 2h; at most 24h.")
    ] = "1h",
    compartment: Annotated[str, typer.Option(help="One compartment of it only.")] = "",
    name: Annotated[
        str | None,
        typer.Option("--id", help="Change this silence; with --for 0m it ends."),
    ] = None,
) -> None:
    """Keep a device quiet for a while. What is still wrong at the end is told then.

    Example: `coldchain alerts silence van-0042 --by zhao --reason "being washed" --for 45m`
    """
    from coldchain.alert_commands import Silence
    from coldchain.times import iso

    now = _now()
    chosen = name or uuid.uuid4().hex[:8]
    send(
        Silence(
            id=chosen,
            device=device,
            compartment=compartment,
            by=by,
            reason=reason,
            at=iso(now),
            until=iso(now + _duration(lasting)),
        )
    )
    typer.echo(f"silence {chosen}: {device} {compartment or '(all of it)'} for {lasting}")


@app.command("route")
def route_(
    device: Annotated[str, typer.Option(help="The device.")] = "",
    asset: Annotated[str, typer.Option(help="What it is in.")] = "",
    kind: Annotated[str, typer.Option(help="van, locker, warehouse…")] = "",
    crew: Annotated[str, typer.Option(help="Its crew by the registry.")] = "",
    profile: Annotated[str, typer.Option(help="As iced-seafood.")] = "",
    severity: Annotated[Literal["warning", "critical"], typer.Option()] = "critical",
    compartment: Annotated[str, typer.Option(help="The compartment.")] = "",
    county: Annotated[str, typer.Option(help="Its county by the registry.")] = "",
    subject: Annotated[str, typer.Option(help="above, below, or a fleet rule, as door-open.")] = "",
    at: Annotated[
        str | None, typer.Option(metavar="HH:MM", help="When, for shifts; else now.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say why, rule by rule.")] = False,
    as_json: JsonOption = False,
    routes: RoutesOption = None,
) -> None:
    """Who would be told of such an alert. Nothing is sent; checks the routes, too.

    Example: `coldchain alerts route --explain --kind van --crew harbour --severity critical`
    """
    from alerts.routes import Case, route

    section = load_section("alerts", AlertsSection)
    minute = _minute(at)
    case = Case(device, severity, profile, asset, kind, crew, county, compartment, subject, minute)
    decision = route(_routes(routes or section.routes), case)
    waves = [(0.0, decision.now), *((after / 60_000, people) for after, people in decision.steps)]
    found: list[dict[str, Any]] = [
        {
            "after_minutes": after,
            "recipient": one.recipient.name,
            "channels": list(one.recipient.channels),
            "language": one.recipient.language,
            "why": one.why,
        }
        for after, people in waves
        for one in people
    ]
    if as_json:
        import json

        said = {
            "rule": decision.rule,
            "because": decision.because,
            "told": found,
            "missing": decision.missing,
        }
        typer.echo(json.dumps(said, ensure_ascii=False, indent=2))
        return
    if explain:
        for line in decision.because:
            typer.echo(f"- {line}")
    for one in found:
        when = f"after {one['after_minutes']:g} min" if one["after_minutes"] else "at once"
        channels = ", ".join(one["channels"])
        why = f": {one['why']}" if explain else ""
        typer.echo(f"{when}: {one['recipient']} by {channels} ({one['language']}){why}")


def _locate(settings: "SeriesSettings") -> "Callable[[str], tuple[float, float] | None]":
    """Where a device was last, by the series store; asked quickly or not at all."""
    import dataclasses

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


def _short_of_people(settings: "AlertSettings") -> str:
    """For which goods the routes have too few people, as a line to read; empty for none."""
    from alerts.routes import Case, route

    short = [
        name
        for name in sorted(settings.profiles)
        if route(settings.routes, Case("", "critical", name)).missing
    ]
    return (
        f"the routes have fewer than three people for critical {', '.join(short)}" if short else ""
    )


def _minute(text: str | None) -> int:
    """`14:30` as the minute of the day; None: now, in the people's zone."""
    from zoneinfo import ZoneInfo

    from alerts.hours import minute_of_day

    if text is None:
        return minute_of_day(_now(), ZoneInfo(load_settings().people.zone))
    hour, _, minute = text.partition(":")
    if not (hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60):
        raise UserError(f"--at {text!r}: say a time of day, as 14:30")
    return int(hour) * 60 + int(minute)


def _routes(path: Path) -> "Routes":
    from alerts.channels import fault_of
    from alerts.routes_toml import RoutesError, read_routes

    if not path.exists():
        raise UserError(f"no routes at {path}: `coldchain alerts init {path}` writes an example")
    try:
        return read_routes(path, os.environ, fault_of)
    except RoutesError as error:
        raise UserError(str(error)) from None


def _database(path: Path | None) -> Path:
    chosen = path or load_section("alerts", AlertsSection).database
    if not chosen.is_file():
        raise UserError(f"no alerts at {chosen}: `coldchain alerts run` makes it")
    return chosen


def _alert(database: Path, beginning: str) -> "Alert":
    from alerts.views import find_alerts

    found = find_alerts(database, beginning)
    if len(found) != 1:
        said = "no alert begins" if not found else "several alerts begin"
        raise UserError(f"{said} with {beginning!r}: see `coldchain alerts list`")
    return found[0]


def send(command: "Command") -> None:
    """Put a command on its topic, confirmed. Raises UserError where it is not a good one."""
    from broker.clients import producer
    from broker.topics import ALERT_COMMANDS
    from coldchain.alert_commands import CommandError, decode_command, encode_command

    raw = encode_command(command)
    try:
        decode_command(raw)
    except CommandError as error:
        raise UserError(str(error)) from None
    kafka = load_settings().kafka
    sender = producer(kafka)
    try:
        sender.send(kafka.topic(ALERT_COMMANDS), raw, command.key.encode()).get(timeout=30)
    finally:
        sender.close()


def _duration(text: str) -> int:
    """`45m` or `2h` as ms."""
    number, unit = text[:-1], text[-1:]
    if unit not in UNITS or not number.isdigit():
        raise UserError(f"--for {text!r}: say minutes or hours, as 45m or 2h")
    return int(number) * UNITS[unit]


def _now() -> int:
    return time.time_ns() // 1_000_000


def _table(rows: list[Any], shown: tuple[str, ...]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*(name.replace("_", " ") for name in shown))
    for row in rows:
        table.add_row(*(_cell(getattr(row, name)) for name in shown))
    Console().print(table if rows else "none")


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
