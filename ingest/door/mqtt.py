"""The front door over MQTT: `coldchain/<device>/frames` and `…/custody`, by quality of service 1.

The broker knows who its clients are; it has to let a device publish under its own name only
(Mosquitto: `pattern write coldchain/%u/#`). A message is acknowledged once it is kept, as frames
or in the dead letters. While it can't be kept it stays unacknowledged, and the broker holds back
the rest; ours is a session that outlives us, so that it sends again what we never acknowledged.

paho calls from a thread of its own; what it brings is handed to the event loop.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from .answers import Refusal
from .reading import KINDS, media_of
from .settings import MqttSettings

log = logging.getLogger(__name__)

_ROOT = "coldchain"
_QOS = 1
#: (kind, device, body, media type, topic), raising Refusal.
Offer = Callable[[str, str, bytes, str, str], Awaitable[object]]


def addressed(topic: str) -> tuple[str, str] | None:
    """Kind and device of a topic; None where it is none of ours."""
    root, _, rest = topic.partition("/")
    device, _, kind = rest.partition("/")
    return (kind, device) if root == _ROOT and device and kind in KINDS else None


class Mqtt:
    """A subscription that hands what comes to `offer`. Made and used on one event loop."""

    def __init__(self, settings: MqttSettings, offer: Offer) -> None:
        self._offer = offer
        self._loop = asyncio.get_running_loop()
        self._stopping = False
        self._pending: set[Future[None]] = set()
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=settings.client_id,
            clean_session=False,
            manual_ack=True,
        )
        if settings.ca_file is not None:
            self._client.tls_set(str(settings.ca_file))
        if settings.username:
            self._client.username_pw_set(settings.username, settings.password)
        self._client.on_connect = self._connected
        self._client.on_disconnect = self._disconnected
        self._client.on_message = self._message
        self._client.reconnect_delay_set(1, 30)
        self._client.connect_async(settings.host, settings.port, keepalive=30)

    @property
    def connected(self) -> bool:
        return self._client.is_connected()

    def start(self) -> None:
        self._client.loop_start()

    async def stop(self) -> None:
        """End. What is not acknowledged by now comes again at the next start."""
        self._stopping = True
        for one in list(self._pending):
            one.cancel()
        await asyncio.to_thread(self._client.disconnect)
        await asyncio.to_thread(self._client.loop_stop)

    def _connected(self, client: paho.Client, _: Any, __: Any, reason: Any, ___: Any) -> None:
        if reason.is_failure:
            log.warning("the MQTT broker refuses us: %s", reason)
            return
        log.info("MQTT: connected")
        client.subscribe([(f"{_ROOT}/+/{kind}", _QOS) for kind in KINDS])

    def _disconnected(self, _: Any, __: Any, ___: Any, reason: Any, ____: Any) -> None:
        if not self._stopping:
            log.warning("MQTT: disconnected: %s", reason)

    def _message(self, _: Any, __: Any, message: paho.MQTTMessage) -> None:
        made = asyncio.run_coroutine_threadsafe(self._take(message), self._loop)
        self._pending.add(made)
        made.add_done_callback(self._pending.discard)

    async def _take(self, message: paho.MQTTMessage) -> None:
        found = addressed(message.topic)
        if found is not None:
            await self._keep(*found, bytes(message.payload), message.topic)
        self._client.ack(message.mid, message.qos)

    async def _keep(self, kind: str, device: str, body: bytes, topic: str) -> None:
        media = media_of(body)
        while True:
            try:
                await self._offer(kind, device, body, media, f"mqtt/{topic}")
            except Refusal as refusal:
                if refusal.retry_s is not None:  # not kept: later, then
                    await asyncio.sleep(min(refusal.retry_s, 5))
                    continue
                log.info("%s refused: %s", topic, refusal)
            return
