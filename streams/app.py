"""The Faust app: its settings, its one agent, its checkpoints, and what a rebalance means."""

import asyncio
import logging
import os
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import faust
from aiokafka.helpers import create_ssl_context
from yarl import URL

from broker.clients import MAX_REQUEST_BYTES
from broker.settings import KafkaSettings
from broker.topics import ABOARD, CUSTODY, EXCURSIONS, FRAMES, PARCELS, REJECTED, SCANS, Topic
from coldchain.book import Book
from coldchain.enrolment import Plans, Roster
from series.writer import Writer

from .feed import RegistryFeed
from .manifest import Manifests
from .memories import Memories
from .meters import Meters
from .outbox import Outbox, Topics
from .parcels.desk import DeskTopics, ParcelDesk
from .parcels.forwarder import Forwarder
from .parcels.tidy import Tidy
from .rounds import Desk, Rounds
from .settings import StreamSettings
from .transport import Transport
from .watchdog import Watchdog
from .web import HOST, Web
from .worker import Worker

log = logging.getLogger(__name__)

#: Seconds that a worker has to stop in order.
STOP_WITHIN = 30.0
_TOPICS = (FRAMES, CUSTODY, SCANS, ABOARD, PARCELS, EXCURSIONS, REJECTED)


def wall_ms() -> int:
    """The wall clock, ms."""
    return time.time_ns() // 1_000_000


def make_app(settings: StreamSettings) -> Any:
    """The app, the registry read, ready to be started by `faust.Worker`.

    Raises LookupError where the topics have not been made, OSError where it cannot listen, and
    what kafka-python raises.
    """
    kafka = settings.kafka
    roster = Roster(Plans(settings.profiles))
    feed = RegistryFeed(kafka, roster)
    feed.catch_up()
    partitions = _one_count(feed)
    app = _configured(settings, partitions)
    topic = {one: _raw_topic(app, kafka.topic(one)) for one in _TOPICS}
    # The changelog's partition count has to be the frames': a device's state goes where it goes.
    # Its types have to be said here: set later, they come too late for what reads it back.
    devices, aboard, parcels = (
        app.Table(name, key_type=bytes, value_type=bytes, partitions=partitions)
        for name in ("devices", "manifests", "parcels")
    )
    writer = Writer(settings.series)
    outbox = Outbox(
        writer,
        settings.series.batch_lines,
        Topics(
            topic[EXCURSIONS],
            topic[REJECTED],
            topic[SCANS],
            devices.changelog_topic,
            aboard.changelog_topic,
        ),
    )
    profiles = settings.profiles.get
    book = Book(roster.find, profiles)
    manifests = Manifests(aboard.data, roster, profiles, time.monotonic, settings.leg_patience)

    def begins(topic: Topic = FRAMES) -> dict[int, int]:
        # A consumer that is asked for records while nothing flows seeks as well, and what the
        # tables hold is not all there yet: what is ours is known once the rebalance is over.
        if app.rebalancing or app.in_recovery:
            return {}
        name = kafka.topic(topic)
        return {
            tp.partition: offset for tp, offset in app.consumer.begins.items() if tp.topic == name
        }

    memories, meters = Memories(devices.data), Meters()
    worker = Worker(settings, manifests, feed, memories, outbox, wall_ms, begins, meters)
    watchdog = Watchdog(
        kafka,
        lambda: {one: list(begins(one)) for one in (FRAMES, CUSTODY, SCANS, ABOARD)},
        meters,
        settings.stalled,
        time.monotonic,
        _stop_at_once,
    )
    web = None
    if settings.metrics_port is not None:
        web = Web(meters.registry, watchdog, settings.metrics_port)
    forwarder = _rounds(settings, Forwarder(topic[SCANS], outbox, book, wall_ms))
    desk = _rounds(
        settings,
        ParcelDesk(
            kafka,
            settings.series,
            book,
            parcels.data,
            DeskTopics(topic[ABOARD], topic[PARCELS], parcels.changelog_topic),
            outbox,
            Tidy(parcels.data, lambda: begins(SCANS), partitions, settings.parcel_kept_ms),
            partitions,
            wall_ms,
        ),
    )

    async def hand_over(*_: Any, **__: Any) -> None:
        app.consumer.begins = {}
        await asyncio.gather(worker.hand_over(), forwarder.hand_over(), desk.hand_over())

    async def revoked(*_: Any, **__: Any) -> None:
        await hand_over()
        await app.consumer.commit()

    async def close(*_: Any, **__: Any) -> None:
        _stop_for_certain()
        await hand_over()
        await asyncio.to_thread(writer.close, wait=False)
        await worker.close()
        watchdog.end()
        if web is not None:
            await asyncio.to_thread(web.close)

    async def begin(*_: Any, **__: Any) -> None:
        watchdog.start()
        if web is not None:
            web.start()
            log.info("http://%s:%d has /healthz and /metrics", HOST, web.port)

    for where, run in (
        (FRAMES, worker.run),
        (ABOARD, worker.run_berths),
        (CUSTODY, forwarder.run),
        (SCANS, desk.run),
    ):
        app.agent(topic[where], concurrency=1, name=where.name)(_agent(run))
    for checkpoints in (worker.checkpoints, forwarder.checkpoints, desk.checkpoints):
        app.task(_or_crash(app, checkpoints))
    app.task(begin)
    app.on_partitions_revoked.connect(revoked, weak=False)
    app.on_before_shutdown.connect(close, weak=False)
    return app


def _stop_at_once(line: str) -> None:
    """End the process: a worker that is stuck cannot be trusted to stop by itself."""
    sys.stderr.write(f"coldchain stream: {line}\n")
    sys.stderr.flush()
    os._exit(1)


def _stop_for_certain() -> None:
    """See to it that the process ends, whatever hangs: one that neither works nor ends is started
    again by nobody. What it has not acknowledged comes again to the next."""
    line = f"it did not stop in order within {STOP_WITHIN:.0f} s, and is ended"
    timer = threading.Timer(STOP_WITHIN, _stop_at_once, [line])
    timer.daemon = True
    timer.start()


def _rounds(settings: StreamSettings, desk: Desk) -> Rounds:
    return Rounds(desk, settings.checkpoint, settings.session / 2)


def _agent(run: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
    """A function of its own for each agent, as Faust asks for."""

    async def process(stream: Any) -> None:
        await run(stream)

    return process


def _or_crash(app: Any, run: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    async def checkpoints() -> None:
        try:
            await run()
        except Exception as error:  # noqa: BLE001 - whatever it is, it stops the worker
            # What is not acknowledged comes again: the next worker resumes where this one was.
            await app.crash(error)

    return checkpoints


def _one_count(feed: RegistryFeed) -> int:
    """How many partitions the topics read have; a device's have to go to one worker together.

    Raises LookupError where they have not been made, or not alike.
    """
    counts = {one.name: feed.partitions_of(one) for one in (FRAMES, ABOARD, CUSTODY, SCANS)}
    if len(set(counts.values())) > 1:
        raise LookupError(
            f"topics differ in their partitions, which have to be one count: {counts}"
        )
    return counts[FRAMES.name]


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
        broker_commit_interval=1.0,
        broker_max_poll_records=5000,
        stream_buffer_maxsize=65536,
        stream_wait_empty=False,
        producer_acks=-1,
        # As long as the store may be away: what stays down longer stops the worker.
        producer_request_timeout=settings.series.give_up_after,
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
