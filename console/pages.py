"""The pages that are looked at. Each is one template filled from the alerts' database."""

import logging
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from alerts import sent, views
from alerts.links import MESSAGE, LinkError
from alerts.views import Alert
from coldchain.alert_commands import CAUSES
from coldchain.times import DAY_MS

from . import grouped, shown
from .access import COOKIE, LANGUAGE, Person, RefusedError, chosen, person, recipient
from .settings import ConsoleSettings
from .shown import Reader
from .templates import Templates

_log = logging.getLogger(__name__)

#: A list longer than this is not read on a phone; the shift's page is for operators' screens.
MOST_LISTED = 100
MOST_SHOWN_TO_SHIFT = 500
#: How long ago what is over still shows.
EARLIER_MS = DAY_MS

#: SQLite counts no further.
MOST_NUMBER = 2**63 - 1

#: Minutes that a silence can be asked for.
SILENCES = (30, 60, 120, 480)


class Pages:
    """Answers to GET. Each is called in a thread of its own."""

    def __init__(self, settings: ConsoleSettings, templates: Templates) -> None:
        self._settings = settings
        self._templates = templates
        self._zone = ZoneInfo(settings.alerts.zone)

    def enter(self, request: Request) -> Response:
        """A message's link: whoever holds it is known from now on, and sees what it is about."""
        now = self._settings.clock()
        try:
            name, opens = self._settings.links.read("link", request.path_params["token"], now)
        except LinkError:
            raise RefusedError(403, "link_bad") from None
        recipient(self._settings, name)
        session = self._settings.links.token("session", name, "", now + self._settings.session)
        answer = RedirectResponse(_path(opens), 303)
        answer.set_cookie(
            COOKIE,
            session,
            max_age=self._settings.session // 1000,
            httponly=True,
            samesite="lax",
            secure=self._settings.links.url.startswith("https://"),
        )
        return answer

    def mine(self, request: Request) -> Response:
        """My alerts: what waits for an answer first, what is in hand, what is over since."""
        who, reader = self.known(request)
        told = None if who.sees_all else who.name
        database, since = self._settings.alerts.database, reader.now - EARLIER_MS
        found = views.list_alerts(database, told=told, over_since=since, most=MOST_LISTED)
        counted = views.count_alerts(database, told=told, over_since=since)
        silences = views.list_silences(database, reader.now)
        rows = [shown.row(reader, one, silences) for one in found]
        rows.sort(key=lambda one: (not one.is_unanswered, one.severity != "critical"))
        open_rows = [one for one in rows if one.is_open]
        earlier = [one for one in rows if not one.is_open]
        return self._page(
            request,
            who,
            reader,
            "mine.html",
            open=open_rows,
            earlier=earlier,
            unlisted_open=shown.unlisted(reader, "unlisted_open", counted[0], open_rows),
            unlisted_over=shown.unlisted(reader, "unlisted_over", counted[1], earlier),
        )

    def alert(self, request: Request) -> Response:
        """One alert: what to do, the answer, the plot, the parcels, what happened."""
        who, reader = self.known(request)
        found = visible(self._settings, who, request.path_params["alert"])
        message = sent.message_of(self._settings.alerts, found.id, reader.language, reader.now)
        happened = views.history(self._settings.alerts.database, found.id)
        return self._page(
            request,
            who,
            reader,
            "alert.html",
            alert=found,
            row=shown.row(
                reader, found, views.list_silences(self._settings.alerts.database, reader.now)
            ),
            lines=message.body.splitlines(),
            causes=[one for one in CAUSES if one != "other"],
            plot=self._plot(reader, found),
            history=[shown.line(reader, one) for one in reversed(happened)],
            lengths=SILENCES,
            is_sent="sent" in request.query_params,
        )

    def message(self, request: Request) -> Response:
        """All that one message tells of, to be answered as one."""
        who, reader = self.known(request)
        found = told_to(self._settings, who, request.path_params["message"])
        return self._page(
            request,
            who,
            reader,
            "group.html",
            told=grouped.told(reader, found),
            causes=[one for one in CAUSES if one != "other"],
            is_sent="sent" in request.query_params,
        )

    def shift(self, request: Request) -> Response:
        """The hand-over: what is open, silenced, out, not delivered; what the last shift says."""
        who, reader = self.known(request)
        if not who.sees_all:
            raise RefusedError(403, "not_yours")
        database = self._settings.alerts.database
        found = views.list_alerts(database, is_open=True, most=MOST_SHOWN_TO_SHIFT)
        counted, _ = views.count_alerts(database)
        silences = views.list_silences(database, reader.now)
        rows = [shown.row(reader, one, silences) for one in found]
        silent = {one.id for one in found if one.subject == "device-silent"}
        failed = sent.list_messages(database, ("given-up", "uncertain"))
        return self._page(
            request,
            who,
            reader,
            "shift.html",
            unlisted=shown.unlisted(reader, "unlisted_open", counted, rows),
            unanswered=[one for one in rows if one.is_unanswered],
            in_hand=[one for one in rows if one.status == "acknowledged" and not one.is_quiet],
            quiet=[one for one in rows if one.is_quiet],
            out=[one for one in rows if one.id in silent],
            failed=[one for one in failed if reader.since(one.changed) < EARLIER_MS],
            silences=[shown.silence(reader, one) for one in silences],
            notes=[
                shown.note(reader, one)
                for one in views.list_notes(database, reader.now - 2 * DAY_MS)
            ],
            lengths=SILENCES,
        )

    def proof(self, request: Request) -> Response:
        """What a form of this session has to carry, for a tap that was kept over sessions."""
        who, _ = self.known(request)
        return JSONResponse({"who": who.name, "proof": self._settings.links.proof(who.session)})

    def language(self, request: Request) -> Response:
        """Choose a language; back to where one was."""
        language = chosen(request.path_params["language"])
        back = request.query_params.get("to", "/")
        # Only a path of this host: `//elsewhere` and `/\\elsewhere` would be another.
        is_ours = back.startswith("/") and back[1:2] not in ("/", "\\")
        answer = RedirectResponse(back if is_ours else "/", 303)
        answer.set_cookie(LANGUAGE, language, max_age=365 * DAY_MS // 1000, samesite="lax")
        return answer

    def refused(self, request: Request, error: RefusedError) -> Response:
        """The page of somebody who is not let in, or whose form is not good."""
        try:
            _, reader = self.known(request)
        except RefusedError:
            reader = self.stranger(request)
        word = reader.words[error.word]
        return self._templates.page(
            "refused.html", error.status, say=reader.words, reader=reader, word=word, who=None
        )

    def known(self, request: Request) -> tuple[Person, Reader]:
        """Who asks. Raises RefusedError."""
        now = self._settings.clock()
        cookies = request.cookies
        who = person(self._settings, cookies.get(COOKIE), cookies.get(LANGUAGE), now)
        return who, Reader(who.language, self._zone, now)

    def stranger(self, request: Request) -> Reader:
        """Somebody of whom no more is known than the language they picked."""
        language = chosen(request.cookies.get(LANGUAGE))
        return Reader(language, self._zone, self._settings.clock())

    def _plot(self, reader: Reader, alert: Alert) -> str:
        try:
            return shown.plot(self._settings, reader, alert)
        except Exception as error:  # noqa: BLE001 - a page without its plot is better than none
            _log.warning("no plot of %s: %s", alert.id, error)
            return ""

    def _page(
        self, request: Request, who: Person, reader: Reader, name: str, **facts: Any
    ) -> Response:
        return self._templates.page(
            name,
            say=reader.words,
            reader=reader,
            who=who,
            path=request.url.path,
            proof=self._settings.links.proof(who.session),
            **facts,
        )


def visible(settings: ConsoleSettings, who: Person, beginning: str) -> Alert:
    """The alert whose id begins so, if this person may see it. Raises RefusedError.

    Somebody else's alert and none at all are answered alike.
    """
    found = views.find_alerts(settings.alerts.database, beginning)
    if len(found) == 1:
        told = views.was_told(settings.alerts.database, found[0].id, who.name)
        if who.sees_all or told:
            return found[0]
    raise RefusedError(404, "no_alert")


def told_to(settings: ConsoleSettings, who: Person, message: int) -> list[Alert]:
    """What a message tells of, if it was for this person. Raises RefusedError.

    Somebody else's message and none at all are answered alike.
    """
    database = settings.alerts.database
    if message <= MOST_NUMBER:
        recipient_of = sent.recipient_of(database, message)
        if recipient_of is not None and (who.sees_all or recipient_of == who.name):
            return sent.told_in(database, message)
    raise RefusedError(404, "no_alert")


def _path(opens: str) -> str:
    """The page that a link opens."""
    if opens.startswith(MESSAGE):
        return f"/m/{opens.removeprefix(MESSAGE)}"
    return f"/a/{opens}" if opens else "/"
