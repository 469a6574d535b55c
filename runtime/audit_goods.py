"""`coldchain audit dispose`, `recall`, `epcis`: what becomes of parcels, and who else is told."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from runtime.audit_settings import audit_section, person_signer, signer
from runtime.audit_shared import (
    ByOption,
    JsonOption,
    desk_of,
    place_named,
    place_of,
    send_on,
    tell,
    time_named,
)
from runtime.errors import UserError

Decision = Literal["hold", "release", "reject"]


def dispose(
    parcel: Annotated[str, typer.Argument(help="A parcel, by its number.")],
    decision: Annotated[Decision, typer.Argument(help="What is decided.")],
    by: ByOption,
    role: Annotated[str, typer.Option(help="As what: quality manager, inspector.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    person_key: Annotated[
        Path | None,
        typer.Option(help="Their own private key (PEM); else the one kept here.", metavar="FILE"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Hold, release or reject a parcel: a person's decision, signed, apart from what was measured.
    The place where it is gets a custody event.

    Example: `coldchain audit dispose 106141415115000794 hold --by zhang-qm --role "quality manager"
    --reason "out of limits on the van"`
    """
    section = audit_section()
    where = place_of(section, parcel)
    if where is None:
        typer.echo(f"nothing is sealed of {parcel}: no place is told", err=True)
    with desk_of(section) as (desk, ledger):
        own = person_signer(section, by, person_key)
        row = desk.dispose(parcel, decision, by, role, reason, own, where, signer(section))
        tell(row, as_json)
        send_on(ledger)


def prune(
    by: ByOption,
    really: Annotated[
        bool, typer.Option("--yes", help="Remove them; else it is only said what would be.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Remove what is older than the goods' profiles ask to keep. Seals, registrations, profiles and
    what people entered stay; what was removed is noted, and sealed with the rest.

    Example: `coldchain audit prune --by zhang-qm`, then with `--yes`
    """
    import json

    from audit.ledger import open_ledger
    from audit.records import open_archive
    from audit.retention import due
    from audit.retention import prune as pruned
    from audit.service import wall_clock
    from coldchain.times import iso

    section, now = audit_section(), wall_clock()
    with open_archive(section.folder) as archive:
        found = due(archive, now)
        if really and found:
            try:
                with open_ledger(section.folder) as ledger:
                    pruned(archive, ledger, now, by, found)
            except OSError as error:
                raise UserError(f"not all could be removed: {error}") from None
    entries = sum(one.shard.size for one in found)
    newest = iso(max(one.shard.hour for one in found)) if found else None
    said = {"shards": len(found), "entries": entries, "newest": newest, "removed": really}
    if as_json:
        typer.echo(json.dumps(said))
    elif not found:
        typer.echo("nothing is older than it has to be kept")
    else:
        what = "removed" if really else "could be removed (--yes removes them)"
        typer.echo(f"{len(found)} shards, {entries:,} entries, the newest of {newest}: {what}")


def recall(
    place: Annotated[str, typer.Argument(metavar="DEVICE[/COMPARTMENT]", help="Where it was.")],
    start: Annotated[str, typer.Option("--from", metavar="TIME", help="From when on.")],
    end: Annotated[str, typer.Option("--to", metavar="TIME", help="Until when.")],
    as_json: JsonOption = False,
) -> None:
    """Every parcel that was in a compartment between two times, and where each is now; CSV.

    Example: `coldchain audit recall van-0005/main --from 2026-11-23T08:00 --to 2026-11-23T09:30`
    """
    import csv
    import sys

    import msgspec

    from audit.records import open_archive
    from audit.whereabouts import recall as recalled
    from coldchain.times import from_iso, iso

    device, compartment = place_named(place)
    span = from_iso(time_named("--from", start)), from_iso(time_named("--to", end))
    with open_archive(audit_section().folder) as archive:
        found = recalled(archive, device, *span, compartment)
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
        return
    table = csv.writer(sys.stdout)
    table.writerow(("parcel", "compartment", "from", "to", "now", "device", "in", "since", "held"))
    for one in found:
        now = one.now
        stay = iso(one.start), "" if one.end is None else iso(one.end)
        table.writerow(
            (one.parcel, one.compartment, *stay, now.state, *now.where, iso(now.since), now.is_held)
        )


def epcis(
    parcel: Annotated[str, typer.Argument(help="A parcel, by its number.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="A file; else to standard output.", metavar="FILE")
    ] = None,
) -> None:
    """A parcel's record as an EPCIS 2.0 document (JSON), for another authority's system.

    Example: `coldchain audit epcis 106141415115000794 --out 106141415115000794.jsonld`
    """
    from audit.epcis import epcis_document, write_epcis
    from audit.records import open_archive
    from runtime.logger_files import zone_named
    from runtime.settings import load_settings

    with open_archive(audit_section().folder) as archive:
        one = archive.record(parcel)
    content = write_epcis(epcis_document(one.dossier, zone_named(load_settings().people.zone)))
    if out is None:
        typer.echo(content.decode())
        return
    try:
        out.write_bytes(content + b"\n")
    except OSError as error:
        raise UserError(f"{out} can't be written: {error.strerror}") from None
