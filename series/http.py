"""A kept-alive HTTP connection to InfluxDB: one request at a time, for one thread."""

import contextlib
import http.client
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from .settings import SeriesSettings


class Unreachable(Exception):  # noqa: N818 - a state of the world, not a fault of the caller
    """The server did not answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Connection:
    """Requests to one InfluxDB over one connection, opened when needed."""

    def __init__(self, settings: SeriesSettings) -> None:
        parts = urlsplit(settings.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not a URL of InfluxDB: {settings.url!r}")
        self._secure = parts.scheme == "https"
        self._host = parts.hostname
        self._port = parts.port or (443 if self._secure else 80)
        self._prefix = parts.path.rstrip("/")
        self._timeout = settings.timeout
        self._headers = {"Authorization": f"Token {settings.token}"} if settings.token else {}
        self._open: http.client.HTTPConnection | None = None

    def request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request, its answer read whole. Raises Unreachable; a stale connection is reopened.

        Everything asked of InfluxDB here may be asked twice, so a connection that broke between
        two requests is tried once more.
        """
        target = self._prefix + path + (f"?{urlencode(query)}" if query else "")
        was_open = self._open is not None
        try:
            return self._once(method, target, body, headers)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            if not was_open or isinstance(error, TimeoutError):
                raise Unreachable(f"{self._host}:{self._port}: {error!r}") from error
        try:
            return self._once(method, target, body, headers)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Unreachable(f"{self._host}:{self._port}: {error!r}") from error

    def _once(
        self, method: str, target: str, body: bytes | None, headers: Mapping[str, str] | None
    ) -> Answer:
        if self._open is None:
            kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
            self._open = kind(self._host, self._port, timeout=self._timeout)
            self._open.connect()
            sock = self._open.sock
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._open.request(method, target, body, {**self._headers, **(headers or {})})
        except (BrokenPipeError, ConnectionResetError):
            # A server that refuses a body unread (413) answers and hangs up: read what it said.
            # Where it said nothing, this raises as the request did.
            if body is None:
                raise
        response = self._open.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read())

    def close(self) -> None:
        """Close it; the next request opens it again."""
        if self._open is not None:
            with contextlib.suppress(OSError):
                self._open.close()
            self._open = None
