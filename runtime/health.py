"""Looks at one thing each, and says in a line how it is and how to mend it."""

import shutil
import sys
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .folders import cache_folder, state_folder
from .settings import Settings

State = Literal["well", "note", "bad"]
_TIMEOUT_S = 3.0
_LEAST_PYTHON = (3, 11)
#: Bytes that the first build needs, and that Kafka and InfluxDB need to live.
_ROOM_TO_BUILD, _ROOM_TO_RUN = 2_000_000_000, 500_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, in words, and what to do where it is not well."""

    what: str
    state: State
    said: str
    mend: str = ""


def kafka(settings: Settings) -> Finding:
    """Whether Kafka answers, and has the topics of broker/'s table."""
    from kafka.errors import KafkaError

    from broker.topics import TOPICS

    from .servers.probes import kafka_answers

    servers = settings.kafka.servers
    mend = "start one (`coldchain up`), or name yours in COLDCHAIN_KAFKA_SERVERS"
    # A cheap look first: kafka-python's own clients try for long.
    plain = not settings.kafka.ca_file and not settings.kafka.username
    if plain and not kafka_answers(servers, _TIMEOUT_S):
        return Finding("Kafka", "bad", f"{servers} does not answer", mend)
    try:
        there = _topics(settings)
    except (KafkaError, OSError, AssertionError, ValueError) as error:
        return Finding("Kafka", "bad", f"{servers} does not take us: {error!r}", mend)
    missing = [name for topic in TOPICS if (name := settings.kafka.topic(topic)) not in there]
    others = _prefixes(there, [topic.name for topic in TOPICS]) - {settings.kafka.prefix}
    if missing:
        if others and len(missing) == len(TOPICS):
            said = f"{servers} answers, with topics under other prefixes: "
            mend = "set COLDCHAIN_KAFKA_PREFIX to one of them, or `coldchain up` makes ours"
            return Finding("Kafka", "note", said + ", ".join(map(repr, sorted(others))), mend)
        mend = "make them: `coldchain up` or `python -m runtime.ready`"
        return Finding("Kafka", "bad", f"{servers} has no topic {', '.join(missing)}", mend)
    beside = f"; others under {', '.join(map(repr, sorted(others)))}" if others else ""
    return Finding("Kafka", "well", f"{servers}, all {len(TOPICS)} topics there{beside}")


def _prefixes(there: Iterable[str], names: Collection[str]) -> set[str]:
    """What stands before the names of broker/'s table, wherever all of them are there."""
    found = [{one.removesuffix(name) for one in there if one.endswith(name)} for name in names]
    return set.intersection(*found) if found else set()


def _topics(settings: Settings) -> set[str]:
    from kafka.admin import KafkaAdminClient

    admin = KafkaAdminClient(**settings.kafka.client())
    try:
        return set(admin.list_topics())
    finally:
        admin.close()


def influxdb(settings: Settings) -> Finding:
    """Whether InfluxDB answers, takes our token, and has the bucket."""
    from dataclasses import replace

    from series.http import Unreachable
    from series.reader import QueryError, Reader
    from series.setup import version

    store = replace(settings.series, timeout=_TIMEOUT_S)
    mend = "start one (`coldchain up`), or name yours in COLDCHAIN_INFLUXDB_URL"
    reader: Reader | None = None
    try:
        said = version(store)
        reader = Reader(store)
        found = reader.query("SHOW DATABASES")
    except (Unreachable, ValueError) as error:
        return Finding("InfluxDB", "bad", f"{store.url} does not answer: {error}", mend)
    except QueryError as error:
        return Finding(
            "InfluxDB", "bad", f"{store.url} refuses: {error}", "see COLDCHAIN_INFLUXDB_TOKEN"
        )
    finally:
        if reader is not None:
            reader.close()
    if store.bucket not in {str(row[0]) for series in found for row in series.values}:
        mend = "make it: `coldchain up` or `python -m runtime.ready`"
        return Finding("InfluxDB", "bad", f"{store.url} has no bucket {store.bucket}", mend)
    return Finding("InfluxDB", "well", f"{store.url} ({said}), bucket {store.bucket} there")


def local_servers(_: Settings) -> Finding:
    """What `coldchain up` left running."""
    from .servers import state

    running = state.read()
    if running is None:
        return Finding("local servers", "note", "none are up", "`coldchain up` starts them")
    if not state.is_alive(running):
        return Finding(
            "local servers",
            "bad",
            f"they ended without being asked; logs in {running.folder}",
            "`coldchain up` starts them again, on the same data",
        )
    grafana = f", Grafana at {running.grafana_url}" if running.grafana_url else ""
    return Finding(
        "local servers", "well", f"{running.kind}, data and logs in {running.folder}{grafana}"
    )


def python(_: Settings) -> Finding:
    """Whether this Python is new enough, in an environment of its own."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < _LEAST_PYTHON:
        return Finding("Python", "bad", f"{version} is too old", "use Python 3.11 or newer")
    if shutil.which("python3") and sys.prefix == sys.base_prefix:
        return Finding("Python", "note", f"{version}, not in an environment", "`make setup`")
    return Finding("Python", "well", f"{version} in {sys.prefix}")


def engine(_: Settings) -> Finding:
    """Whether servers will be containers."""
    from .servers.docker import compose_command, engine_answers
    from .servers.errors import ServerError

    if not engine_answers():
        return Finding("Docker", "note", "no engine answers: servers run natively")
    try:
        compose_command()
    except ServerError as error:
        return Finding("Docker", "bad", str(error), "install it, or use `--servers native`")
    return Finding("Docker", "well", "an engine answers: servers are containers")


def toolchain(_: Settings) -> Finding:
    """What native servers are made with, where they are not made yet."""
    from .servers import influxd_build, kafka_jars
    from .servers.errors import ServerError
    from .servers.java import java

    try:
        said = [f"Java {java()}"]
        if not influxd_build.is_ready():
            said.append(f"Go {influxd_build.go()}")
        if not kafka_jars.is_ready():
            import jgo  # noqa: F401 - is it there?
    except (ServerError, ImportError) as error:
        return Finding("tools", "bad", str(error), "install `coldchain[servers]` (`make setup`)")
    return Finding("tools", "well", ", ".join(said))


def cache(_: Settings) -> Finding:
    """Whether native servers are fetched and built."""
    from .servers import influxd_build, kafka_jars

    lacking = [
        name
        for name, ready in (
            ("Kafka", kafka_jars.is_ready()),
            (f"InfluxDB {influxd_build.VERSION}", influxd_build.is_ready()),
        )
        if not ready
    ]
    where = cache_folder()
    if lacking:
        said = f"{' and '.join(lacking)} not in {where} yet"
        return Finding("cache", "note", said, "`coldchain up` gets them once (some minutes)")
    return Finding("cache", "well", f"Kafka and InfluxDB in {where}")


def disk(_: Settings) -> Finding:
    """Whether there is room for what is built and stored."""
    from .servers import influxd_build

    needs = (
        (cache_folder(), 0 if influxd_build.is_ready() else _ROOM_TO_BUILD),
        (state_folder(), _ROOM_TO_RUN),
    )
    for folder, least in needs:
        free = shutil.disk_usage(_nearest(folder)).free
        if free < least:
            said = f"{free // 1_000_000} MB left for {folder}; it takes {least // 1_000_000}"
            return Finding(
                "disk", "bad", said, "make room, or set COLDCHAIN_CACHE, COLDCHAIN_STATE"
            )
    free = shutil.disk_usage(_nearest(state_folder())).free
    return Finding("disk", "well", f"{free // 1_000_000_000} GB left for {state_folder()}")


def _nearest(folder: Path) -> Path:
    return next(one for one in (folder, *folder.parents) if one.exists())


def ports(_: Settings) -> Finding:
    """Whether loopback has free ports."""
    from .servers.ports import free_ports

    try:
        found = free_ports(4)
    except OSError as error:
        return Finding("ports", "bad", str(error), "see what listens on 127.0.0.1 (`ss -ltn`)")
    return Finding("ports", "well", f"free ones on loopback, such as {found[0]}")


Look = Callable[[Settings], Finding]

#: How the servers are, and all that they rest on.
STATUS: tuple[Look, ...] = (local_servers, kafka, influxdb)
DOCTOR: tuple[Look, ...] = (python, disk, engine, toolchain, cache, ports, *STATUS)
