"""`coldchain audit record`: one parcel's record, a shipment's, or a van's over a time."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from runtime.audit_settings import AuditSection, audit_section, signer
from runtime.audit_shared import JsonOption, place_named, time_named
from runtime.errors import UserError

if TYPE_CHECKING:
    from audit.consignment import Consigned
    from audit.journal import Journal
    from audit.records import Archive, ParcelFile

Language = Literal["zh-CN", "en"]


class Format(StrEnum):
    """What a record can be written as."""

    HTML = "html"
    PDF = "pdf"
    BUNDLE = "bundle"
    JSON = "json"


def record(
    parcels: Annotated[list[str] | None, typer.Argument(help="Parcels, by their numbers.")] = None,
    shipment: Annotated[
        Path | None,
        typer.Option(help="A shipment: a file of its parcels, one a line.", metavar="FILE"),
    ] = None,
    van: Annotated[
        str | None,
        typer.Option(help="A van, or any place, over a time.", metavar="DEVICE[/COMPARTMENT]"),
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="Of a van: from when on.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="Of a van: until when.")
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", help="The folder to write into.", metavar="DIR")
    ] = Path("records"),
    formats: Annotated[
        list[Format] | None, typer.Option("--as", help="What to write; again for another.")
    ] = None,
    language: Annotated[
        Language | None, typer.Option(help="Of the pages; else as the settings say.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write records as far as they are sealed: HTML and PDF for people, a bundle that proves
    itself, or JSON. A bundle has both languages. A shipment's or a van's record is one page over
    all its parcels; its bundle holds each parcel's own. A van's page has its readings as well.

    Example: `coldchain audit record 106141415115000596 --as html --as bundle --out records`

    Example: `coldchain audit record --van van-0005 --from 2026-11-23T08:00 --to 2026-11-23T12:00`
    """
    from audit.records import open_archive
    from runtime.folders import cache_folder
    from runtime.settings import load_settings

    if sum(one is not None for one in (parcels or None, shipment, van)) != 1:
        raise UserError("name parcels, or --shipment FILE, or --van DEVICE")
    if (van is None) != (start is None) or (van is None) != (end is None):
        raise UserError("--van needs --from and --to, and nothing else does")
    section, people = audit_section(), load_settings().people
    writing = _Writing(
        section,
        out,
        formats or [Format.HTML, Format.PDF],
        language or ("en" if people.language == "en" else "zh-CN"),
    )
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--out {out}: {error.strerror}") from None
    with open_archive(section.folder, cache_folder() / "fonts") as archive:
        if parcels:
            told = [writing.parcel(archive, one) for one in parcels]
        elif shipment is not None:
            told = [writing.shipment(archive, shipment)]
        else:
            told = [writing.van(archive, van or "", start or "", end or "")]
    _say(told, as_json)


class _Writing:
    """Writes into a folder, in one language."""

    def __init__(
        self, section: AuditSection, out: Path, wanted: list[Format], language: Language
    ) -> None:
        from runtime.logger_files import zone_named
        from runtime.settings import load_settings

        self._section = section
        self._out = out
        self._wanted = wanted
        self._language: Language = language
        self._zone = zone_named(load_settings().people.zone)

    def parcel(self, archive: "Archive", parcel: str) -> dict[str, Any]:
        """One parcel's record; what to say of it."""
        from audit.dossier import encode_dossier

        one = archive.record(parcel, prove=Format.BUNDLE in self._wanted)
        contents = {
            Format.BUNDLE: lambda: self._bundle(archive, one),
            Format.JSON: lambda: encode_dossier(one.dossier),
            Format.PDF: lambda: one.pdf(self._language, self._zone, self._section.font),
            Format.HTML: lambda: one.html(self._language, self._zone),
        }
        files = [self._write(parcel, kind, contents[kind]()) for kind in self._wanted]
        return _summary(one, files, self._language)

    def shipment(self, archive: "Archive", path: Path) -> dict[str, Any]:
        """A shipment's record."""
        from audit.consignment import consign

        try:
            lines = path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"--shipment {path}: {error}") from None
        listed = [line.strip() for line in lines if line.strip()]
        return self._many(archive, consign(archive, path.stem, listed), None)

    def van(self, archive: "Archive", place: str, start: str, end: str) -> dict[str, Any]:
        """A van's record, with the parcels that were aboard."""
        from audit.consignment import consign
        from audit.journal import journal
        from audit.whereabouts import recall
        from coldchain.times import from_iso

        device, compartment = place_named(place)
        span = from_iso(time_named("--from", start)), from_iso(time_named("--to", end))
        own = journal(archive, device, *span)
        aboard = [one.parcel for one in recall(archive, device, *span, compartment)]
        if not aboard:
            raise UserError(f"no parcel was aboard {place} in that time, as far as is sealed")
        one = consign(archive, place.replace("/", "-"), aboard, device, span)
        return self._many(archive, one, own)

    def _many(self, archive: "Archive", one: "Consigned", own: "Journal | None") -> dict[str, Any]:
        from audit.consignment import encode_consignment
        from audit.pages.words import WORDS

        pages = {Format.HTML: self._page_html, Format.PDF: self._page_pdf}
        files = []
        for kind in self._wanted:
            if kind == Format.JSON:
                content = encode_consignment(one.said)
            elif kind == Format.BUNDLE:
                content = self._set(archive, one, own)
            else:
                content = pages[kind](archive, one, own, self._language)
            files.append(self._write(one.said.name, kind, content))
        words, counts = WORDS[self._language], one.said.counts()
        return {
            "name": one.said.name,
            "verdict": one.said.verdict,
            "word": words["counts"].format(**counts),
            "counts": counts,
            "missing": one.said.missing,
            "reasons": [],
            "files": [str(file) for file in files],
        }

    def _page_html(
        self, _: "Archive", one: "Consigned", own: "Journal | None", language: Language
    ) -> bytes:
        from audit.pages.consignment import consignment_document
        from audit.pages.html import write_html

        return write_html(consignment_document(one, language, self._zone, own))

    def _page_pdf(
        self, archive: "Archive", one: "Consigned", own: "Journal | None", language: Language
    ) -> bytes:
        from audit.pages.consignment import consignment_document
        from audit.records import as_pdf

        document = consignment_document(one, language, self._zone, own)
        return as_pdf(
            document, archive.sealed_at or 0, self._zone, self._section.font, archive.fonts
        )

    def _set(self, archive: "Archive", one: "Consigned", own: "Journal | None") -> bytes:
        """One file of the parcels' bundles; the pages over them all in both languages."""
        from audit.consignment import files_of, pack_consignment
        from audit.service import wall_clock
        from runtime.servers.progress import progress

        with progress("proving", 2.0):
            bundles = [
                (file.dossier.record.parcel, self._bundle(archive, file))
                for file in files_of(archive, one.said, prove=True)
            ]
        languages: tuple[Language, ...] = ("zh-CN", "en")
        pages = {
            f"consignment.{each}.html": self._page_html(archive, one, own, each)
            for each in languages
        }
        return pack_consignment(one.said, bundles, pages, signer(self._section), wall_clock())

    def _bundle(self, archive: "Archive", one: "ParcelFile") -> bytes:
        from audit.service import wall_clock

        sealing = signer(self._section)
        return archive.bundle(one, sealing, self._zone, wall_clock(), self._section.font)

    def _write(self, name: str, kind: Format, content: bytes) -> Path:
        is_for_all = kind in (Format.BUNDLE, Format.JSON)
        path = self._out / (f"{name}.{kind}" if is_for_all else f"{name}.{self._language}.{kind}")
        try:
            path.write_bytes(content)
        except OSError as error:
            raise UserError(f"{path} can't be written: {error.strerror}") from None
        return path


def _summary(one: "ParcelFile", files: list[Path], language: Language) -> dict[str, Any]:
    from audit.pages.words import WORDS
    from coldchain.reasons import Reason

    said = one.dossier.record
    return {
        "parcel": said.parcel,
        "verdict": said.verdict,
        "word": WORDS[language][said.verdict],
        "as_of": one.dossier.as_of,
        "reasons": [Reason(r.verdict, r.code, r.values).text(language) for r in said.reasons],
        "files": [str(file) for file in files],
    }


def _say(told: list[dict[str, Any]], as_json: bool) -> None:
    import json

    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    for summary in told:
        name = summary.get("parcel") or summary["name"]
        typer.echo(f"{name}: {summary['word']} ({summary['verdict']})")
        for reason in summary["reasons"]:
            typer.echo(f"  {reason}")
        for file in summary["files"]:
            typer.echo(f"  {file}")
