"""`coldchain alerts`: tell people of excursions; list, acknowledge, silence; explain the routes."""

import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from runtime import alerts_answers, alerts_lists
from runtime.alerts_settings import (
    DatabaseOption,
    JsonOption,
    RoutesOption,
    alert_settings,
    alerts_section,
    now,
    routes_in,
)
from runtime.errors import UserError
from runtime.settings import load_settings

if TYPE_CHECKING:
    from alerts.settings import AlertSettings

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Tell people of excursions; list, acknowledge, silence.",
)
app.command("list")(alerts_lists.list_)
for one in (alerts_answers.ack, alerts_answers.silence):
    app.command()(one)


@app.command()
def run(routes: RoutesOption = None, database: DatabaseOption = None) -> None:
    """Turn excursions into messages to people, until interrupted.

    Example: `coldchain alerts run --routes alert-routes.toml`
    """
    import logging

    from alerts.service import AlertService
    from alerts.settings import AlertsError

    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("alerts").setLevel(logging.INFO)
    chosen = alert_settings(routes, database)
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

    path = file or alerts_section().routes
    try:
        with path.open("x", encoding="utf-8") as made:
            made.write(EXAMPLE)
    except FileExistsError:
        raise UserError(f"{path} is there already and is left alone: name another file") from None
    except OSError as error:
        raise UserError(f"{path} can't be written: {error}") from None
    typer.echo(f"{path} written; put an address (an apprise URL) into {ADDRESS}", err=True)


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

    minute = _minute(at)
    case = Case(device, severity, profile, asset, kind, crew, county, compartment, subject, minute)
    decision = route(routes_in(routes or alerts_section().routes), case)
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
        return minute_of_day(now(), ZoneInfo(load_settings().people.zone))
    hour, _, minute = text.partition(":")
    if not (hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60):
        raise UserError(f"--at {text!r}: say a time of day, as 14:30")
    return int(hour) * 60 + int(minute)
