"""By MQTT: `coldchain/<device>/frames` and `…/custody`, QoS 1, a record a message.

Where devices have secrets, each has a connection of its own, under its own name, as gateways do;
else all share one. What the front door refuses nobody tells here: its dead letters have it.
"""

import asyncio
import logging
import ssl
from collections.abc import Mapping, Sequence

import aiomqtt
from paho.mqtt.reasoncodes import ReasonCode

from .base import TargetError
from .line import Answer, AwayError, Taken, What

_QOS = 1
#: How long the broker may take to acknowledge a message, s.
_PATIENCE_S = 30.0
#: How many connections are made at once.
_OPENING = 16
#: Bad user name or password, not authorised, banned (MQTT 5's numbers, which paho gives for all).
_REFUSED = frozenset({134, 135, 138})

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())


class MqttLine:
    """A broker. `tokens`: device -> password, else `user` and `password` for all of them."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        tokens: Mapping[str, str] | None = None,
        user: str = "",
        password: str = "",
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._host, self._port, self._tokens, self._trust = host, port, tokens, trust
        self._user, self._password = user, password
        self._clients: dict[str, aiomqtt.Client] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._opening = asyncio.Semaphore(_OPENING)

    def lacks(self, devices: Sequence[str]) -> TargetError | None:
        without = [one for one in devices if self._tokens is not None and one not in self._tokens]
        if not without:
            return None
        return TargetError(
            f"--tokens has no password for {without[0]}, nor {len(without) - 1:,} more"
        )

    async def open(self) -> None:
        """With secrets of their own, devices connect when they first have something to say."""
        if self._tokens is None:
            try:
                await self._connected("")
            except AwayError as error:
                raise TargetError(
                    f"the MQTT broker at {self._host}:{self._port} can't be reached: {error}"
                ) from None

    async def deliver(self, what: What, device: str, batch: Sequence[bytes]) -> Answer:
        name = device if self._tokens is not None else ""
        client = await self._connected(name)
        sent = [
            asyncio.create_task(
                client.publish(f"coldchain/{device}/{what}", one, qos=_QOS, timeout=_PATIENCE_S)
            )
            for one in batch
        ]
        told = await asyncio.gather(*sent, return_exceptions=True)
        wrong = [index for index, one in enumerate(told) if isinstance(one, BaseException)]
        if not wrong:
            return Taken(len(batch))
        await self._drop(name, client)
        if wrong[0]:
            return Taken(wrong[0])
        raise AwayError(str(told[0]), may_be_there=True)

    async def close(self) -> None:
        clients = list(self._clients.items())
        await asyncio.gather(*(self._drop(name, client) for name, client in clients))

    async def _connected(self, name: str) -> aiomqtt.Client:
        async with self._locks.setdefault(name, asyncio.Lock()):
            if name in self._clients:
                return self._clients[name]
            client = aiomqtt.Client(
                self._host,
                self._port,
                username=name or self._user or None,
                password=self._password_of(name),
                tls_context=self._trust,
                logger=log,
                max_inflight_messages=100,
            )
            client.pending_calls_threshold = 100_000  # many at once is meant
            async with self._opening:
                try:
                    await client.__aenter__()
                except (aiomqtt.MqttError, OSError) as error:
                    if _is_refused(error):
                        who = name or self._user or "who gives no name"
                        raise TargetError(f"the MQTT broker refuses {who}: {error}") from None
                    raise AwayError(str(error), may_be_there=False) from None
            self._clients[name] = client
            return client

    def _password_of(self, name: str) -> str | None:
        return self._tokens[name] if self._tokens and name else self._password or None

    async def _drop(self, name: str, client: aiomqtt.Client) -> None:
        if self._clients.get(name) is client:
            del self._clients[name]
            try:
                await client.__aexit__(None, None, None)
            except aiomqtt.MqttError as error:
                log.info("%s: %s", name, error)


def _is_refused(error: Exception) -> bool:
    """Whether the broker knows us not, rather than being away or busy."""
    code = error.rc if isinstance(error, aiomqtt.MqttCodeError) else None
    return isinstance(code, ReasonCode) and code.value in _REFUSED
