"""`coldchain alerts list`: alerts, messages, silences, history, as rows of a narrow terminal.

A row is one line of short columns and, below it, what may be long.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runtime.alerts_answers import alert_beginning
from runtime.alerts_settings import DatabaseOption, JsonOption, database_at, now
from runtime.settings import load_settings

if TYPE_CHECKING:
    from alerts.sent import Sent
    from alerts.views import Alert, Happening, Quiet, Refused

#: An alert's id as lists show it: `ack` and `--history` take its beginning.
SHORT_ID = 8
#: What is below a row's first line stands so far in.
INDENT = 4

Clock = Callable[[str | None], str]
#: Columns, and lines below them.
Row = tuple[Sequence[str], Sequence[str]]


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
    """List alerts: what is open and critical first, then the newest.

    Example: `coldchain alerts list --open --json`
    """
    from alerts import sent, views

    path = database_at(database)
    rows: list[Any]
    shown: Callable[[Any, Clock], Row]
    if messages:
        rows, shown = list(sent.list_messages(path)), _message
    elif silences:
        rows, shown = list(views.list_silences(path, now())), _silence
    elif refused:
        rows, shown = list(views.list_refused(path)), _refused
    elif history_of is not None:
        rows, shown = list(views.history(path, alert_beginning(path, history_of).id)), _happening
    else:
        rows, shown = list(views.list_alerts(path, is_open=open_only)), _alert
    if as_json:
        import msgspec

        typer.echo(msgspec.json.format(msgspec.json.encode(rows)).decode())
        return
    clock = _clock(load_settings().people.zone)
    _print([shown(one, clock) for one in rows])


def _alert(one: "Alert", clock: Clock) -> Row:
    what = one.subject if one.peak is None else f"{one.peak:.1f} °C"
    status = "silenced" if one.silenced else one.status
    until = f" to {clock(one.end)}" if one.end else ""
    columns = (one.id[:SHORT_ID], one.severity, status, what, f"since {clock(one.start)}{until}")
    below = [f"{one.asset} {one.compartment}".strip()]
    if one.acknowledged_by:
        remark = f" ({one.remark})" if one.remark else ""
        below.append(f"{one.acknowledged_by} has it: {one.cause}{remark}")
    if one.told:
        below.append(f"told {', '.join(one.told)}")
    if one.waiting:
        below.append(f"waiting to be sent to {', '.join(one.waiting)}")
    return columns, ["; ".join(below)]


def _message(one: "Sent", clock: Clock) -> Row:
    tries = f"{one.attempts} tries" if one.attempts != 1 else "1 try"
    doubt = "may be twice" if one.again else ""
    columns = (str(one.id), one.state, f"{one.recipient} ({one.channel})", clock(one.changed))
    return (*columns, tries, doubt), [line for line in (one.title, one.error) if line]


def _silence(one: "Quiet", clock: Clock) -> Row:
    where = f"{one.device} {one.compartment}".strip()
    until = f"{'ended' if one.is_over else 'until'} {clock(one.until)}"
    return (one.id, where, until, f"holds back {one.held_back}"), [f"{one.by}: {one.reason}"]


def _refused(one: "Refused", clock: Clock) -> Row:
    return (clock(one.at), f"{one.topic}/{one.partition}/{one.offset}"), [one.reason]


def _happening(one: "Happening", clock: Clock) -> Row:
    change = f"{one.before} > {one.after}" if one.before != one.after else one.after
    return (clock(one.at), one.event, change, one.who), [one.note] if one.note else []


def _clock(zone: str) -> Clock:
    """Times on the people's clock: `11-24 14:30`."""
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    from coldchain.times import from_iso

    def clock(moment: str | None) -> str:
        if moment is None:
            return ""
        at = datetime.fromtimestamp(from_iso(moment) / 1000, UTC)
        return at.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M")

    return clock


def _print(rows: Sequence[Row]) -> None:
    """Columns as wide as their widest, what is below folded to the terminal's width."""
    from rich.cells import cell_len
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(highlight=False)
    if not rows:
        console.print("none")
        return
    widths = [
        max(cell_len(columns[at]) for columns, _ in rows if at < len(columns))
        for at in range(max(len(columns) for columns, _ in rows))
    ]
    for columns, below in rows:
        cells = [
            text + " " * (width - cell_len(text))
            for text, width in zip(columns, widths, strict=False)
        ]
        console.print(Text("  ".join(cells).rstrip()))
        for line in below:
            console.print(Padding(Text(line), (0, 0, 0, INDENT), expand=False))
