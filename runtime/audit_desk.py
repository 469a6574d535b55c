"""`coldchain audit sample …`: appointments, draws, results."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runtime.audit_settings import AuditSection, audit_section
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

if TYPE_CHECKING:
    from audit.samplings import Sampling

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Sampling by appointment: book, freeze the list, open, enter results, decide.\n\n"
    "Example: `coldchain audit sample book 0652-van-0005-1 --slot 2026-11-23T09:00 --aql 2.5"
    " --by inspector-3`",
)

IdArgument = Annotated[str, typer.Argument(metavar="SAMPLING", help="As `book` named it.")]


@app.command()
def book(
    lot: Annotated[str, typer.Argument(help="The lot: a shipment, a van's load.")],
    slot: Annotated[str, typer.Option(metavar="TIME", help="When: 2026-11-23T08:00.")],
    by: ByOption,
    aql: Annotated[float | None, typer.Option(help="By AQL, percent: 2.5.")] = None,
    level: Annotated[str, typer.Option(help="Inspection level: I, II, III, S-1 to S-4.")] = "II",
    confidence: Annotated[
        float | None, typer.Option(help="Or to accept on none: found out with 0.95 …")
    ] = None,
    nonconforming: Annotated[
        float | None, typer.Option(help="… where this share, 0.05, is nonconforming.")
    ] = None,
    series: Annotated[
        str, typer.Option(help="The run of lots that the switching rules follow.")
    ] = "",
    place: Annotated[str, typer.Option(help="Where.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Book a slot for a lot's sampling. What is drawn is known only when the van is open.

    Example: `coldchain audit sample book 0652-van-0005-1 --slot 2026-11-23T09:00 --aql 2.5
    --by inspector-3 --series harbour-fish`
    """
    chosen: dict[str, Any] = {"level": level, "series": series, "place": place}
    if aql is not None:
        chosen["aql"] = aql
    if confidence is not None or nonconforming is not None:
        chosen |= {"confidence": confidence, "nonconforming": nonconforming}
    with desk_of(audit_section()) as (desk, _):
        tell(desk.book(lot, time_named("--slot", slot), by, **chosen), as_json)


@app.command()
def freeze(
    sampling: IdArgument,
    by: ByOption,
    parcels: Annotated[
        Path | None, typer.Option(help="The lot's parcels, one a line.", metavar="FILE")
    ] = None,
    aboard: Annotated[
        str | None, typer.Option(help="Or those aboard, as sealed.", metavar="DEVICE[/COMPARTMENT]")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Freeze the lot's list and commit to the draw's seed; publish both digests.

    Example: `coldchain audit sample freeze sampling-1f2e3d4c --aboard van-0005 --by inspector-3`
    """
    section = audit_section()
    if (parcels is None) == (aboard is None):
        raise UserError("name the lot's parcels: --parcels FILE, or --aboard DEVICE")
    listed = _lines(parcels) if parcels is not None else _aboard(section, aboard or "")
    with desk_of(section) as (desk, _):
        tell(desk.freeze(sampling, by, listed), as_json)


@app.command("open")
def open_(
    sampling: IdArgument,
    by: ByOption,
    pick: Annotated[
        list[str] | None, typer.Option(help="One more by risk; apart.", metavar="PARCEL=REASON")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """The van is open: reveal the seed, draw, and say where each drawn parcel is now.

    Example: `coldchain audit sample open sampling-1f2e3d4c --by inspector-3`
    """
    section = audit_section()
    picked = dict(_picked(one) for one in pick or ())
    with desk_of(section) as (desk, _):
        row = desk.open(sampling, by, picked)
        tell(row, as_json)
        if not as_json:
            typer.echo(f"seed {row.seed}")
            for parcel in [*row.drawn, *row.picked]:
                where = place_of(section, parcel)
                said = "?" if where is None else " / ".join(where)
                typer.echo(f"  {parcel}  {said}  {row.picked.get(parcel, '')}".rstrip())


@app.command()
def result(
    sampling: IdArgument,
    parcel: Annotated[str, typer.Argument(help="A parcel that was drawn or picked.")],
    by: ByOption,
    sampler: Annotated[list[str], typer.Option(help="One of the two samplers; twice.")],
    conforming: Annotated[bool, typer.Option("--conforming/--nonconforming", help="Found so.")],
    seal: Annotated[list[str] | None, typer.Option(help="A seal's number; again.")] = None,
    retained: Annotated[str, typer.Option(help="The retained sample.")] = "",
    celsius: Annotated[float | None, typer.Option(help="Measured, °C.")] = None,
    findings: Annotated[str, typer.Option(help="What was found.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Enter what was found of a parcel. Entered again it corrects; both are kept.

    Example: `coldchain audit sample result sampling-1f2e3d4c 106141415115000794 --conforming
    --sampler inspector-3 --sampler inspector-8 --seal A1 --seal A2 --celsius 2.1 --by inspector-3`
    """
    section = audit_section()
    more: dict[str, Any] = {
        "seals": seal or [],
        "retained": retained,
        "celsius": celsius,
        "findings": findings,
    }
    where = place_of(section, parcel)
    with desk_of(section) as (desk, ledger):
        tell(desk.enter(sampling, parcel, by, sampler, conforming, where, **more), as_json)
        send_on(ledger)


@app.command()
def decide(sampling: IdArgument, by: ByOption, as_json: JsonOption = False) -> None:
    """Accept the lot or not, by its sample; the switching rules follow. Exit 1: not accepted.

    Example: `coldchain audit sample decide sampling-1f2e3d4c --by inspector-3`
    """
    with desk_of(audit_section()) as (desk, _):
        row = desk.decide(sampling, by)
        tell(row, as_json)
    if not row.accepted:
        raise typer.Exit(1)


@app.command()
def show(sampling: IdArgument, as_json: JsonOption = False) -> None:
    """Where a sampling stands.

    Example: `coldchain audit sample show sampling-1f2e3d4c`
    """
    import msgspec

    with desk_of(audit_section()) as (desk, _):
        one = desk.sampling(sampling)
    if as_json:
        typer.echo(msgspec.json.encode(one).decode())
        return
    for row in _steps(one):
        tell(row, False)
    if one.outstanding:
        typer.echo(f"nothing entered yet of {', '.join(one.outstanding)}")


@app.command()
def series(
    name: Annotated[str, typer.Argument(help="A series of lots.")],
    to: Annotated[
        str | None, typer.Option(help="Let it go over: `reduced`, or `tightened` once stopped.")
    ] = None,
    by: Annotated[str, typer.Option("--by", metavar="ID", help="Who lets it.")] = "",
    reason: Annotated[str, typer.Option(help="Why.")] = "",
) -> None:
    """By which severity a series of lots is inspected now, after GB/T 2828.1's switching rules.

    Example: `coldchain audit sample series harbour-fish`
    """
    with desk_of(audit_section()) as (desk, _):
        if to is not None:
            tell(desk.switch(name, to, by, reason), False)
        now = desk.series(name)
    stopped = "; stopped" if now.is_stopped else ""
    allowed = "; reduced inspection may be allowed" if now.may_be_reduced else ""
    typer.echo(f"{name}: {now.severity}, switching score {now.score}{stopped}{allowed}")


@app.command()
def draw(
    file: Annotated[Path, typer.Argument(help="The frozen list, one parcel a line.")],
    seed: Annotated[str, typer.Option(help="As revealed, hex.")],
    size: Annotated[int, typer.Option(help="How many are drawn.", min=1)],
) -> None:
    """Repeat a draw, anywhere, from its list and seed; with the digests that were published.

    Example: `coldchain audit sample draw list.txt --seed 00…01 --size 13`
    """
    from audit.errors import AuditError
    from audit.sampling.draw import DrawError, Lot, commitment
    from audit.sampling.draw import draw as drawn

    try:
        lot = Lot.of(_lines(file))
        found = drawn(lot, seed, size)
        typer.echo(f"list SHA-256 {lot.digest}\nseed SHA-256 {commitment(seed)}", err=True)
    except DrawError as error:
        raise AuditError(str(error)) from None
    for parcel in found:
        typer.echo(parcel)


def _steps(one: "Sampling") -> Iterator[Any]:
    yield one.booked
    if one.frozen is not None:
        yield one.frozen
    if one.opened is not None:
        yield one.opened
    yield from one.results.values()
    if one.decided is not None:
        yield one.decided


def _lines(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} can't be read: {error}") from None


def _aboard(section: AuditSection, place: str) -> list[str]:
    from audit.records import open_archive
    from audit.whereabouts import aboard

    with open_archive(section.folder) as archive:
        return aboard(archive, *place_named(place))


def _picked(text: str) -> tuple[str, str]:
    parcel, _, reason = text.partition("=")
    if not (parcel and reason):
        raise UserError(f"--pick {text!r}: write it as PARCEL=REASON")
    return parcel, reason
