"""Another authority by its link: the records it opens, nothing else; every look is noted."""

from starlette.requests import Request
from starlette.responses import Response

from alerts.links import LinkError
from audit.errors import AuditError
from audit.sharing import Share, look
from console.access import RefusedError
from console.pages import Pages

from .pages import FORMS, InspectorPages


class Guests:
    """Answers to GET under /s."""

    def __init__(self, inspector: InspectorPages, pages: Pages) -> None:
        self._inspector = inspector
        self._pages = pages

    def listed(self, request: Request) -> Response:
        """The parcels that the link opens, and what was measured of each."""
        found = self._look(request, None, "the list")
        reader = self._pages.stranger(request)
        rows: list[tuple[str, str]] = []
        with self._inspector.asking.archive() as archive:
            for parcel in found.shared.parcels:
                try:
                    rows.append((parcel, archive.record(parcel).dossier.record.verdict))
                except AuditError:
                    rows.append((parcel, ""))
        return self._inspector.page(
            request,
            None,
            reader,
            "shared.html",
            shared=found.shared,
            until=reader.clock(found.shared.until),
            rows=rows,
            token=request.path_params["token"],
        )

    def file(self, request: Request) -> Response:
        """One parcel's record."""
        parcel, form = str(request.path_params["parcel"]), str(request.path_params["form"])
        if form not in FORMS:
            raise RefusedError(404, "no_page")  # no look: nothing is shown, nothing is noted
        self._look(request, parcel, f"{parcel} ({form})")
        return self._inspector.file_of(parcel, form, self._pages.stranger(request))

    def _look(self, request: Request, parcel: str | None, what: str) -> Share:
        settings = self._inspector.settings
        now = settings.clock()
        try:
            name, _ = settings.links.read("share", str(request.path_params["token"]), now)
            with self._inspector.asking.ledger() as ledger:
                return look(ledger, now, name, parcel, what)
        except (LinkError, AuditError):
            raise RefusedError(403, "share_over") from None
