"""The front door over MQTT: `coldchain/<device>/frames` and `…/custody`, by quality of service 1.

The broker knows who its clients are; it has to let a device publish under its own name only
(Mosquitto: `pattern write coldchain/%u/#`). A message is acknowledged once it is kept, as frames
or in the dead letters. While it can't be kept it stays unacknowledged, and the broker holds back
the rest; ours is a session that outlives us, so that it sends again what we never acknowledged.

A broker may grant a subscription and yet pass nothing on (Mosquitto's list of rules is asked for
each message). So we send ourselves a word of each kind, and count as connected once we heard it.

paho calls from a thread of its own; what it brings is handed to the event loop.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from .answers import Refusal
from .reading import KINDS, media_of
from .settings import MqttSettings

log = logging.getLogger(__name__)

_ROOT = "coldchain"
_QOS = 1
#: How long our own word has to come back, and when it is asked again for what it refuses (s).
_AGAIN_S = 10.0
_WORD = b"coldchain: do we hear?"
_TOPICS = tuple(f"{_ROOT}/+/{kind}" for kind in KINDS)
#: (kind, device, body, media type, topic), raising Refusal.
Offer = Callable[[str, str, bytes, str, str], Awaitable[object]]


def addressed(topic: str) -> tuple[str, str] | None:
    """Kind and device of a topic, the device empty in `coldchain//frames`; None: none of ours."""
    root, _, rest = topic.partition("/")
    device, _, kind = rest.partition("/")
    return (kind, device) if root == _ROOT and kind in KINDS else None


class Mqtt:
    """A subscription that hands what comes to `offer`. Made and used on one event loop."""

    def __init__(self, settings: MqttSettings, offer: Offer) -> None:
        self._offer = offer
        self._loop = asyncio.get_running_loop()
        self._stopping = False
        self._pending: set[Future[None]] = set()
        #: Why the broker does not let us listen; None while it does, or is away.
        self.refused: str | None = None
        self._heard: set[str] = set()
        speaker = settings.username or settings.client_id
        self._own = settings.client_id if set(speaker) & set("/+#") else speaker
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
        self._client.on_subscribe = self._subscribed
        self._client.on_disconnect = self._disconnected
        self._client.on_message = self._message
        self._client.reconnect_delay_set(1, 30)
        self._client.connect_async(settings.host, settings.port, keepalive=30)

    @property
    def state(self) -> str:
        """`connected`: to a broker that lets us listen; `away`; or `refused: ` and why."""
        if self.refused is not None:
            return f"refused: {self.refused}"
        hears = self._heard >= KINDS.keys() and self._client.is_connected()
        return "connected" if hears else "away"

    def start(self) -> None:
        self._client.loop_start()

    async def stop(self) -> None:
        """End. What is not acknowledged by now comes again at the next start."""
        self._stopping = True
        for one in list(self._pending):
            one.cancel()
        await asyncio.to_thread(self._client.disconnect)
        await asyncio.to_thread(self._client.loop_stop)

    def _connected(self, _: Any, __: Any, ___: Any, reason: Any, ____: Any) -> None:
        if reason.is_failure:
            self._refuse(str(reason))
            return
        self._subscribe()

    def _subscribe(self) -> None:
        self._client.subscribe([(topic, _QOS) for topic in _TOPICS])

    def _subscribed(self, _: Any, __: Any, ___: Any, reasons: list[Any], ____: Any) -> None:
        """A broker says of each topic whether we may read it; its list of rules may not let us."""
        kept_off = [
            topic for topic, reason in zip(_TOPICS, reasons, strict=False) if reason.is_failure
        ]
        if kept_off:
            self._refuse(f"may not read {', '.join(kept_off)}: let it, in the broker's ACL")
            self._later(self._subscribe)
            return
        self._speak()

    def _speak(self) -> None:
        """A word to ourselves of each kind that we have not heard yet."""
        if self._stopping or not self._client.is_connected():
            return
        for kind in KINDS.keys() - self._heard:
            self._client.publish(f"{_ROOT}/{self._own}/{kind}", _WORD, _QOS)
        self._later(self._check)

    def _check(self) -> None:
        """Whether we hear by now; else it is said, and tried again."""
        missing = [f"{_ROOT}/+/{kind}" for kind in sorted(KINDS.keys() - self._heard)]
        if missing and self._client.is_connected():
            own = f"{_ROOT}/{self._own}/#"
            self._refuse(
                f"nothing comes of {', '.join(missing)}, not even our own word: in the broker's"
                f" ACL let us read {_ROOT}/# and write {own}"
            )
            self._speak()

    def _later(self, what: Callable[[], None]) -> None:
        """On the event loop, from any thread."""
        self._loop.call_soon_threadsafe(partial(self._loop.call_later, _AGAIN_S, what))

    def _hear(self, kind: str) -> None:
        if kind not in self._heard:
            self._heard.add(kind)
            if self._heard >= KINDS.keys():
                self.refused = None
                log.info("MQTT: connected")

    def _refuse(self, why: str) -> None:
        self.refused = why
        if not self._stopping:
            log.error("the MQTT broker refuses us: %s", why)

    def _disconnected(self, _: Any, __: Any, ___: Any, reason: Any, ____: Any) -> None:
        self._heard.clear()
        if not self._stopping:
            log.warning("MQTT: disconnected: %s", reason)

    def _message(self, _: Any, __: Any, message: paho.MQTTMessage) -> None:
        made = asyncio.run_coroutine_threadsafe(self._take(message), self._loop)
        self._pending.add(made)
        made.add_done_callback(self._pending.discard)

    async def _take(self, message: paho.MQTTMessage) -> None:
        found = addressed(message.topic)
        if found is not None:
            self._hear(found[0])
        if found is not None and not (found[1] == self._own and message.payload == _WORD):
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
            except Exception:  # a fault of ours: it stays with the broker, and is said
                log.exception("%s could not be taken; it is tried again", topic)
                await asyncio.sleep(_AGAIN_S)
                continue
            return
