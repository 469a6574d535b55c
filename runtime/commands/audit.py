"""`coldchain audit`: seal what came in; records, samplings, dispositions, EPCIS."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runtime import audit_goods, audit_record
from runtime.audit_desk import app as sample_app
from runtime.audit_settings import archive_settings, audit_section, signer
from runtime.audit_shared import JsonOption
from runtime.errors import UserError

if TYPE_CHECKING:
    from audit.seals import SignedSeal

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Seal what came in; a parcel's record, samplings, dispositions.",
)

app.add_typer(sample_app, name="sample")
for one in (
    audit_record.record,
    audit_goods.dispose,
    audit_goods.prune,
    audit_goods.recall,
    audit_goods.epcis,
):
    app.command()(one)

#: Of a long list so many are told; --json has all.
MOST_TOLD = 10


@app.command()
def archive() -> None:
    """Archive frames, scans, registry, excursions and commands, and seal each hour, until Ctrl-C.

    Example: `coldchain audit archive`
    """
    import logging
    import signal
    import threading

    from audit.service import run

    settings = archive_settings(audit_section())
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("audit").setLevel(logging.INFO)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    typer.echo(f"audit: archive {settings.folder}; Ctrl-C ends it", err=True)
    run(settings, stop)


@app.command()
def seal(as_json: JsonOption = False) -> None:
    """Take in all that Kafka has and seal it now, before the hour is over.

    Example: `coldchain audit seal`
    """
    from audit.service import seal_now
    from runtime.servers.progress import progress

    settings = archive_settings(audit_section())
    with progress("sealing", 1.0):
        made = seal_now(settings)
    _tell(made, as_json)


@app.command()
def key(
    rotate: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Hand over to a new key, made in this file."),
    ] = None,
) -> None:
    """Make the key that seals, and print its public half; or hand over to the next.

    Example: `coldchain audit key > harbour-key.pem`, or
    `coldchain audit key --rotate keys/2027.pem`
    """
    from audit.errors import AuditError
    from audit.service import hand_over
    from audit.signing import make_key

    section = audit_section()
    try:
        if rotate is not None:
            present = archive_settings(section)
            following = make_key(rotate)
            hand_over(present, following)
            typer.echo(f"handed over: from now on set [audit] key = {str(rotate)!r}", err=True)
        elif section.private_key or section.key.is_file():
            following = signer(section)
        else:
            following = make_key(section.key)
            typer.echo(f"made {section.key}: keep it, and a copy, in safety", err=True)
    except AuditError as error:
        raise UserError(str(error)) from None
    typer.echo(f"fingerprint {following.public.fingerprint}", err=True)
    typer.echo(following.public.pem(), nl=False)


@app.command()
def status(as_json: JsonOption = False) -> None:
    """What is archived, up to when, and what is missing by the devices' own counting.

    Example: `coldchain audit status`
    """
    import json

    from audit.catalog import open_to_read

    with open_to_read(audit_section().folder) as catalog:
        last, totals = catalog.last(), catalog.totals()
        accounts = list(catalog.accounts())
    sealed = None if last is None else last.seal.at
    if as_json:
        said = {"sealed": sealed, "seals": 0 if last is None else last.seal.number}
        missing = [
            {"device": device, "boot": boot, "gaps": one.gaps(), "repeats": one.repeats}
            for device, boot, one in accounts
            if one.missing or one.repeats
        ]
        typer.echo(json.dumps({**said, "entries": totals, "accounts": missing}))
        return
    if last is None:
        typer.echo("nothing sealed yet")
        return
    typer.echo(f"{last.seal.number} seals, the last at {sealed} by key {last.seal.key[:16]}…")
    for kind, count in sorted(totals.items()):
        typer.echo(f"  {kind:12} {count:,}")
    short = [(device, boot, one.gaps()) for device, boot, one in accounts if one.missing]
    typer.echo(f"{len(short)} boots of devices with frames missing")
    for device, boot, gaps in short[:MOST_TOLD]:
        ranges = ", ".join(f"{a}-{b}" if a < b else str(a) for a, b in gaps[:MOST_TOLD])
        typer.echo(f"  {device} boot {boot}: frames {ranges}")


def _tell(made: "list[SignedSeal]", as_json: bool) -> None:
    import msgspec

    if as_json:
        typer.echo(msgspec.json.encode(made).decode())
        return
    if not made:
        typer.echo("nothing new to seal")
    for signed in made:
        size = sum(one.size for one in signed.seal.shards)
        typer.echo(f"seal {signed.seal.number}: {size:,} entries, {len(signed.seal.shards)} shards")
