"""The Faust app: its settings, its one agent, its checkpoints, and what a rebalance means."""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

import faust
from aiokafka.helpers import create_ssl_context
from yarl import URL

from broker.clients import MAX_REQUEST_BYTES
from broker.settings import KafkaSettings
from broker.topics import EXCURSIONS, FRAMES, REJECTED
from coldchain.enrolment import Plans, Roster
from series.writer import Writer

from .feed import RegistryFeed
from .memories import Memories
from .outbox import Outbox
from .settings import StreamSettings
from .transport import Transport
from .worker import Worker


def wall_ms() -> int:
    """The wall clock, ms."""
    return time.time_ns() // 1_000_000


def make_app(settings: StreamSettings) -> Any:
    """The app, the registry read, ready to be started by `faust.Worker`.

    Raises LookupError where the topics have not been made, and what kafka-python raises.
    """
    kafka = settings.kafka
    roster = Roster(Plans(settings.profiles))
    feed = RegistryFeed(kafka, roster)
    feed.catch_up()
    app = _configured(settings, feed.partitions_of(FRAMES))
    frames, excursions, rejected = (
        _raw_topic(app, kafka.topic(topic)) for topic in (FRAMES, EXCURSIONS, REJECTED)
    )
    # The changelog's partition count has to be the frames': a device's state goes where it goes.
    # Its types have to be said here: set later, they come too late for what reads it back.
    table = app.Table(
        "devices", key_type=bytes, value_type=bytes, partitions=feed.partitions_of(FRAMES)
    )
    writer = Writer(settings.series)
    outbox = Outbox(writer, settings.series.batch_lines, excursions, rejected, table)
    worker = Worker(settings, roster, feed, Memories(table.data), outbox, wall_ms)

    async def process(stream: Any) -> None:
        await worker.run(stream)

    async def checkpoints() -> None:
        try:
            await worker.checkpoints()
        except Exception as error:  # noqa: BLE001 - whatever it is, it stops the worker
            # What is not acknowledged comes again: the next worker resumes where this one was.
            await app.crash(error)

    async def hand_over(*_: Any, **__: Any) -> None:
        await worker.hand_over()
        await app.consumer.commit()

    async def close(*_: Any, **__: Any) -> None:
        await worker.hand_over()
        await asyncio.to_thread(writer.close, wait=False)
        worker.close()

    app.agent(frames, concurrency=1, name="frames")(process)
    app.task(checkpoints)
    app.on_partitions_revoked.connect(hand_over, weak=False)
    app.on_before_shutdown.connect(close, weak=False)
    return app


def _configured(settings: StreamSettings, partitions: int) -> Any:
    kafka = settings.kafka
    app = faust.App(
        kafka.group("streams"),
        broker=[URL(f"kafka://{server}") for server in kafka.servers.split(",")],
        broker_credentials=_credentials(kafka),
        store="memory://",
        datadir=Path(tempfile.gettempdir()) / "coldchain-streams",
        web_enabled=False,
        topic_disable_leader=True,
        topic_partitions=partitions,
        topic_replication_factor=kafka.replication,
        table_standby_replicas=0,
        consumer_auto_offset_reset="earliest",
        broker_session_timeout=settings.session,
        broker_heartbeat_interval=settings.session / 3,
        broker_max_poll_records=5000,
        stream_buffer_maxsize=65536,
        stream_wait_empty=False,
        producer_acks=-1,
        producer_compression_type="lz4",
        producer_max_request_size=MAX_REQUEST_BYTES,
        worker_redirect_stdouts=False,
    )
    app.transport = Transport(app.conf.broker_consumer, app)
    return app


def _raw_topic(app: Any, name: str) -> Any:
    return app.topic(
        name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
    )


def _credentials(kafka: KafkaSettings) -> Any:
    context = create_ssl_context(cafile=str(kafka.ca_file)) if kafka.ca_file else None
    if kafka.username:
        return faust.SASLCredentials(
            username=kafka.username,
            password=kafka.password,
            mechanism=kafka.mechanism,
            ssl_context=context,
        )
    return None if context is None else faust.SSLCredentials(context=context)
