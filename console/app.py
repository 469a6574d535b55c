"""The application: which path is whose, and what every answer carries."""

import logging
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alerts.database import DatabaseBusyError, DatabaseVersionError

from .access import RefusedError
from .deeds import Deeds
from .inspector.pages import InspectorPages
from .inspector.paths import paths
from .pages import Pages
from .settings import ConsoleSettings
from .templates import Templates

_log = logging.getLogger(__name__)

_STATIC = Path(__file__).with_name("static")

#: Nothing comes from another host, no script is written in a page, no page is framed.
_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        b"connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
        b"base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"cache-control", b"private, no-cache"),
)


_POLICY = _HEADERS[0][0]


class _Headers:
    """Puts the headers above on every answer; one that sets a policy of its own keeps that."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name: value for name, value in message["headers"] if name == _POLICY}
                headers = {**dict(_HEADERS), **own}
                kept = [pair for pair in message["headers"] if pair[0].lower() not in headers]
                message["headers"] = [*kept, *headers.items()]
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def build(settings: ConsoleSettings) -> Starlette:
    """The pages, for an ASGI server."""
    templates = Templates()
    pages = Pages(settings, templates)
    deeds = Deeds(settings, pages)
    once = deeds.taps.once
    inspector = InspectorPages(settings, pages, templates)

    def refused(request: Request, error: Exception) -> Response:
        if isinstance(error, RefusedError):
            return inspector.refused(request, error)
        if isinstance(error, FileNotFoundError):
            return pages.refused(request, RefusedError(503, "no_database"))
        if isinstance(error, DatabaseBusyError | DatabaseVersionError):
            _log.error("no alerts can be shown: %s", error)
            return pages.refused(request, RefusedError(503, "busy"))
        status = getattr(error, "status_code", 500)
        if status == 500:
            _log.error("a page failed", exc_info=error)
        return pages.refused(request, RefusedError(status, "fault" if status == 500 else "no_page"))

    return Starlette(
        routes=[
            Route("/", pages.mine),
            Route("/l/{token}", pages.enter),
            Route("/a/{alert}", pages.alert),
            Route("/a/{alert}/acknowledge", once(deeds.acknowledge), methods=["POST"]),
            Route("/a/{alert}/comment", once(deeds.comment), methods=["POST"]),
            Route("/a/{alert}/silence", once(deeds.silence), methods=["POST"]),
            Route("/m/{message:int}", pages.message),
            Route("/m/{message:int}/acknowledge", once(deeds.acknowledge_all), methods=["POST"]),
            Route("/proof", pages.proof),
            Route("/shift", pages.shift),
            Route("/shift/note", once(deeds.note), methods=["POST"]),
            Route("/shift/silence", once(deeds.silence_device), methods=["POST"]),
            Route("/shift/silences/{silence}/end", once(deeds.end_silence), methods=["POST"]),
            *paths(inspector, pages, deeds),
            Route("/language/{language}", pages.language),
            Route("/health", _healthy),
            Route("/worker.js", _worker),
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
        middleware=[Middleware(_Headers)],
        exception_handlers={
            RefusedError: refused,
            FileNotFoundError: refused,
            DatabaseBusyError: refused,
            DatabaseVersionError: refused,
            404: refused,
            405: refused,
            500: refused,
        },
    )


def _healthy(_: Request) -> Response:
    return PlainTextResponse("ok\n")


def _worker(_: Request) -> Response:
    """The offline copy's script: its path says which pages it may keep, so it is at the root."""
    return FileResponse(_STATIC / "worker.js", media_type="text/javascript")
