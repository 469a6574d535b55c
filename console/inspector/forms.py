"""What the inspector's forms do: steps of a sampling, dispositions, links, a bundle verified."""

from collections.abc import Callable
from math import isfinite
from typing import Any, TypeVar
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from audit.desk import Desk
from audit.errors import AuditError
from audit.sharing import share, withdraw
from audit.signing import PublicKey, public_from_pem
from audit.verify import Verified, verify
from audit.verify_set import as_one, is_set, verify_set
from coldchain.times import HOUR_MS, iso
from console.access import Deed, Person, RefusedError
from console.deeds import Deeds, Form, body_of

from .pages import InspectorPages, NotPossibleError, moment
from .upload import UploadError, fields

#: A lot's list, or a link's, of a few thousand parcels.
MOST_BYTES = 131_072
#: A bundle; a day's frames of a few devices are a few MB.
MOST_BUNDLE = 64_000_000

T = TypeVar("T")


class InspectorForms:
    """Answers to POST under /inspect."""

    def __init__(self, pages: InspectorPages, deeds: Deeds) -> None:
        self._pages = pages
        self._asking = pages.asking
        self._deeds = deeds
        self._settings = pages.settings

    async def book(self, request: Request) -> Response:
        """Book a slot."""
        who, form = await self._form(request, "sample")
        _, reader, _ = await run_in_threadpool(self._pages.allowed, request)
        chosen: dict[str, Any] = {
            "level": form.get("level", "II"),
            "series": form.get("series", "").strip(),
            "place": form.get("place", "").strip(),
        }
        if form.get("plan") == "zero":
            chosen |= {"confidence": 0.95, "nonconforming": 0.05}
        else:
            chosen["aql"] = _number(form.get("aql", ""))
        slot = iso(moment(reader, form.get("slot", "")))

        def do(desk: Desk) -> str:
            return desk.book(form.get("lot", "").strip(), slot, who.name, **chosen).id

        return await self._step(do)

    async def freeze(self, request: Request) -> Response:
        """Freeze the list: of those aboard a device now, or as typed."""
        who, form = await self._form(request, "sample")
        name = str(request.path_params["sampling"])
        device, typed = form.get("device", "").strip(), form.get("parcels", "").split()
        if bool(device) == bool(typed):
            raise RefusedError(400, "bad_form")

        def do(desk: Desk) -> str:
            listed = typed
            if device:
                listed = [one.parcel for one in self._asking.aboard(device).berths]
            return desk.freeze(name, who.name, listed).id

        return await self._step(do)

    async def open(self, request: Request) -> Response:
        """The van is open: draw."""
        who, form = await self._form(request, "sample")
        name = str(request.path_params["sampling"])
        picked: dict[str, str] = {}
        for line in form.get("picked", "").splitlines():
            parcel, _, reason = line.strip().partition("=")
            if line.strip() and not (parcel.strip() and reason.strip()):
                raise RefusedError(400, "bad_form")
            if parcel:
                picked[parcel.strip()] = reason.strip()
        return await self._step(lambda desk: desk.open(name, who.name, picked).id)

    async def result(self, request: Request) -> Response:
        """What was found of one parcel."""
        who, form = await self._form(request, "sample")
        name, parcel = str(request.path_params["sampling"]), form.get("parcel", "")
        if form.get("found") not in ("conforming", "nonconforming"):
            raise RefusedError(400, "bad_form")
        celsius = form.get("celsius", "").strip()
        more: dict[str, Any] = {
            "seals": form.get("seals", "").split(),
            "retained": form.get("retained", "").strip(),
            "celsius": _number(celsius) if celsius else None,
            "findings": form.get("findings", "").strip(),
        }
        samplers = [who.name, form.get("sampler", "").strip()]

        def do(desk: Desk) -> str:
            where = self._asking.place(parcel)
            is_conforming = form["found"] == "conforming"
            desk.enter(name, parcel, who.name, samplers, is_conforming, where, **more)
            return name

        return await self._step(do)

    async def decide(self, request: Request) -> Response:
        """The lot, by its sample."""
        who, _ = await self._form(request, "sample")
        name = str(request.path_params["sampling"])

        def do(desk: Desk) -> str:
            desk.decide(name, who.name)
            return name

        return await self._step(do)

    async def dispose(self, request: Request) -> Response:
        """Hold, release or reject a parcel, signed by whoever is here."""
        who, form = await self._form(request, "dispose")
        parcel = str(request.path_params["parcel"])
        decision = form.get("decision", "")
        if decision not in ("hold", "release", "reject"):
            raise RefusedError(400, "bad_form")

        def do(desk: Desk) -> str:
            signer = self._asking.inspector.sign(who.name)
            role, reason = form.get("role", "").strip(), form.get("reason", "").strip()
            where = self._asking.place(parcel)
            seal = self._asking.inspector.seal()
            desk.dispose(parcel, decision, who.name, role, reason, signer, where, seal)  # type: ignore[arg-type]
            return parcel

        return await self._step(do, "/inspect/parcels/")

    async def share(self, request: Request) -> Response:
        """A link for another authority; it is shown this once."""
        who, form = await self._form(request, "share")
        now = self._settings.clock()
        hours = _number(form.get("hours", ""))

        def do() -> Response:
            with self._asking.ledger() as ledger:
                row = _possible(
                    lambda: share(
                        ledger,
                        now,
                        who.name,
                        form.get("to", "").strip(),
                        form.get("parcels", "").split(),
                        now + round(hours * HOUR_MS),
                        form.get("reason", "").strip(),
                    )
                )
            token = self._settings.links.token("share", row.id, "", now + round(hours * HOUR_MS))
            _, reader, _ = self._pages.allowed(request)
            link = f"{self._settings.links.url}/s/{token}"
            return self._pages.page(
                request, who, reader, "inspect_shared.html", link=link, shared=row
            )

        return await run_in_threadpool(do)

    async def withdraw(self, request: Request) -> Response:
        """A link ends at once."""
        who, _ = await self._form(request, "share")
        name = str(request.path_params["share"])

        def do() -> None:
            with self._asking.ledger() as ledger:
                _possible(lambda: withdraw(ledger, self._settings.clock(), name, who.name))

        await run_in_threadpool(do)
        return RedirectResponse("/inspect", 303)

    async def verify(self, request: Request) -> Response:
        """Check a bundle that is uploaded, by the keys of this archive; it is not kept."""
        who, reader, _ = await run_in_threadpool(self._pages.allowed, request)
        body = await body_of(request, MOST_BUNDLE)
        try:
            sent = fields(request.headers.get("content-type", ""), body)
        except UploadError:
            raise RefusedError(400, "bad_form") from None
        proof = sent.get("proof", b"").decode("utf-8", "replace")
        if not self._settings.links.is_proof(who.session, proof):
            raise RefusedError(403, "bad_form")
        found = await run_in_threadpool(self._verified, sent.get("bundle", b""))
        verdict = "" if found.dossier is None else found.dossier.record.verdict
        lists = [
            (name, [one.text(reader.language) for one in getattr(found, name)])
            for name in ("faults", "proved", "not_proved")
        ]
        return self._pages.page(
            request, who, reader, "inspect_verified.html", found=found, verdict=verdict, lists=lists
        )

    def _verified(self, packed: bytes) -> Verified:
        """By whichever key of this archive's it is signed with; else by its own, and says so."""
        check = _set_checked if is_set(packed) else verify
        found = check(packed)
        for path in sorted((self._asking.inspector.folder / "keys").glob("*.pem")):
            trusted = check(packed, public_from_pem(path.read_bytes(), str(path)))
            if trusted.holds:
                return trusted
        return found

    async def _form(self, request: Request, deed: Deed) -> tuple[Person, Form]:
        who, form, _ = await self._deeds.form(request, deed, MOST_BYTES)
        return who, form

    async def _step(self, do: Callable[[Desk], str], path: str = "/inspect/samplings/") -> Response:
        """Enter a step; what it brings about at the parcel's place is told; to its page."""

        def entered() -> str:
            with self._asking.desk() as desk:
                return _possible(lambda: do(desk))

        name = await run_in_threadpool(entered)
        await run_in_threadpool(self._asking.inspector.tell)
        return RedirectResponse(f"{path}{quote(name, safe='')}", 303)


def _set_checked(packed: bytes, trusted: PublicKey | None = None) -> Verified:
    """A consignment's bundle, in one list."""
    return as_one(verify_set(packed, trusted))


def _possible(do: Callable[[], T]) -> T:
    """Do it. Raises NotPossibleError with the desk's own reason."""
    try:
        return do()
    except AuditError as error:
        raise NotPossibleError(409, str(error)) from None


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise RefusedError(400, "bad_form") from None
    if not isfinite(number):
        raise RefusedError(400, "bad_form")
    return number
