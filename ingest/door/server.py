"""The front door put together and served; every file opened before the first request."""

import logging
import signal
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from broker.settings import KafkaSettings
from broker.topics import REJECTED

from .acceptance import Acceptance
from .app import FrontDoor
from .connections import Guard, most_connections
from .line import Line
from .reading import KINDS
from .reserve import Reserve
from .settings import FrontDoorSettings
from .spool import Spool
from .tokens import TokenStore

log = logging.getLogger(__name__)


class DoorError(Exception):
    """It can't be served; the message is one line that says why."""


@contextmanager
def front_door(settings: FrontDoorSettings, kafka: KafkaSettings) -> Iterator[FrontDoor]:
    """A front door whose `app` may be served. Raises FileError, DoorError."""
    wrong = settings.wrong()
    if wrong is not None:
        raise DoorError(wrong)
    _check_files(settings)
    Reserve(settings.spool.with_suffix(".reserve")).make_room()  # opening needs some as well
    with TokenStore(settings.tokens) as tokens:
        spool = Spool(settings.spool, settings.spool_max_bytes)
        line = Line(kafka, settings.kafka_patience_s)
        topics = [kafka.topic(one) for one in (*(kind.topic for kind in KINDS.values()), REJECTED)]
        acceptance = Acceptance(line, spool, topics)
        yield FrontDoor(settings, kafka, tokens, acceptance)


def _check_files(settings: FrontDoorSettings) -> None:
    """Raises DoorError where a certificate, key or list of authorities is none."""
    if settings.certificate is not None:
        try:
            own = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            own.load_cert_chain(settings.certificate, settings.private_key)
        except (OSError, ssl.SSLError) as error:
            files = f"certificate {settings.certificate}, private_key {settings.private_key}"
            raise DoorError(f"{files}: can't be used: {error}") from None
    if settings.mqtt is not None and settings.mqtt.ca_file is not None:
        try:
            ssl.create_default_context(cafile=settings.mqtt.ca_file)
        except (OSError, ssl.SSLError) as error:
            file = f"mqtt_ca_file {settings.mqtt.ca_file}"
            raise DoorError(f"{file}: can't be used: {error}") from None


def serve(
    settings: FrontDoorSettings,
    kafka: KafkaSettings,
    on_start: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGINT or SIGTERM; what is being answered then is answered first.

    Raises FileError, DoorError.
    """
    with front_door(settings, kafka) as door:
        guard = Guard(most_connections(settings.max_connections))
        config = uvicorn.Config(
            door.app(),
            host=settings.host,
            port=settings.port,
            http=guard.protocol(),
            lifespan="on",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            log_config=None,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=15,
            ssl_certfile=settings.certificate,
            ssl_keyfile=settings.private_key,
        )
        server = uvicorn.Server(config)
        # uvicorn raises what ended it once more when it is done; for us it was an order, obeyed.
        signal.signal(signal.SIGTERM, lambda *_: None)
        on_start()
        try:
            server.run()
        except SystemExit:  # uvicorn's way to say that it could not listen
            pass
        except KeyboardInterrupt:
            return
        if not server.started:
            raise DoorError(f"can't listen on {settings.host}:{settings.port}")
