"""Who somebody is, and what they may see and do. Pure, but for the lookup of who was told.

role        sees                      may
----------  ------------------------  -----------------------------------------------
courier     alerts they were told of  acknowledge, comment, silence: those
operator    every alert, the shift,   all of it, end silences, leave notes; sign dispositions
            the inspection pages
inspector   as an operator            samplings, dispositions, links for other authorities
"""

from dataclasses import dataclass
from typing import Literal

from alerts.links import LinkError
from alerts.routes import Language, Recipient, Role

from .settings import ConsoleSettings

Deed = Literal["answer", "silence", "end-silence", "note", "inspect", "dispose", "sample", "share"]

COOKIE = "coldchain"
LANGUAGE = "language"

_MAY: dict[Role, frozenset[Deed]] = {
    "courier": frozenset({"answer", "silence"}),
    "operator": frozenset({"answer", "silence", "end-silence", "note", "inspect", "dispose"}),
    "inspector": frozenset({"inspect", "dispose", "sample", "share"}),
}


class RefusedError(Exception):
    """Somebody is not let in, or may not do this. `word`: what the page says (words.py)."""

    def __init__(self, status: int, word: str) -> None:
        super().__init__(word)
        self.status = status
        self.word = word


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever looks at a page: by the routes, their session and the language they chose."""

    name: str
    role: Role
    language: Language
    session: str

    @property
    def sees_all(self) -> bool:
        return self.role != "courier"

    def may(self, deed: Deed) -> bool:
        return deed in _MAY[self.role]


def person(
    settings: ConsoleSettings, session: str | None, language: str | None, now: int
) -> Person:
    """Who holds this session. Raises RefusedError: without one, or where it is not good."""
    if session is None:
        raise RefusedError(401, "come_by_link")
    try:
        name, _ = settings.links.read("session", session, now)
    except LinkError:
        raise RefusedError(401, "session_over") from None
    known = recipient(settings, name)
    return Person(name, known.role, chosen(language, known), session)


def recipient(settings: ConsoleSettings, name: str) -> Recipient:
    """The routes' person of that name. Raises RefusedError where they are no longer there."""
    known = settings.alerts.routes.recipients.get(name)
    if known is None:
        raise RefusedError(403, "not_known")
    return known


def chosen(language: str | None, known: Recipient | None = None) -> Language:
    """The language a page is in: the one picked, else the person's, else Chinese."""
    if language in ("zh-CN", "en"):
        return language  # type: ignore[return-value]
    return "zh-CN" if known is None else known.language
