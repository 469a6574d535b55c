"""The front door put together and served; every file opened before the first request."""

import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from broker.settings import KafkaSettings
from broker.topics import REJECTED

from .acceptance import Acceptance
from .app import FrontDoor
from .line import Line
from .reading import KINDS
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
    with TokenStore(settings.tokens) as tokens:
        spool = Spool(settings.spool, settings.spool_max_bytes)
        line = Line(kafka, settings.kafka_patience_s)
        topics = [kafka.topic(one) for one in (*(kind.topic for kind in KINDS.values()), REJECTED)]
        acceptance = Acceptance(line, spool, topics)
        yield FrontDoor(settings, kafka, tokens, acceptance)


def serve(
    settings: FrontDoorSettings,
    kafka: KafkaSettings,
    on_start: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGINT or SIGTERM; what is being answered then is answered first.

    Raises FileError, DoorError.
    """
    with front_door(settings, kafka) as door:
        config = uvicorn.Config(
            door.app(),
            host=settings.host,
            port=settings.port,
            http="httptools",
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
