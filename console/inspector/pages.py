"""The inspector's pages that are looked at."""

import csv
import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from audit.epcis import epcis_document, write_epcis
from audit.errors import AuditError
from audit.inspections import sentence
from audit.records import Archive, ParcelFile
from audit.sharing import shares
from audit.whereabouts import Whereabouts, recall, whereabouts
from coldchain.reasons import Reason
from coldchain.times import HOUR_MS, from_iso, iso
from console.access import Deed, Person, RefusedError
from console.pages import Pages
from console.settings import ConsoleSettings
from console.shown import Reader
from console.templates import Templates

from .desk import Asking, number_scanned
from .sheet import boxes, parcels, troubles
from .words import words

#: A record's own page has its style in it, and nothing else.
RECORD_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
#: A recall looks over at most so long at once; the command looks over more.
LONGEST_RECALL_MS = 31 * 24 * HOUR_MS

#: What a record is handed out as.
FORMS = frozenset({"html", "pdf", "jsonld", "bundle"})

#: Longer lists are cut, and say so.
MOST_LISTED = 50

Words = Mapping[str, str]


class InspectorPages:
    """Answers to GET under /inspect. Each is called in a thread of its own."""

    def __init__(self, settings: ConsoleSettings, pages: Pages, templates: Templates) -> None:
        self.settings = settings
        self.asking = Asking(settings)
        self._pages = pages
        self._templates = templates

    def home(self, request: Request) -> Response:
        """The desk: find, book, verify, and what is booked."""
        who, reader, _ = self.allowed(request)
        with self.asking.ledger() as ledger:
            links = shares(ledger)
        samplings = self.asking.samplings()
        unlisted = max(0, len(samplings) - MOST_LISTED) + max(0, len(links) - MOST_LISTED)
        return self.page(
            request,
            who,
            reader,
            "inspect.html",
            samplings=samplings[:MOST_LISTED],
            links=links[:MOST_LISTED],
            unlisted=unlisted,
        )

    def find(self, request: Request) -> Response:
        """To a parcel's page, by the number typed or scanned."""
        self.allowed(request)
        number = number_scanned(request.query_params.get("number", ""))
        return RedirectResponse(
            f"/inspect/parcels/{quote(number, safe='')}" if number else "/inspect", 303
        )

    def find_van(self, request: Request) -> Response:
        """To a van's sheet."""
        self.allowed(request)
        device = request.query_params.get("device", "").strip()
        return RedirectResponse(
            f"/inspect/vans/{quote(device, safe='')}" if device else "/inspect", 303
        )

    def parcel(self, request: Request) -> Response:
        """A parcel: what was measured, where it is, what was decided; its record's files."""
        who, reader, say = self.allowed(request)
        number = str(request.path_params["parcel"])
        with self.asking.archive() as archive:
            try:
                one = archive.record(number)
                now = whereabouts(archive, number)
            except AuditError:
                raise RefusedError(404, "not_sealed") from None
        with self.asking.ledger() as ledger:
            rows = [row.value for row in ledger.of(number)]
        record = one.dossier.record
        reasons = [
            (r.verdict, Reason(r.verdict, r.code, _local(reader, r.values)).text(reader.language))
            for r in record.reasons
        ]
        return self.page(
            request,
            who,
            reader,
            "inspect_parcel.html",
            parcel=number,
            verdict=record.verdict,
            reasons=reasons,
            place=place(reader, say, now),
            is_held=now.is_held,
            as_of=reader.clock(one.dossier.as_of),
            entered=[sentence(row, reader.language, reader.clock) for row in reversed(rows)],
        )

    def file(self, request: Request) -> Response:
        """A parcel's record as a file."""
        _, reader, _ = self.allowed(request)
        return self.file_of(
            str(request.path_params["parcel"]), str(request.path_params["form"]), reader
        )

    def file_of(self, parcel: str, form: str, reader: Reader) -> Response:
        """A parcel's record: html, pdf, bundle or jsonld. Raises RefusedError."""
        if form not in FORMS:
            raise RefusedError(404, "no_page")
        with self.asking.archive() as archive:
            try:
                one = archive.record(parcel, prove=form == "bundle")
                content, kind = self._written(archive, one, form, reader)
            except AuditError as error:
                raise NotPossibleError(404, str(error)) from None
        answer = Response(content, media_type=kind)
        if form == "html":
            answer.headers["content-security-policy"] = RECORD_POLICY
        else:
            name = quote(f"{parcel}.{form}", safe="")
            how = "inline" if form == "pdf" else "attachment"
            answer.headers["content-disposition"] = f"{how}; filename*=UTF-8''{name}"
        return answer

    def _written(
        self, archive: Archive, one: ParcelFile, form: str, reader: Reader
    ) -> tuple[bytes, str]:
        inspector = self.asking.inspector
        if form == "html":
            return one.html(reader.language, reader.zone), "text/html"
        if form == "pdf":
            return one.pdf(reader.language, reader.zone, inspector.font), "application/pdf"
        if form == "jsonld":
            document = epcis_document(one.dossier, reader.zone)
            return write_epcis(document), "application/ld+json"
        signer = inspector.seal()
        packed = archive.bundle(one, signer, reader.zone, reader.now, inspector.font)
        return packed, "application/zip"

    def sampling(self, request: Request) -> Response:
        """One appointment, step by step; where each parcel drawn is now."""
        who, reader, say = self.allowed(request)
        name = str(request.path_params["sampling"])
        with self.asking.desk() as desk:
            try:
                one = desk.sampling(name)
            except AuditError:
                raise RefusedError(404, "no_page") from None
            series = desk.series(one.booked.series) if one.booked.series else None
        with self.asking.ledger() as ledger:
            rows = [row.value for row in ledger.of(name)]
        chosen = [] if one.opened is None else [*one.opened.drawn, *one.opened.picked]
        return self.page(
            request,
            who,
            reader,
            "inspect_sampling.html",
            sampling=one,
            series=series,
            places={parcel: self._place(reader, say, parcel) for parcel in chosen},
            steps=[sentence(row, reader.language, reader.clock) for row in rows],
        )

    def _place(self, reader: Reader, say: Words, parcel: str) -> str:
        try:
            with self.asking.archive() as archive:
                return place(reader, say, whereabouts(archive, parcel))
        except (AuditError, RefusedError):
            return say["not_known_where"]

    def van(self, request: Request) -> Response:
        """The open-van sheet: one van, now."""
        who, reader, say = self.allowed(request)
        device = str(request.path_params["device"])
        now = self.asking.device(device)
        if now.entry is None:
            raise RefusedError(404, "not_registered")
        profiles = self.settings.alerts.profiles
        read = {name: self.asking.read(device, name) for name in now.entry.compartments}
        aboard = self.asking.aboard(device)
        entered = self.asking.entered([one.parcel for one in aboard.berths])
        listed = parcels(reader, say, aboard.berths, entered, profiles)
        sealed: int | None = None
        try:
            with self.asking.archive() as archive:
                sealed = archive.sealed_at
        except RefusedError:
            pass
        return self.page(
            request,
            who,
            reader,
            "inspect_van.html",
            device=device,
            entry=now.entry,
            boxes=boxes(reader, say, now, read, profiles),
            troubles=troubles(reader, say, now),
            parcels=listed,
            green=sum(one.is_green for one in listed),
            aboard_as_of=None if aboard.as_of is None else reader.clock(aboard.as_of),
            sealed=None if sealed is None else reader.clock(sealed),
        )

    def recall(self, request: Request) -> Response:
        """Every parcel that was in a compartment between two times; as a page or as CSV."""
        who, reader, say = self.allowed(request)
        asked = request.query_params
        device, compartment = asked.get("device", "").strip(), asked.get("compartment", "").strip()
        found: list[tuple[str, str, str, str]] | None = None
        if device:
            start, end = (moment(reader, asked.get(name, "")) for name in ("from", "to"))
            if not start <= end <= start + LONGEST_RECALL_MS:
                raise RefusedError(400, "bad_form")
            with self.asking.archive() as archive:
                listed = recall(archive, device, start, end, compartment or None)
            if "csv" in asked:
                return _csv(listed)
            found = [
                (
                    one.parcel,
                    one.compartment,
                    f"{reader.clock(one.start)} – "
                    + (say["still"] if one.end is None else reader.clock(one.end)),
                    place(reader, say, one.now),
                )
                for one in listed
            ]
        return self.page(
            request,
            who,
            reader,
            "inspect_recall.html",
            found=found,
            asked=asked,
            query=request.url.query,
        )

    def allowed(self, request: Request, deed: Deed = "inspect") -> tuple[Person, Reader, Words]:
        """Who asks, if they may see these pages. Raises RefusedError."""
        who, reader = self._pages.known(request)
        if not who.may(deed):
            raise RefusedError(403, "not_yours")
        return who, reader, self.say(reader)

    def say(self, reader: Reader) -> Words:
        """All words of a page."""
        return {**reader.words, **words(reader.language)}

    def page(
        self,
        request: Request,
        who: Person | None,
        reader: Reader,
        name: str,
        status: int = 200,
        **facts: Any,
    ) -> Response:
        """A page, its words among its facts."""
        return self._templates.page(
            name,
            status,
            say=self.say(reader),
            reader=reader,
            who=who,
            path=request.url.path,
            proof="" if who is None else self.settings.links.proof(who.session),
            **facts,
        )

    def refused(self, request: Request, error: RefusedError) -> Response:
        """The page of what can't be done, with the reason where the desk gives one."""
        try:
            _, reader = self._pages.known(request)
        except RefusedError:
            reader = self._pages.stranger(request)
        say = self.say(reader)
        word = say.get(error.word, "")
        if isinstance(error, NotPossibleError):
            word = say["not_possible"].format(why=error.why)
        return self._templates.page(
            "refused.html", error.status, say=say, reader=reader, word=word, who=None
        )


class NotPossibleError(RefusedError):
    """A step that the desk refuses: `why`, in its own words."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(status, "not_possible")
        self.why = why


def place(reader: Reader, say: Words, now: Whereabouts) -> str:
    """Where a parcel is, in words."""
    told = say[f"{now.state}_since"].format(
        time=reader.clock(now.since), where=f"{now.device} / {now.compartment}"
    )
    return f"{told} · {say['is_held']}" if now.is_held else told


def moment(reader: Reader, text: str) -> int:
    """A time as a form gives it, in the reader's zone; ms. Raises RefusedError."""
    from datetime import datetime

    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise RefusedError(400, "bad_form") from None
    return from_iso((at if at.tzinfo else at.replace(tzinfo=reader.zone)).isoformat())


def _local(reader: Reader, values: Mapping[str, Any]) -> dict[str, Any]:
    at = values.get("at")
    return {**values, "at": reader.clock(at)} if isinstance(at, str) else dict(values)


def _csv(listed: list[Any]) -> Response:
    table = io.StringIO()
    out = csv.writer(table)
    out.writerow(("parcel", "compartment", "from", "to", "now", "device", "in", "since", "held"))
    for one in listed:
        now = one.now
        stay = iso(one.start), "" if one.end is None else iso(one.end)
        out.writerow(
            (one.parcel, one.compartment, *stay, now.state, *now.where, iso(now.since), now.is_held)
        )
    answer = Response("\ufeff" + table.getvalue(), media_type="text/csv; charset=utf-8")
    answer.headers["content-disposition"] = "attachment; filename=recall.csv"
    return answer
