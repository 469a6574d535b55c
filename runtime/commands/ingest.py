"""`coldchain ingest`: the front door, loggers' files, the registry, what was rejected."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from runtime.commands.ingest_door import serve, tokens_app
from runtime.commands.ingest_rejected import rejected
from runtime.commands.ingest_watch import watch
from runtime.errors import UserError
from runtime.ingest_mistakes import users_mistakes
from runtime.logger_files import (
    DatesOption,
    ProfilesOption,
    UnitOption,
    ZoneOption,
    profile_named,
    progress,
    read_logger,
)
from runtime.registry_files import read_registrations

if TYPE_CHECKING:
    from ingest.loggers import LoggerFile
    from ingest.replay import Sent

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    help="Take devices' frames, replay loggers' files, publish the registry.",
)
app.command()(serve)
app.command()(watch)
app.command()(rejected)
app.add_typer(tokens_app, name="token")

Quantity = Literal["air", "product"]
JsonOption = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]


@app.command()
def replay(
    files: Annotated[list[Path], typer.Argument(help="Loggers' exports: CSV or text.")],
    device: Annotated[str, typer.Option(help="Whose readings they are.", metavar="NAME")],
    compartment: Annotated[str, typer.Option(help="Where in it the logger was.")] = "main",
    quantity: Annotated[
        Quantity, typer.Option(help="Whether it measured the air or the product.")
    ] = "product",
    register: Annotated[
        bool, typer.Option("--register", help="Register the device first; needs --profile.")
    ] = False,
    profile: Annotated[
        str | None, typer.Option(help="What its goods may go through, as iced-seafood.")
    ] = None,
    profiles: ProfilesOption = None,
    tz: ZoneOption = None,
    unit: UnitOption = None,
    dates: DatesOption = None,
    ending_now: Annotated[
        bool,
        typer.Option(
            "--ending-now",
            help="Move all times so that the last is now: to try it out, never as evidence.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Send loggers' files as frames, into the same Kafka and the same rules as everything else.

    Sending a file twice is harmless: it makes the same frames. Lines that can't be read go to
    the dead letters.

    Example: `coldchain ingest replay trip.csv --device tag-7 --register --profile iced-seafood`
    """
    if register and profile is None:
        raise UserError("--register needs --profile, as in --profile iced-seafood")
    _check_name("--device", device)
    _check_name("--compartment", compartment)
    if profile is not None:
        profile_named(profile, profiles)
    read = [(path, read_logger(path, tz, unit, dates)) for path in files]
    now = time.time_ns() // 1_000_000
    shift = now - max(_ends(read), default=now) if ending_now else 0

    from ingest.replay import Place, replay
    from runtime.settings import load_settings

    place = Place(device, compartment, quantity, profile if register else None)
    with progress(f"sending {len(files)} files as {device}"), users_mistakes():
        sent, registration = replay(load_settings().kafka, read, place, now, shift)
    if as_json:
        _print_json(
            {
                "device": device,
                "registered": registration is not None,
                "readings": sum(one.readings for one in sent),
                "frames": sum(one.frames for one in sent),
                "rejected": sum(len(one.rejected) for one in sent),
                "files": sent,
            }
        )
        return
    if registration is not None:
        typer.echo(f"{device} registered since {registration.history[0].since}.")
    for one in sent:
        _print_sent(one)


@app.command()
def registry(
    file: Annotated[Path, typer.Argument(help="Registrations: TOML, or CSV by its name.")],
    profiles: ProfilesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish registrations, or changes to them, each from its date on.

    A device's entries take the place of those from the first of them on. What would change what
    already held is refused, and nothing of the file is published.

    Example: `coldchain ingest registry city/registry.toml`
    """
    registrations = read_registrations(file)
    _check_profiles(file, registrations, profiles)

    from ingest.replay import publish
    from runtime.settings import load_settings

    with progress(f"publishing {len(registrations)} devices"), users_mistakes():
        changed = publish(load_settings().kafka, registrations, time.time_ns() // 1_000_000)
    if as_json:
        names = {one.device for one in changed}
        unchanged = [one.device for one in registrations if one.device not in names]
        _print_json({"registered": [one.device for one in changed], "unchanged": unchanged})
    else:
        same = len(registrations) - len(changed)
        typer.echo(
            f"{len(changed)} devices registered" + f", {same} as they were" * (same > 0) + "."
        )


def _check_name(option: str, name: str) -> None:
    import msgspec

    from coldchain.frames import Name

    try:
        msgspec.convert(name, Name)
    except msgspec.ValidationError:
        raise UserError(
            f"{option} {name!r}: letters, digits, - and _ only, at most 64, no - or _ first"
        ) from None


def _check_profiles(file: Path, registrations: list[Any], folder: Path | None) -> None:
    """A device of an unknown profile would have its frames refused. Each is looked up once."""
    first: dict[str, str] = {}
    for one in registrations:
        for entry in one.history:
            for name, compartment in entry.compartments.items():
                first.setdefault(compartment.profile, f"device {one.device}: {name}")
    for profile, where in first.items():
        try:
            profile_named(profile, folder)
        except UserError as error:
            raise UserError(f"{file}: {where}: {error}") from None


def _ends(read: "list[tuple[Path, LoggerFile]]") -> Iterator[int]:
    return (int(file.times.max()) for _, file in read if len(file.times))


def _print_json(what: Any) -> None:
    import msgspec

    typer.echo(msgspec.json.format(msgspec.json.encode(what), indent=1).decode())


def _print_sent(one: "Sent") -> None:
    span = f", {one.start} to {one.end}" if one.start else ""
    typer.echo(f"{one.file} ({one.layout}): {one.readings} readings in {one.frames} frames{span}")
    for line in one.rejected[:10]:
        typer.echo(f"  line {line.line}: {line.reason}")
    if len(one.rejected) > 10:
        typer.echo(f"  and {len(one.rejected) - 10} more lines that could not be read")
