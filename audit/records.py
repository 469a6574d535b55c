"""A parcel's record, from the archive to a page, a PDF or a bundle: what commands and pages call.

with records.open_archive(folder) as archive:
    one = archive.record("106141415115000596")
    page = one.html("zh-CN", zone)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from coldchain.reasons import Language
from coldchain.times import from_iso

from .bundle import Contents, make_bundle, signers_of
from .catalog import Catalog, open_to_read
from .dossier import Dossier, dossier
from .errors import AuditError
from .judging import Reviewed, review
from .pages.document import Document
from .pages.fonts import Font, chinese_font, latin_font
from .pages.html import write_html
from .pages.record import record_document
from .reader import Found, gather
from .signing import PublicKey, Signer, public_from_pem
from .timestamps import kept


@dataclass(frozen=True, slots=True)
class ParcelFile:
    """A parcel's record: what is sealed of it, judged, and as data. `fonts`: where fonts cut down
    are kept; None: they are not."""

    found: Found
    reviewed: Reviewed
    dossier: Dossier
    fonts: Path | None = None

    def document(self, language: Language, zone: tzinfo) -> Document:
        return record_document(self.dossier, self.reviewed, language, zone)

    def html(self, language: Language, zone: tzinfo) -> bytes:
        """As one HTML file."""
        return write_html(self.document(language, zone))

    def pdf(self, language: Language, zone: tzinfo, font: Path | None = None) -> bytes:
        """As PDF. Raises AuditError where no font with Chinese is found; what to install."""
        document = self.document(language, zone)
        return as_pdf(document, self.found.as_of, zone, font, self.fonts)


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive, open to be read."""

    folder: Path
    catalog: Catalog
    fonts: Path | None = None

    def record(self, parcel: str, prove: bool = False) -> ParcelFile:
        """A parcel's record; `prove`: with what a bundle needs. Raises AuditError."""
        found = gather(self.catalog, self.folder, parcel, prove)
        reviewed = review(found.evidence)
        made = dossier(found.evidence, reviewed, found.as_of)
        return ParcelFile(found, reviewed, made, self.fonts)

    def key(self, fingerprint: str) -> PublicKey:
        """A public key of the archive, from its folder of keys. Raises AuditError."""
        path = self.folder / "keys" / f"{fingerprint}.pem"
        try:
            return public_from_pem(path.read_bytes(), str(path))
        except OSError as error:
            raise AuditError(f"{path} can't be read: {error.strerror}") from None

    def bundle(
        self, one: ParcelFile, signer: Signer, zone: tzinfo, now: int, font: Path | None = None
    ) -> bytes:
        """A parcel's bundle: `one` is a record with proofs. The PDFs are left out where there is
        no font for them: the HTML says the same.
        """
        languages: tuple[Language, ...] = ("zh-CN", "en")
        pages = {f"record.{one_of}.html": one.html(one_of, zone) for one_of in languages}
        for one_of in languages:
            try:
                pages[f"record.{one_of}.pdf"] = one.pdf(one_of, zone, font)
            except AuditError:
                continue
        keys = signers_of((*one.found.seals, *one.found.apart), self.key)
        stamps = kept(self.folder, one.found.scope.first, one.found.scope.last)
        return make_bundle(Contents(one.found, one.dossier, pages, keys, stamps), signer, now)

    @property
    def sealed_at(self) -> int | None:
        """When the last seal was made, ms; None before the first."""
        last = self.catalog.last()
        return None if last is None else from_iso(last.seal.at)


@contextmanager
def open_archive(folder: Path, fonts: Path | None = None) -> Iterator[Archive]:
    """The archive of a folder; `fonts`: where fonts may be kept for PDFs. Raises AuditError where
    there is none."""
    with open_to_read(folder) as catalog:
        yield Archive(folder, catalog, fonts)


def as_pdf(
    document: Document, made: int, zone: tzinfo, font: Path | None, fonts: Path | None
) -> bytes:
    """A document as PDF, dated `made` (ms). Raises AuditError where no font with Chinese is found;
    what to install."""
    from .pages.pdf import write_pdf

    at = datetime.fromtimestamp(made / 1000, tz=zone)
    if document.language == "en" and font is None:
        spare = _chinese_if_there() if _has_chinese(document) else None
        spare = spare and _small(spare, fonts, document)
        return write_pdf(document, latin_font(), at, spare)
    return write_pdf(document, _small(chinese_font(font), fonts, document), at)


def _small(font: Font, fonts: Path | None, document: Document) -> Font:
    from .pages.small_fonts import small_font

    return font if fonts is None else small_font(font, fonts, repr(document))


def _chinese_if_there() -> Font | None:
    """For names and notes in Chinese on an English page."""
    try:
        return chinese_font()
    except AuditError:
        return None


def _has_chinese(document: Document) -> bool:
    """Whether a name or note needs the second font, which takes as long as the rest."""
    return any(sign >= "\u2e80" for sign in repr(document))
