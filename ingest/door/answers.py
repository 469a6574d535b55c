"""What the front door answers: each status, when, and its JSON."""

from http import HTTPStatus

import msgspec


class RefusedItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item that was not taken; it is in the dead letters. `index` counts from 0."""

    index: int
    reason: str


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """`accepted` items are kept; `ahead` of them are too far ahead of our clock."""

    accepted: int
    ahead: int
    refused: list[RefusedItem]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing was accepted: a word that programs may act on, and a reason for people."""

    error: str
    reason: str
    refused: list[RefusedItem] = []


#: Status of a POST -> its word and when it is answered.
REFUSALS = {
    400: ("malformed", "no item in it could be taken; the dead letters have it"),
    401: ("unauthorised", "no valid token"),
    403: ("not-yours", "an item speaks for another device; nothing was taken"),
    413: ("too-large", "more bytes or items than a request may have; nothing was read"),
    415: ("media-type", "neither JSON nor lines of JSON, or compressed"),
    429: ("too-fast", "more than this device may send; Retry-After says when"),
    503: ("not-now", "it can't be kept now; Retry-After says when to try again"),
}
#: Those that say when to try again.
RETRIED = frozenset({429, 503})


class Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """Answer with this status and reason. `retry_s`: when to try again."""

    def __init__(
        self,
        status: int,
        reason: str,
        retry_s: float | None = None,
        refused: list[RefusedItem] | None = None,
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.retry_s = retry_s
        self.problem = Problem(error=word(status), reason=reason, refused=refused or [])


def word(status: int) -> str:
    """A status in a word: ours, or HTTP's own."""
    if status in REFUSALS:
        return REFUSALS[status][0]
    return HTTPStatus(status).phrase.lower().replace(" ", "-")
