"""`coldchain alerts ack`, `silence`: what a person says, sent, and seen to have been entered."""

import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from runtime.alerts_settings import DatabaseOption, RoutesOption, database_at, known, now
from runtime.errors import UserError
from runtime.settings import load_settings

if TYPE_CHECKING:
    from alerts.views import Alert
    from coldchain.alert_commands import Command

#: As in coldchain.alert_commands, which is loaded only when it is needed.
CauseName = Literal["unloading", "unit-failed", "goods-moved", "probe-wrong", "other"]
UNITS = {"m": 60_000, "h": 3_600_000}
#: Seconds that a command waits to see that the service has entered what was said.
PATIENCE = 15.0

ByOption = Annotated[
    str, typer.Option("--by", metavar="NAME", help="Who says so: a recipient of the routes.")
]

#: What the history says of an answer -> what the command says, and whether it counts.
SAID = {
    "acknowledge": ("acknowledged", True),
    "outdated": ("not acknowledged, it was over and came back since: look again at", False),
    "outgrown": ("not acknowledged, it got worse since: look again at", False),
}


def ack(
    alerts: Annotated[list[str], typer.Argument(help="Alerts' ids, or their beginnings.")],
    by: ByOption,
    cause: Annotated[CauseName, typer.Option(help="Why it happened.")],
    text: Annotated[str, typer.Option(help="In words; needed for `other`.")] = "",
    database: DatabaseOption = None,
    routes: RoutesOption = None,
) -> None:
    """Say that you have alerts in hand: nobody else is told of them.

    Ends with 0 once the service has entered all of it, with 1 where something does not count.

    Example: `coldchain alerts ack 3fa9c1d2 --by wang --cause unloading`
    """
    from coldchain.alert_commands import Acknowledge
    from coldchain.times import iso

    path, who = database_at(database), known(by, routes)
    found = [alert_beginning(path, one) for one in alerts]
    for one in found:
        if one.status == "new":
            raise UserError(f"alert {one.id} is silenced and was told to nobody: nothing to answer")
    before = {one.id: len(_answers(path, one.id, who)) for one in found}
    at = iso(now())
    send([Acknowledge(alert=one.id, by=who, at=at, cause=cause, text=text) for one in found])
    is_entered = _awaited(
        lambda: all(len(_answers(path, name, who)) > count for name, count in before.items())
    )
    counts = is_entered
    for one in found:
        answers = _answers(path, one.id, who)[before[one.id] :]
        said, is_good = SAID[answers[-1]] if answers else ("sent, not entered yet:", False)
        counts = counts and is_good
        typer.echo(f"{said} {one.id} ({one.asset} {one.compartment})")
    if not is_entered:
        typer.echo(_NOT_YET, err=True)
    raise typer.Exit(0 if counts else 1)


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
    database: DatabaseOption = None,
    routes: RoutesOption = None,
) -> None:
    """Keep a device quiet for a while. What is still wrong at the end is told then.

    Its owner is reminded before the end. Ends with 0 once the service has entered it, else with 1.

    Example: `coldchain alerts silence van-0042 --by zhao --reason "being washed" --for 45m`
    """
    from alerts import views
    from coldchain.alert_commands import Silence
    from coldchain.times import iso

    path, who, at = database_at(database), known(by, routes), now()
    chosen = name or uuid.uuid4().hex[:8]
    until = iso(at + _duration(lasting))
    command = Silence(
        id=chosen,
        device=device,
        compartment=compartment,
        by=who,
        reason=reason,
        at=iso(at),
        until=until,
    )
    send([command])
    typer.echo(f"silence {chosen}: {device} {compartment or '(all of it)'} for {lasting}")
    is_entered = _awaited(
        lambda: any(
            (one.id, one.until, one.by) == (chosen, until, who)
            for one in views.list_silences(path, at)
        )
    )
    if not is_entered:
        typer.echo(_NOT_YET, err=True)
        raise typer.Exit(1)


_NOT_YET = (
    f"alerts: sent, but not entered within {PATIENCE:g} s: is `coldchain alerts run` running? "
    "It is entered when it runs; see `coldchain alerts list`"
)


def alert_beginning(database: Path, beginning: str) -> "Alert":
    """The one alert whose id begins so. Raises UserError."""
    from alerts.views import find_alerts

    found = find_alerts(database, beginning)
    if len(found) != 1:
        said = "no alert begins" if not found else "several alerts begin"
        raise UserError(f"{said} with {beginning!r}: see `coldchain alerts list`")
    return found[0]


def send(commands: "Sequence[Command]") -> None:
    """Put commands on their topic, confirmed. Raises UserError where one is not good."""
    from broker.clients import producer
    from broker.topics import ALERT_COMMANDS
    from coldchain.alert_commands import CommandError, decode_command, encode_command

    try:
        checked = [decode_command(encode_command(one)) for one in commands]
    except CommandError as error:
        raise UserError(str(error)) from None
    kafka = load_settings().kafka
    topic = kafka.topic(ALERT_COMMANDS)
    sender = producer(kafka)
    try:
        sent = [sender.send(topic, encode_command(one), one.key.encode()) for one in checked]
        for one in sent:
            one.get(timeout=30)
    finally:
        sender.close()


def _answers(database: Path, alert: str, who: str) -> list[str]:
    """What the history has of this person's answers to an alert, in order."""
    from alerts.views import history

    found = history(database, alert)
    return [one.event for one in found if one.event in SAID and one.who == who]


def _awaited(is_done: Callable[[], bool]) -> bool:
    """Whether it was done in time."""
    deadline = time.monotonic() + PATIENCE
    while not is_done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _duration(text: str) -> int:
    """`45m` or `2h` as ms."""
    number, unit = text[:-1], text[-1:]
    if unit not in UNITS or not (number.isascii() and number.isdigit()):
        raise UserError(f"--for {text!r}: say minutes or hours, as 45m or 2h")
    return int(number) * UNITS[unit]
