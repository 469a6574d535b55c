"""What the audit commands share: the desk, where a parcel is, times and rows for people."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runtime.audit_settings import AuditSection
from runtime.errors import UserError

if TYPE_CHECKING:
    from audit.desk import Desk
    from audit.ledger import Ledger
    from audit.telling import Where

JsonOption = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
ByOption = Annotated[str, typer.Option("--by", metavar="ID", help="Who does it.")]


@contextmanager
def desk_of(section: AuditSection) -> "Iterator[tuple[Desk, Ledger]]":
    """The desk of the archive in the settings."""
    from audit.desk import Desk
    from audit.ledger import open_ledger
    from audit.service import wall_clock

    with open_ledger(section.folder) as ledger:
        yield Desk(ledger, section.folder, wall_clock), ledger


def send_on(ledger: "Ledger") -> None:
    """Send the custody events that wait; where Kafka is away the archiver sends them later."""
    from kafka.errors import KafkaError

    from audit.outgoing import send
    from runtime.settings import load_settings

    try:
        send(load_settings().kafka, ledger)
    except KafkaError as error:
        typer.echo(f"entered; its custody event waits for Kafka ({error})", err=True)


def place_of(section: AuditSection, parcel: str) -> "Where | None":
    """Where a parcel is, as far as is sealed; None where nothing is."""
    from audit.errors import AuditError
    from audit.records import open_archive
    from audit.whereabouts import whereabouts

    try:
        with open_archive(section.folder) as archive:
            return whereabouts(archive, parcel).where
    except AuditError:
        return None


def place_named(text: str) -> tuple[str, str | None]:
    """`van-0042` or `van-0042/main` as device and compartment."""
    device, _, compartment = text.partition("/")
    return device, compartment or None


def time_named(option: str, text: str) -> str:
    """A time with a zone, or in the zone of the settings. Raises UserError."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from runtime.settings import load_settings

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UserError(f"{option} {text!r}: write it as 2026-11-23T08:00") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(load_settings().people.zone))
    return moment.isoformat()


def tell(row: Any, as_json: bool) -> None:
    """A row entered: as JSON, or as its sentence."""
    import msgspec

    from audit.inspections import encode_row, sentence

    if as_json:
        typer.echo(msgspec.json.format(encode_row(row), indent=1).decode())
        return
    from runtime.settings import load_settings

    language = "en" if load_settings().people.language == "en" else "zh-CN"
    typer.echo(sentence(encode_row(row), language, _local))  # type: ignore[arg-type]


def _local(text: str) -> str:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from runtime.settings import load_settings

    zone = ZoneInfo(load_settings().people.zone)
    return f"{datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M}"
