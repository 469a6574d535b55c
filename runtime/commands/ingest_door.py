"""`coldchain ingest serve` and `coldchain ingest token`: the front door and who may use it."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.errors import UserError
from runtime.folders import state_folder
from runtime.registry_files import read_registrations
from runtime.settings import load_section, load_settings

if TYPE_CHECKING:
    from ingest.door.settings import MqttSettings
    from ingest.door.tokens import TokenStore

#: The longest grace: a year; no number that is none comes through.
MOST_HOURS = 8_784
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
JsonOption = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
tokens_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Devices' tokens: new, issue, revoke, list.\n\n"
    "Example: `coldchain ingest token new van-0042`",
)


@dataclass(frozen=True, slots=True)
class IngestSection:
    """`[ingest]` of the settings; ingest/door/settings.py says what each means.

    `behind_proxy`: TLS is ended before us, so that we may listen on every address without.
    `mqtt_host`: a broker to listen to as well; `mqtt_ca_file` turns on TLS.
    """

    folder: Path = field(default_factory=lambda: state_folder() / "ingest")
    host: str = "127.0.0.1"
    port: int = 8470
    certificate: Path | None = None
    private_key: Path | None = None
    behind_proxy: bool = False
    max_body_bytes: int = 1_500_000
    max_waiting_bytes: int = 128_000_000
    max_connections: int = 20_000
    max_frames: int = 1_000
    rate: float = 20.0
    burst: int = 1_000
    skew_s: float = 300.0
    body_patience_s: float = 30.0
    kafka_patience_s: float = 5.0
    spool_max_bytes: int = 1_000_000_000
    mqtt_host: str = ""
    mqtt_port: int = 8883
    mqtt_username: str = ""
    mqtt_password_file: Path | None = None
    mqtt_ca_file: Path | None = None


def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option(help="The port to listen on.", min=1, max=65_535)
    ] = None,
) -> None:
    """Take devices' frames and scans over HTTP, until interrupted.

    What is answered 202 is in Kafka, or on this disk until Kafka is back. Each device needs a
    token: `coldchain ingest token new DEVICE`. `/openapi.json` describes the rest.

    Example: `coldchain ingest serve --port 8470`
    """
    import dataclasses
    import logging

    from ingest.door.files import FileError
    from ingest.door.server import DoorError, serve
    from ingest.door.settings import FrontDoorSettings

    section, kafka = load_section("ingest", IngestSection), load_settings().kafka
    given = {one.name: getattr(section, one.name) for one in dataclasses.fields(section)}
    behind_proxy = given.pop("behind_proxy")
    given = {key: value for key, value in given.items() if not key.startswith("mqtt_")}
    given |= {"mqtt": _mqtt(section), "host": host or section.host, "port": port or section.port}
    settings = FrontDoorSettings(**given)
    if settings.host not in LOOPBACK and settings.certificate is None and not behind_proxy:
        raise UserError(
            f"tokens would travel in the clear to {settings.host}: set certificate and private_key"
            " in [ingest], or behind_proxy = true where a proxy ends TLS"
        )
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("ingest").setLevel(logging.INFO)
    scheme = "http" if settings.certificate is None else "https"
    where = f"{scheme}://{settings.host}:{settings.port}"
    try:
        serve(settings, kafka, lambda: typer.echo(f"ingest: {where}; Ctrl-C ends it", err=True))
    except (DoorError, FileError) as error:
        raise UserError(str(error)) from None


def _mqtt(section: IngestSection) -> "MqttSettings | None":
    from ingest.door.settings import MqttSettings

    if not section.mqtt_host:
        return None
    if section.mqtt_ca_file is None and section.mqtt_host not in LOOPBACK:
        raise UserError(
            f"a password would travel in the clear to {section.mqtt_host}:"
            " set mqtt_ca_file in [ingest]"
        )
    password = ""
    if section.mqtt_password_file is not None:
        try:
            password = section.mqtt_password_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"{section.mqtt_password_file} can't be read: {error}") from None
    return MqttSettings(
        section.mqtt_host, section.mqtt_port, section.mqtt_username, password, section.mqtt_ca_file
    )


@tokens_app.command()
def new(
    device: Annotated[str, typer.Argument(help="Whose it is; it speaks for no other.")],
    rotate: Annotated[
        bool, typer.Option("--rotate", help="End the device's other tokens, after --grace.")
    ] = False,
    grace: Annotated[
        float, typer.Option(help="Hours that the others live on.", min=0, max=MOST_HOURS)
    ] = 24.0,
    as_json: JsonOption = False,
) -> None:
    """Make a token and print it, this once: only its hash is kept.

    Example: `coldchain ingest token new van-0042 --rotate --grace 1`
    """
    _check_device(device)
    now = _now()
    with _store() as store:
        others_end = _ends(now, grace) if rotate else None
        token, secret = store.new(device, now, others_end)
    if as_json:
        _print_json({"id": token.id, "device": device, "token": secret})
    else:
        typer.echo(secret)


@tokens_app.command()
def issue(
    registry: Annotated[Path, typer.Argument(help="A registry file, TOML or CSV.")],
    out: Annotated[Path, typer.Option(help="Write them into this file; you alone may read it.")],
    rotate: Annotated[
        bool, typer.Option("--rotate", help="End the devices' other tokens, after --grace.")
    ] = False,
    grace: Annotated[
        float, typer.Option(help="Hours that the others live on.", min=0, max=MOST_HOURS)
    ] = 24.0,
) -> None:
    """Make a token for every device of a registry file, as JSON: `{"van-0042": "…"}`.

    The file is the only place that has them; a file that is there is not replaced.

    Example: `coldchain ingest token issue devices.toml --out tokens.json`
    """
    import os

    import msgspec

    devices = [one.device for one in read_registrations(registry)]
    now = _now()
    others_end = _ends(now, grace) if rotate else None

    def write(secrets: dict[str, str]) -> None:
        with os.fdopen(os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            try:
                file.write(msgspec.json.format(msgspec.json.encode(secrets), indent=1) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            except OSError:  # the disk is full: half a file of secrets is none
                out.unlink()
                raise

    with _store() as store:
        try:
            made = store.new_for(devices, now, others_end, hand_over=write)
        except OSError as error:
            raise UserError(
                f"--out {out}: {error.strerror}; give a file that is not there. No token was made"
            ) from None
    typer.echo(f"{len(made):,} tokens in {out}.")


@tokens_app.command()
def revoke(
    name: Annotated[str, typer.Argument(help="A token's id, or a device: all of its tokens.")],
) -> None:
    """End a token, or all of a device, at once. Exit status 1 where there is no such valid one.

    Example: `coldchain ingest token revoke van-0042`
    """
    with _store() as store:
        count = store.revoke(name, _now())
    typer.echo(f"{count} tokens revoked.")
    if not count:
        raise typer.Exit(1)


@tokens_app.command("list")
def list_(
    device: Annotated[str | None, typer.Option(help="Only this device's.", metavar="NAME")] = None,
    as_json: JsonOption = False,
) -> None:
    """Which tokens there are; never what they are.

    Example: `coldchain ingest token list --device van-0042`
    """
    from coldchain.times import iso

    now = _now()
    with _store() as store:
        found = store.tokens(device)
    if as_json:
        _print_json(
            [
                {
                    "id": one.id,
                    "device": one.device,
                    "made": iso(one.made),
                    "ends": None if one.ends is None else iso(one.ends),
                    "valid": one.valid(now),
                }
                for one in found
            ]
        )
        return
    for one in found:
        ends = (
            "" if one.ends is None else f", {'ends' if one.valid(now) else 'ended'} {iso(one.ends)}"
        )
        typer.echo(f"{one.id}  {one.device}  made {iso(one.made)}{ends}")
    if not found:
        typer.echo("No tokens: `coldchain ingest token new DEVICE` makes one.")


@contextmanager
def _store() -> "Iterator[TokenStore]":
    """The tokens. Raises UserError where they can't be read or written."""
    import sqlite3

    from ingest.door.files import FileError
    from ingest.door.tokens import TokenStore

    try:
        with TokenStore(_path()) as store:
            yield store
    except FileError as error:
        raise UserError(str(error)) from None
    except sqlite3.Error as error:
        raise UserError(f"{_path()}: can't be used: {error}") from None


def _ends(now: int, hours: float) -> int:
    """When tokens end that live on for so many hours."""
    if not math.isfinite(hours):
        raise UserError(f"--grace {hours}: a number of hours")
    return now + round(hours * 3_600_000)


def _path() -> Path:
    return load_section("ingest", IngestSection).folder / "tokens.sqlite"


def _now() -> int:
    return time.time_ns() // 1_000_000


def _check_device(device: str) -> None:
    import msgspec

    from coldchain.frames import Name

    try:
        msgspec.convert(device, Name)
    except msgspec.ValidationError:
        raise UserError(
            f"device {device!r}: letters, digits, - and _ only, at most 64, no - or _ first"
        ) from None


def _print_json(what: object) -> None:
    import msgspec

    typer.echo(msgspec.json.format(msgspec.json.encode(what), indent=1).decode())
