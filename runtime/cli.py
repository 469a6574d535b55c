"""The `coldchain` command: a table of verbs, each loaded only when it is called.

Exit status: 0, done; 1, the answer is no; 2, misused or not possible, one line on standard error
says why; 130, interrupted.
"""

import importlib
import os
import sys
from typing import Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from .errors import UserError

#: Verb -> what `coldchain --help` says of it. `runtime.commands.<verb>` holds it.
VERBS = {
    "demo": "The main job from start to end, on local servers.",
    "up": "Start the local servers; they outlive the command.",
    "down": "Stop the local servers.",
    "status": "What runs where, and how it is.",
    "doctor": "What is wrong here, and how to mend it.",
    "emulate": "Make a city's sensors send: to Kafka, the front door, or into a folder.",
    "ingest": "Replay loggers' files, publish the registry, see what was rejected.",
    "stream": "Run a worker: frames in, readings and excursions out.",
    "alerts": "Tell people of excursions; list, acknowledge, silence.",
    "audit": "Seal what came in; a parcel's record, samplings, dispositions.",
    "verify": "Check a record's bundle offline: what it proves, and what not.",
    "console": "The pages: a courier's alerts, the shift's hand-over.",
    "evaluate": "Judge a logger's file by a profile, without any server.",
    "score": "What was detected, against what really happened.",
    "dashboards": "Build, check and push the Grafana boards.",
}
EXIT_UNABLE = 2
EXIT_INTERRUPTED = 130


class _Verbs(TyperGroup):
    """The group whose commands are the table's: listed without loading them."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | None:
        return TyperCommand(cmd_name, help=VERBS[cmd_name]) if cmd_name in VERBS else None

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        verb, command, rest = super().resolve_command(ctx, args)
        return verb, load(verb) if verb in VERBS else command, rest


def load(verb: str) -> Any:
    """The command of a verb in the table, its module imported. Raises UserError without one."""
    name = f"runtime.commands.{verb}"
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise UserError(f"this installation has no `coldchain {verb}`") from None
    app = getattr(module, "app", None)
    if app is None:
        app = typer.Typer(rich_markup_mode="markdown", add_completion=False)
        app.command(verb)(module.run)
    return typer.main.get_command(app)


app = typer.Typer(
    cls=_Verbs,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


@app.callback()
def _coldchain() -> None:
    """Follows every chilled parcel from the harbour to the locker, and can prove it stayed cold.

    `coldchain demo` shows all of it. Settings come from `coldchain.toml` and `COLDCHAIN_…`.
    """


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command and exit. A user's mistake is one line, never a traceback."""
    try:
        typer.main.get_command(app).main(arguments, prog_name="coldchain")
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:  # the reader of our output has gone: `coldchain … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        said = _in_one_line(error)
        if said is None:
            raise
        print(f"coldchain: {said}", file=sys.stderr)  # noqa: T201 - this is the command
        sys.exit(EXIT_UNABLE)
    sys.exit(0)


def _in_one_line(error: Exception) -> str | None:
    """What to say of an error that is not a fault of ours, else None."""
    kinds: tuple[tuple[str, str], ...] = (
        ("runtime.errors", "UserError"),
        ("audit.errors", "AuditError"),
        ("alerts.database", "DatabaseVersionError"),
        ("alerts.database", "DatabaseBusyError"),
        ("runtime.servers.errors", "ServerError"),
        ("series.http", "Unreachable"),
        ("series.setup", "SetupError"),
        ("kafka.errors", "KafkaTimeoutError"),
        ("kafka.errors", "KafkaConnectionError"),
    )
    for module, name in kinds:  # looked up among what is loaded: nothing is imported for this
        kind = getattr(sys.modules.get(module), name, None)
        if kind is not None and isinstance(error, kind):
            return _SAID.get(module, "{}").format(str(error) or name)
    return None


_SAID = {
    "kafka.errors": "no Kafka ({}): see `coldchain status`; `coldchain up` starts one here; of one"
    " elsewhere check servers, ca_file, username and password in [kafka]",
    "series.http": "no InfluxDB ({}): see `coldchain status`; `coldchain up` starts it",
}
