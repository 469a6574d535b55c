"""`coldchain console`: the pages of couriers, operators and inspectors; a link for somebody."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runtime.alerts_settings import alerts_section, people_in
from runtime.errors import UserError
from runtime.pages import ConsoleSection, console_section, links
from runtime.settings import Settings, load_settings

if TYPE_CHECKING:
    from alerts.routes import Routes
    from coldchain.alert_commands import Command
    from console.settings import ConsoleSettings

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="The pages: a courier's alerts, the shift's hand-over, the inspector's desk.",
)

RoutesOption = Annotated[
    Path | None, typer.Option("--routes", help="Who there is, as `alerts run` has it.")
]
DatabaseOption = Annotated[
    Path | None, typer.Option("--database", help="The alert service's database.", metavar="FILE")
]
#: How long a form waits for Kafka before it says that it was not entered.
SEND_SECONDS = 10.0


@app.command()
def run(
    host: Annotated[str | None, typer.Option(help="Where to listen; loopback if not said.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0: any free one.")] = None,
    routes: RoutesOption = None,
    database: DatabaseOption = None,
) -> None:
    """Serve the pages, until interrupted. People come by the links in their messages.

    Put a proxy that speaks TLS before it, and its address into `[console] url`, on the machine
    that runs `coldchain alerts run`, too.

    Example: `coldchain console run --port 8380`
    """
    import signal
    import socket

    import uvicorn

    from console.app import build

    section = console_section()
    try:
        listening = socket.create_server(
            (section.host if host is None else host, section.port if port is None else port)
        )
    except OSError as error:
        raise UserError(f"the console can't listen there: {error}") from None
    here = f"http://{listening.getsockname()[0]}:{listening.getsockname()[1]}"
    settings, close = _console(section, section.url or here, routes, database)
    typer.echo(f"console: {here} ({section.url or 'no [console] url'}); Ctrl-C ends it", err=True)
    config = uvicorn.Config(
        build(settings), log_level="warning", server_header=False, timeout_graceful_shutdown=5
    )
    # uvicorn raises once more what ended it; for us it was an order, obeyed.
    signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        close()


@app.command()
def link(
    name: Annotated[str, typer.Argument(help="Whom: a recipient's name.")],
    alert: Annotated[str, typer.Option(help="An alert's id; else their list.")] = "",
    routes: RoutesOption = None,
) -> None:
    """Print a link by which somebody gets in: an operator, or who has lost their message.

    Whoever holds it is taken for them until it expires: hand it to nobody else.

    Example: `coldchain console link zhao`
    """
    section = console_section()
    people = _people(routes).recipients
    if name not in people:
        raise UserError(f"no recipient {name!r} in the routes; there are {', '.join(people)}")
    url = section.url or f"http://{section.host}:{section.port}"
    typer.echo(links(section, url).to(name, alert, _now()))


def _console(
    section: ConsoleSection, url: str, routes: Path | None, database: Path | None
) -> tuple["ConsoleSettings", Callable[[], None]]:
    """The room's settings, and what closes what they opened."""
    from alerts.settings import AlertSettings
    from coldchain.profile_toml import ProfileError
    from console.settings import ConsoleSettings
    from runtime.audit_settings import audit_section
    from runtime.inspecting import inspector_settings
    from runtime.profiles import load_profiles

    given, settings = alerts_section(), load_settings()
    try:
        profiles = load_profiles(given.profiles)
    except ProfileError as error:
        raise UserError(str(error)) from None
    alerts = AlertSettings(
        kafka=settings.kafka,
        database=database or given.database,
        routes=_people(routes),
        zone=settings.people.zone,
        profiles=profiles,
    )
    sender = Sender(settings)
    inspector, close_inspector = inspector_settings(audit_section(), settings)

    def close() -> None:
        sender.close()
        close_inspector()

    return (
        ConsoleSettings(
            alerts,
            links(section, url),
            sender.send,
            _readings(settings),
            _now,
            inspector=inspector,
        ),
        close,
    )


class Sender:
    """Commands to Kafka over one producer, opened with the first."""

    def __init__(self, settings: Settings) -> None:
        import threading

        self._settings = settings
        self._lock = threading.Lock()
        self._producer: Any = None

    def send(self, commands: "Sequence[Command]") -> None:
        """Put them on their topic, confirmed. Raises NotSentError."""
        from kafka.errors import KafkaError

        from broker.clients import producer
        from broker.topics import ALERT_COMMANDS
        from coldchain.alert_commands import encode_command
        from console.settings import NotSentError

        kafka = self._settings.kafka
        try:
            with self._lock:
                if self._producer is None:
                    self._producer = producer(kafka)
            topic = kafka.topic(ALERT_COMMANDS)
            sent = [
                self._producer.send(topic, encode_command(one), one.key.encode())
                for one in commands
            ]
            for one in sent:
                one.get(timeout=SEND_SECONDS)
        except KafkaError as error:
            raise NotSentError(str(error)) from None

    def close(self) -> None:
        if self._producer is not None:
            self._producer.close(timeout=SEND_SECONDS)


def _readings(settings: Settings) -> Callable[[str, str, int, int], Mapping[str, Any]]:
    """A compartment's readings out of the series store; a connection for each asking."""
    import dataclasses

    from series.reader import Reader

    quick = dataclasses.replace(settings.series, timeout=3.0, give_up_after=0.0)

    def ask(device: str, compartment: str, start: int, end: int) -> Mapping[str, Any]:
        reader = Reader(quick)
        try:
            return reader.compartment(device, compartment, start, end)
        finally:
            reader.close()

    return ask


def _people(routes: Path | None) -> "Routes":
    """The routes' people, without their addresses."""
    return people_in(routes or alerts_section().routes)


def _now() -> int:
    return time.time_ns() // 1_000_000
