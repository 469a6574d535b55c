"""`coldchain ingest rejected`: the dead letters listed, mended, and sent once more."""

import base64
import binascii
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runtime.commands.ingest_door import IngestSection
from runtime.errors import UserError
from runtime.ingest_mistakes import users_mistakes
from runtime.logger_files import progress
from runtime.settings import load_section, load_settings

if TYPE_CHECKING:
    from broker.settings import KafkaSettings
    from ingest.again import Plan
    from ingest.dead_letters import DeadLetter

#: Bytes of a dead letter that the list shows.
SHOWN_BYTES = 60


def rejected(
    replay: Annotated[
        bool, typer.Option("--replay", help="Send them to the rules once more, after mending.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="Write them into this file, a JSON object a line, to be mended there."),
    ] = None,
    mended: Annotated[
        Path | None,
        typer.Option(help="Send what was mended in such a file: each line's `value` anew."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Also those that were sent once more already.")
    ] = False,
    foreign: Annotated[
        bool,
        typer.Option(
            "--foreign",
            help="Also what speaks for another device than its sender: you vouch for it.",
        ),
    ] = False,
    device: Annotated[str | None, typer.Option(help="Only this device's.", metavar="NAME")] = None,
    reason: Annotated[
        str | None, typer.Option(help="Only those whose reason has this in it.", metavar="TEXT")
    ] = None,
    limit: Annotated[int, typer.Option(help="List the last so many; 0: all.", min=0)] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """List what was rejected: why, where it came from, when. `--replay` sends it once more.

    What was sent is remembered: it is neither listed nor sent again, unless with `--again`. What
    is wrong in itself is mended in a file: `--out FILE`, change `value`, `--mended FILE`. Of a
    logger's file, mend the line and replay the file.

    Example: `coldchain ingest rejected --reason "not registered" --replay`
    """
    if sum((replay, out is not None, mended is not None)) > 1:
        raise UserError("--replay, --out and --mended: one at a time")
    from ingest.dead_letters import dead_letters

    kafka = load_settings().kafka
    with progress("reading the dead letters"), users_mistakes():
        every = dead_letters(kafka)
    found = [
        letter
        for letter in every
        if (again or not letter.replayed)
        and (device is None or letter.device == device)
        and (reason is None or reason in letter.rejection.reason)
    ]
    if mended is not None:
        _send(kafka, _mended(kafka, mended, every, again, foreign), as_json)
    elif out is not None:
        _write(kafka, out, found)
    elif replay:
        _send(kafka, _as_they_are(kafka, found, foreign), as_json)
    else:
        shown = found[-limit:] if limit else found
        if as_json:
            _print_json([_told(letter) for letter in shown])
        else:
            _print_letters(shown, len(found), len(every) - len(found))


Planned = list[tuple["Plan", list["DeadLetter"]]]


def _as_they_are(kafka: "KafkaSettings", found: "list[DeadLetter]", foreign: bool) -> Planned:
    from ingest.again import distinct, planned

    now, skew = _now(), _skew()
    groups = distinct(found, kafka)
    return [(planned(one[0], kafka, now, skew, foreign), one) for one in groups]


def _mended(
    kafka: "KafkaSettings", file: Path, every: "list[DeadLetter]", again: bool, foreign: bool
) -> Planned:
    """What the lines of a file make of their letters. Raises UserError, naming file and line."""
    from ingest.again import planned

    now, skew = _now(), _skew()
    letters = {letter.id: letter for letter in every}
    plans: dict[str, tuple[Plan, list[DeadLetter]]] = {}
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise UserError(f"{file} can't be read: {error.strerror}") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{file}: line {number}"
        name, value = _line_of(line, where)
        letter = letters.get(name)
        if letter is None:
            raise UserError(f"{where}: there is no dead letter {name!r}")
        if name in plans:
            raise UserError(f"{where}: letter {name} is in it twice")
        if letter.replayed and not again:
            continue
        plan = planned(letter, kafka, now, skew, foreign, value)
        if plan.left is not None or plan.back:
            raise UserError(f"{where}: {plan.left or plan.back[0][0]}; nothing was sent")
        plans[name] = (plan, [letter])
    return list(plans.values())


def _line_of(line: bytes, where: str) -> tuple[str, bytes]:
    """Which letter a line is of, and the bytes it is to be."""
    import msgspec

    try:
        found = msgspec.json.decode(line, type=dict[str, Any])
        name = found["id"]
        if "value_base64" in found:
            return str(name), base64.b64decode(found["value_base64"], validate=True)
        value = found["value"]
        # Whoever writes the frame itself in place of its text means the same.
        return str(name), value.encode() if isinstance(value, str) else msgspec.json.encode(value)
    except KeyError as error:
        raise UserError(f"{where}: no {error.args[0]!r}") from None
    except (msgspec.DecodeError, UnicodeError, binascii.Error, TypeError) as error:
        raise UserError(f"{where}: {error}") from None


def _write(kafka: "KafkaSettings", out: Path, found: "list[DeadLetter]") -> None:
    import msgspec

    from ingest.again import kind_of

    chosen = [letter for letter in found if kind_of(letter, kafka) is not None]
    try:
        with out.open("xb") as file:
            file.writelines(msgspec.json.encode(_told(letter)) + b"\n" for letter in chosen)
    except OSError as error:
        raise UserError(f"--out {out}: {error.strerror}; give a file that is not there") from None
    lines = len(found) - len(chosen)
    left = f"; {lines} came of files: mend those" * (lines > 0)
    typer.echo(f"{len(chosen)} letters in {out}{left}.")
    typer.echo(f"Change each `value`, then: coldchain ingest rejected --mended {out}")


def _send(kafka: "KafkaSettings", plans: Planned, as_json: bool) -> None:
    from ingest.again import send_again

    going = [one for one in plans if one[0].left is None]
    with progress(f"sending {len(going)} letters once more"), users_mistakes():
        sent = send_again(kafka, going, _now())
    why = Counter(plan.left for plan, _ in plans if plan.left is not None)
    back = sum(len(plan.back) for plan, _ in going)
    left = sum(len(copies) for plan, copies in plans if plan.left is not None) + back
    if as_json:
        _print_json({"replayed": sent, "left": left, "why": dict(why)})
        return
    typer.echo(f"{sent} items sent once more; {left} are left." if left else f"{sent} items sent.")
    for said, count in why.most_common(10):
        typer.echo(f"  {count}: {said}")
    if back:
        typer.echo(f"  {back}: parts of bodies, now letters of their own")


def _skew() -> int:
    return round(load_section("ingest", IngestSection).skew_s * 1000)


def _now() -> int:
    return time.time_ns() // 1_000_000


def _print_json(what: Any) -> None:
    import msgspec

    typer.echo(msgspec.json.format(msgspec.json.encode(what), indent=1).decode())


def _told(letter: "DeadLetter") -> dict[str, object]:
    said = letter.rejection
    try:
        value: dict[str, str] = {"value": letter.value.decode()}
    except UnicodeDecodeError:
        value = {"value_base64": base64.b64encode(letter.value).decode()}
    return {
        "id": letter.id,
        "reason": said.reason,
        "where": said.where,
        "when": said.when,
        "device": letter.device,
        "received": letter.received,
        "replayed": letter.replayed,
        **value,
    }


def _print_letters(letters: "list[DeadLetter]", count: int, others: int) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not letters:
        typer.echo("Nothing is rejected and open." if others else "Nothing was rejected.")
        return
    table = Table(box=None, header_style="dim")
    for name in ("id", "when", "where", "device", "reason", "bytes"):
        table.add_column(name, overflow="fold")
    for letter in letters:
        said = letter.rejection
        shown = letter.value[:SHOWN_BYTES].decode("utf-8", "backslashreplace")
        cells = (letter.id, said.when, said.where, letter.device, said.reason, shown)
        table.add_row(*map(Text, cells))
    Console().print(table)
    if count > len(letters):
        typer.echo(f"{count - len(letters)} older ones are not shown (--limit 0 shows all).")
