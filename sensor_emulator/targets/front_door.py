"""The front door as a target, by HTTP or MQTT. It takes no registrations: those are made known to
it beforehand (`coldchain ingest registry`).
"""

import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from coldchain.registry import Registration

from .base import TargetError
from .forwarder import PATIENCE_S, Forwarder, Tally
from .line import Line
from .tokens import read_tokens


@dataclass(frozen=True, slots=True)
class FrontDoorSettings:
    """Who speaks. `tokens`: a file, device -> bearer token, or MQTT password. Without one,
    `mqtt_username` and its password speak for all devices. `ca_file`: whom to trust by TLS, else
    whom the system does. `patience_s`: how long nothing may get through.
    """

    tokens: Path | None = None
    mqtt_username: str = ""
    mqtt_password: str = ""
    ca_file: Path | None = None
    patience_s: float = PATIENCE_S


class FrontDoorTarget:
    """Frames and scans to http://, https://, mqtt:// or mqtts:// and host and port."""

    def __init__(self, url: str, settings: FrontDoorSettings) -> None:
        self._line = line_to(url, settings)
        self._forwarder = Forwarder(self._line, patience_s=settings.patience_s)
        self._is_lost = False

    @property
    def tally(self) -> Tally:
        return self._forwarder.tally

    @property
    def waiting(self) -> int:
        """Frames and scans not yet taken."""
        return self._forwarder.waiting

    def register(self, registrations: Sequence[Registration]) -> None:
        wrong = self._line.lacks([one.device for one in registrations])
        if wrong is not None:
            raise wrong

    def send(self, device: str, payload: bytes, received: int) -> None:
        self._try(lambda: self._forwarder.put("frames", device, payload))

    def scan(self, device: str, payload: bytes, received: int) -> None:
        self._try(lambda: self._forwarder.put("custody", device, payload))

    def flush(self) -> None:
        if not self._is_lost:
            self._try(self._forwarder.flush)

    def close(self) -> None:
        """Once something went wrong, or whoever waited broke it off, nothing is waited for."""
        try:
            self.flush()
        finally:
            self._forwarder.close()

    def _try(self, deed: Callable[[], None]) -> None:
        try:
            deed()
        except BaseException:
            self._is_lost = True
            raise


def line_to(url: str, settings: FrontDoorSettings) -> Line:
    """The way to an address. Raises TargetError where it is none."""
    parts = urlsplit(url)
    make = _LINES.get(parts.scheme)
    try:
        port = parts.port
    except ValueError:
        port = -1
    if make is None or not parts.hostname or port == -1 or parts.query or parts.username:
        raise TargetError(f"{url}: give http(s)://host:port or mqtt(s)://host:port")
    tokens = None if settings.tokens is None else read_tokens(settings.tokens)
    return make(parts, port, tokens, settings)


def _trust(parts: SplitResult, settings: FrontDoorSettings) -> ssl.SSLContext | None:
    if not parts.scheme.endswith("s"):
        return None
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise TargetError(f"{settings.ca_file}: can't be used: {error}") from None


def _http(
    parts: SplitResult,
    port: int | None,
    tokens: Mapping[str, str] | None,
    settings: FrontDoorSettings,
) -> Line:
    from .http import HttpLine  # loads aiohttp

    return HttpLine(parts.geturl(), tokens or {}, _trust(parts, settings))


def _mqtt(
    parts: SplitResult,
    port: int | None,
    tokens: Mapping[str, str] | None,
    settings: FrontDoorSettings,
) -> Line:
    from .mqtt import MqttLine

    return MqttLine(
        parts.hostname or "",
        port or (8883 if parts.scheme == "mqtts" else 1883),
        tokens=tokens,
        user=settings.mqtt_username,
        password=settings.mqtt_password,
        trust=_trust(parts, settings),
    )


_LINES: dict[
    str, Callable[[SplitResult, int | None, Mapping[str, str] | None, FrontDoorSettings], Line]
] = {"http": _http, "https": _http, "mqtt": _mqtt, "mqtts": _mqtt}
