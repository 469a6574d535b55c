"""What a form does: it is checked, becomes a command on Kafka, and is awaited in the database."""

import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from typing import cast
from urllib.parse import parse_qsl, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from alerts import views
from coldchain.alert_commands import (
    CAUSES,
    Acknowledge,
    Cause,
    Command,
    CommandError,
    Comment,
    Note,
    Silence,
    decode_command,
    encode_command,
)
from coldchain.times import HOUR_MS, MINUTE_MS, iso

from .access import Deed, Person, RefusedError
from .grouped import unanswered
from .pages import SILENCES, Pages, told_to, visible
from .settings import ConsoleSettings, NotSentError
from .shown import ANSWERS
from .taps import Taps

#: A form is a few words.
MOST_BYTES = 8_192
#: A tap that was kept while there was no signal counts from when it was made, so long at most.
MOST_KEPT_MS = 12 * HOUR_MS

Form = Mapping[str, str]


class Deeds:
    """Answers to POST."""

    def __init__(self, settings: ConsoleSettings, pages: Pages) -> None:
        self._settings = settings
        self._pages = pages
        self.taps = Taps()

    async def acknowledge(self, request: Request) -> Response:
        """Somebody has the alert in hand, and says why it happened."""
        who, form, now = await self.form(request, "answer")
        alert = await run_in_threadpool(visible, self._settings, who, _alert(request))
        command = _answer(who, form, now, alert.id)

        def answers() -> int:
            found = views.history(self._settings.alerts.database, alert.id)
            return sum(one.event in ANSWERS and one.who == who.name for one in found)

        before = await run_in_threadpool(answers)
        await self._do(command)

        def is_done() -> bool:  # whether it counts or not: the page tells
            return answers() > before

        return await self._back(f"/a/{alert.id}", is_done)

    async def acknowledge_all(self, request: Request) -> Response:
        """Somebody has all in hand that a message tells of and nobody has answered yet."""
        who, form, now = await self.form(request, "answer")
        message: int = request.path_params["message"]
        found = await run_in_threadpool(told_to, self._settings, who, message)
        commands = [_answer(who, form, now, one.id) for one in unanswered(found)]
        if commands:
            await self._do(*commands)

        def is_done() -> bool:
            return not unanswered(told_to(self._settings, who, message))

        return await self._back(f"/m/{message}", is_done)

    async def comment(self, request: Request) -> Response:
        """Something to remember about the alert."""
        who, form, now = await self.form(request, "answer")
        alert = await run_in_threadpool(visible, self._settings, who, _alert(request))
        text = form.get("text", "").strip()
        if not text:
            raise RefusedError(400, "need_text")
        at = iso(_tapped(form, now))
        await self._do(Comment(alert=alert.id, by=who.name, at=at, text=text))

        def is_done() -> bool:
            found = views.history(self._settings.alerts.database, alert.id)
            return any(
                (one.event, one.who, one.note) == ("comment", who.name, text) for one in found
            )

        return await self._back(f"/a/{alert.id}", is_done)

    async def silence(self, request: Request) -> Response:
        """Nobody is told of this alert's device for a while."""
        who, form, now = await self.form(request, "silence")
        alert = await run_in_threadpool(visible, self._settings, who, _alert(request))
        command = _silence(who, form, now, alert.device, alert.compartment)
        return await self._silenced(command, f"/a/{alert.id}")

    async def silence_device(self, request: Request) -> Response:
        """Nobody is told of a device, by an operator."""
        who, form, now = await self.form(request, "end-silence")
        device, compartment = form.get("device", "").strip(), form.get("compartment", "").strip()
        return await self._silenced(_silence(who, form, now, device, compartment), "/shift")

    async def end_silence(self, request: Request) -> Response:
        """A silence ends now."""
        who, _, now = await self.form(request, "end-silence")
        found = await run_in_threadpool(views.list_silences, self._settings.alerts.database, now)
        name = request.path_params["silence"]
        quiet = next((one for one in found if one.id == name), None)
        if quiet is None:
            raise RefusedError(404, "no_page")
        await self._do(
            Silence(
                id=quiet.id,
                device=quiet.device,
                compartment=quiet.compartment,
                by=who.name,
                reason=quiet.reason,
                at=iso(now),
                until=iso(now),
            )
        )

        def is_done() -> bool:
            left = views.list_silences(self._settings.alerts.database, self._settings.clock())
            return all(one.is_over for one in left if one.id == name)

        return await self._back("/shift", is_done)

    async def note(self, request: Request) -> Response:
        """Something the next shift has to know."""
        who, form, now = await self.form(request, "note")
        text = form.get("text", "").strip()
        if not text:
            raise RefusedError(400, "need_text")
        name = _named(who, form, 16)
        await self._do(Note(id=name, by=who.name, at=iso(now), text=text))

        def is_done() -> bool:
            found = views.list_notes(self._settings.alerts.database, now - MINUTE_MS)
            return any(one.id == name for one in found)

        return await self._back("/shift", is_done)

    async def _silenced(self, command: Silence, path: str) -> Response:
        await self._do(command)

        def is_done() -> bool:
            found = views.list_silences(self._settings.alerts.database, self._settings.clock())
            return any(one.id == command.id for one in found)

        return await self._back(path, is_done)

    async def form(
        self, request: Request, deed: Deed, most: int = MOST_BYTES
    ) -> tuple[Person, Form, int]:
        """Whose form it is and what it says, in so many bytes. Raises RefusedError where it is not
        good.

        It has to carry the proof made for this session, and must not come from another site.
        """
        who, _ = await run_in_threadpool(self._pages.known, request)
        origin = request.headers.get("origin")
        ours = {request.headers.get("host"), urlsplit(self._settings.links.url).netloc}
        if origin is not None and urlsplit(origin).netloc not in ours:
            raise RefusedError(403, "bad_form")
        form = await _read(request, most)
        if not self._settings.links.is_proof(who.session, form.get("proof", "")):
            raise RefusedError(403, "bad_form")
        if not who.may(deed):
            raise RefusedError(403, "not_yours")
        self.taps.begin(request, who.name, form.get("tap", ""))
        return who, form, self._settings.clock()

    async def _do(self, *commands: Command) -> None:
        try:
            for command in commands:
                decode_command(encode_command(command))  # as the service will
        except CommandError:
            raise RefusedError(400, "too_long") from None
        try:
            await run_in_threadpool(self._settings.send, commands)
        except NotSentError:
            raise RefusedError(503, "not_sent") from None

    async def _back(self, path: str, is_done: Callable[[], bool]) -> Response:
        """Back to the page, once the deed shows there; after a while all the same, and says so."""
        done = await run_in_threadpool(self._wait, is_done)
        return RedirectResponse(path if done else f"{path}?sent", 303)

    def _wait(self, is_done: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + self._settings.patience
        while not is_done():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True


async def body_of(request: Request, most: int) -> bytes:
    """What is sent, in so many bytes. Raises RefusedError where it is more."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise RefusedError(413, "too_long")
    return bytes(body)


async def _read(request: Request, most: int) -> Form:
    """A form's fields, the first of each name. Raises RefusedError where it is too long or bad."""
    body = await body_of(request, most)
    try:
        pairs = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            max_num_fields=20,
            strict_parsing=bool(body),
            errors="strict",
        )
    except ValueError:
        raise RefusedError(400, "bad_form") from None
    return dict(reversed(pairs))


def _alert(request: Request) -> str:
    return str(request.path_params["alert"])


def _answer(who: Person, form: Form, now: int, alert: str) -> Acknowledge:
    """The answer that a form gives to an alert. Raises RefusedError."""
    cause, text = form.get("cause", ""), form.get("text", "").strip()
    if cause not in CAUSES:
        raise RefusedError(400, "bad_form")
    if cause == "other" and not text:
        raise RefusedError(400, "need_text")
    at = iso(_tapped(form, now))
    return Acknowledge(alert=alert, by=who.name, at=at, cause=cast(Cause, cause), text=text)


def _tapped(form: Form, now: int) -> int:
    """When the tap was made: it may have waited on the phone for a signal."""
    given = form.get("tapped", "")
    if given.isascii() and given.isdigit() and len(given) < 16:
        return min(now, max(now - MOST_KEPT_MS, int(given)))
    return now


def _named(who: Person, form: Form, length: int) -> str:
    """A name for what a tap makes: of its number, so that sent twice it is made once."""
    tap = form.get("tap", "")
    if not tap:
        return secrets.token_hex(length // 2)
    return hashlib.sha256(f"{who.name}/{tap}".encode()).hexdigest()[:length]


def _silence(who: Person, form: Form, now: int, device: str, compartment: str) -> Silence:
    reason, minutes = form.get("reason", "").strip(), form.get("minutes", "")
    if not reason:
        raise RefusedError(400, "need_text")
    if minutes not in map(str, SILENCES) or not device:
        raise RefusedError(400, "bad_form")
    return Silence(
        id=_named(who, form, 8),
        device=device,
        compartment=compartment,
        by=who.name,
        reason=reason,
        at=iso(now),
        until=iso(now + int(minutes) * MINUTE_MS),
    )
