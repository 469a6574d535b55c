"""By HTTP: `POST /v1/frames` and `/v1/custody`, lines of JSON, each device by its own token."""

import ssl
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import msgspec

from .base import TargetError
from .forwarder import AT_ONCE
from .line import Answer, AwayError, Later, Smaller, Taken, What

_TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=10)
#: Where an answer that says "later" does not say when, s.
_LATER_S = 5.0
#: None of it was taken, and it may be for one item's sake.
_WHOLE = frozenset({400, 403, 413})
_LATER = frozenset({429, 500, 502, 503, 504})


class HttpLine:
    """The front door at `url`. `tokens`: device -> bearer token. `trust`: for https."""

    def __init__(self, url: str, tokens: Mapping[str, str], trust: ssl.SSLContext | None) -> None:
        self._url, self._tokens, self._trust = url.rstrip("/"), tokens, trust
        self._session: aiohttp.ClientSession | None = None

    def lacks(self, devices: Sequence[str]) -> TargetError | None:
        without = [device for device in devices if device not in self._tokens]
        if not without:
            return None
        return TargetError(
            f"no token for {len(without):,} of {len(devices):,} devices, {without[0]} first:"
            " `coldchain ingest token issue` makes a file of them for --tokens"
        )

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=AT_ONCE, ssl=self._trust or True),
            timeout=_TIMEOUT,
        )
        try:
            async with self._session.get(f"{self._url}/healthz", allow_redirects=False) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise TargetError(
                f"{self._url} can't be reached ({_said(error)}): is `coldchain ingest serve` up?"
            ) from None
        if status != 200:
            raise TargetError(f"{self._url} is no front door: /healthz answers {status}")

    async def deliver(self, what: What, device: str, batch: Sequence[bytes]) -> Answer:
        assert self._session is not None  # noqa: S101 - opened first
        headers = {
            "Authorization": f"Bearer {self._tokens[device]}",
            "Content-Type": "application/x-ndjson",
        }
        try:
            async with self._session.post(
                f"{self._url}/v1/{what}",
                data=b"\n".join(batch),
                headers=headers,
                allow_redirects=False,
            ) as answer:
                told = await answer.read()
                wait = answer.headers.get("Retry-After")
        except aiohttp.ClientConnectorError as error:
            raise AwayError(_said(error), may_be_there=False) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise AwayError(_said(error), may_be_there=True) from None
        return understood(answer.status, told, wait, len(batch), device)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def understood(status: int, told: bytes, wait: str | None, sent: int, device: str) -> Answer:
    """An answer to `sent` items of a device. Raises TargetError where it never will be another."""
    said = _parsed(told)
    refused = said.get("refused") or []
    if status == 202:
        first = refused[0]["reason"] if refused else ""
        return Taken(sent - len(refused), len(refused), first)
    if status in _LATER:
        return Later(_seconds(wait))
    reason = str(said.get("reason", "no reason told"))
    if status in _WHOLE:
        if sent > 1 and len(refused) < sent:
            return Smaller()
        return Taken(0, sent, reason)
    if status == 401:
        raise TargetError(f"the front door does not know the token of {device}: {reason}")
    raise TargetError(f"this is no front door: it answers {status} ({reason})")


def _seconds(wait: str | None) -> float:
    try:
        return max(0.1, float(wait or _LATER_S))
    except ValueError:  # a date: no front door of ours says so
        return _LATER_S


def _parsed(told: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(told, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _said(error: BaseException) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        error = error.os_error
    return str(error) or type(error).__name__
