"""From real Kafka to a real phone and mailbox, each message once; and what a crash does to it."""

import contextlib
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient

from alerts.database import VERSION
from alerts.routes import Recipient, Routes, Rule
from alerts.sent import Sent, list_messages
from alerts.service import AlertService
from alerts.settings import AlertsError, AlertSettings
from alerts.views import history, list_alerts, list_refused
from broker.admin import ensure_topics
from broker.clients import consumer, producer
from broker.settings import KafkaSettings
from broker.topics import ALERT_COMMANDS, EXCURSIONS, REGISTRY, Topic
from coldchain.alert_commands import Acknowledge, encode_command
from coldchain.records import ExcursionRecord
from coldchain.registry import CompartmentEntry, Entry, Registration
from coldchain.times import iso

pytestmark = pytest.mark.integration

VICTIM = Path(__file__).with_name("victim.py")


def _now() -> int:
    return time.time_ns() // 1_000_000


def _until(said: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not said():
        assert time.monotonic() < deadline, "it did not come in time"
        time.sleep(0.05)


def _messages(database: Path) -> list[Sent]:
    try:
        return list_messages(database)
    except FileNotFoundError:  # not made yet
        return []


def _send(kafka: KafkaSettings, *records: tuple[Topic, str, bytes]) -> None:
    sender = producer(kafka)
    for topic, key, value in records:
        sender.send(kafka.topic(topic), value, key.encode()).get(30)
    sender.close()


def _registration(device: str = "van-1") -> tuple[Topic, str, bytes]:
    entry = Entry(
        since=iso(0),
        kind="van",
        asset="Van 1",
        compartments={"main": CompartmentEntry(profile="iced-seafood")},
        crew="harbour",
    )
    value = msgspec.json.encode(Registration(device=device, history=[entry]))
    return REGISTRY, device, value


def _excursion(
    name: str, state: Any = "confirmed", as_of: int = 1, compartment: str = "main"
) -> tuple[Topic, str, bytes]:
    start = iso(_now() - 2_400_000)
    record = ExcursionRecord(
        id=name,
        state=state,
        device="van-1",
        compartment=compartment,
        channel=f"{compartment}.product",
        limit="warm",
        severity="critical",
        profile="iced-seafood",
        start=start,
        confirmed=None if state == "opened" else start,
        end=iso(_now()) if state == "closed" else None,
        minutes=40.0,
        unknown_minutes=0.0,
        degree_minutes=80.0,
        peak=7.5,
        peak_at=start,
        as_of=as_of,
    )
    return EXCURSIONS, "van-1", msgspec.json.encode(record)


@contextmanager
def _running(settings: AlertSettings) -> Iterator[None]:
    stop = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(AlertService(settings).run, stop)
        try:
            yield
        finally:
            stop.set()
            done.result(30)


def _settings(kafka: KafkaSettings, database: Path, *people: Recipient) -> AlertSettings:
    routes = Routes(
        {one.name: one for one in people},
        Rule("default", (people[-1].name,)),
        (Rule("vans", ("@crew",), kind=("van",)),),
    )
    return AlertSettings(kafka, database, routes, group_wait=0.0, group_interval_critical=0.0)


def test_an_excursion_reaches_the_crew_once_is_answered_and_closed(
    kafka: KafkaSettings, tmp_path: Path, phone: Any
) -> None:
    database = tmp_path / "alerts.sqlite"
    wang = Recipient("wang", {"phone": phone.url()}, "zh-CN", ("harbour",))
    duty = Recipient("duty", {"phone": phone.url("duty")}, "en")
    settings = _settings(kafka, database, wang, duty)
    _send(
        kafka,
        # The registry comes last, and is known first all the same.
        _excursion("x0", "opened"),
        (EXCURSIONS, "van-1", b"\xff not a record"),
        _excursion("x1"),
        _registration(),
    )
    with _running(settings):
        _until(lambda: phone.messages())
        _send(kafka, _excursion("x1", "revised", 2))
        answer = Acknowledge(alert="x1", by="wang", at=iso(_now()), cause="unloading")
        _send(kafka, (ALERT_COMMANDS, "x1", encode_command(answer)))
        _until(lambda: list_alerts(database)[0].status == "acknowledged")
        _send(kafka, _excursion("x1", "closed", 3))
        _until(lambda: list_alerts(database)[0].status == "closed")
    [body] = phone.messages()
    assert body["title"] == "【严重】Van 1 main舱 7.5 °C"
    assert "超限 40 分钟" in body["message"]
    assert phone.messages("duty") == []
    [alert] = list_alerts(database)
    assert (alert.acknowledged_by, alert.cause, alert.told) == ("wang", "unloading", ["wang"])
    assert [one.state for one in list_messages(database)] == ["sent"]
    [refused] = list_refused(database)
    assert refused.topic == kafka.topic(EXCURSIONS)
    assert [one.event for one in history(database, "x1")] == ["worse", "acknowledge", "over"]


def test_a_record_no_store_can_hold_is_refused_and_the_service_goes_on(
    kafka: KafkaSettings, tmp_path: Path, phone: Any
) -> None:
    database = tmp_path / "alerts.sqlite"
    wang = Recipient("wang", {"phone": phone.url()}, "en")
    topic, key, value = _excursion("bad")
    plain = msgspec.json.decode(value)
    bad = [
        msgspec.json.encode({**plain, **change})
        for change in ({"as_of": 2**70}, {"minutes": 1e305}, {"peak": 1e305})
    ]
    _send(kafka, *((topic, key, one) for one in bad), _excursion("good"))
    with _running(_settings(kafka, database, wang)):
        _until(lambda: phone.messages())
        assert len(list_refused(database)) == len(bad)
        assert [one.id for one in list_alerts(database)] == ["good"]


def test_a_mail_arrives_once_and_reads_as_written(
    kafka: KafkaSettings, tmp_path: Path, postbox: Any
) -> None:
    database = tmp_path / "alerts.sqlite"
    duty = Recipient("duty", {"mail": postbox.url}, "zh-CN")
    _send(kafka, _excursion("x1"))
    with _running(_settings(kafka, database, duty)):
        _until(lambda: [one.state for one in _messages(database)] == ["sent"])
    [mail] = postbox.mails
    assert mail["Subject"] == "【严重】van-1 main舱 7.5 °C"
    assert "超限 40 分钟" in mail.get_body(("plain",)).get_content()


def test_a_phone_that_is_off_gets_its_message_once_it_is_on(
    kafka: KafkaSettings, tmp_path: Path, phone: Any
) -> None:
    database = tmp_path / "alerts.sqlite"
    phone.status["/courier"] = 503
    wang = Recipient("wang", {"phone": phone.url()}, "en")
    _send(kafka, _excursion("x1"))
    with _running(_settings(kafka, database, wang)):
        _until(lambda: [one.attempts for one in _messages(database)] == [2])
        phone.status.clear()
        _until(lambda: list_messages(database)[0].state == "sent")
    [body] = phone.messages()
    assert "may have reached you" not in body["title"]


def test_a_phone_that_takes_all_and_answers_too_late_gets_two_and_the_next_is_told(
    kafka: KafkaSettings, tmp_path: Path, phone: Any
) -> None:
    database = tmp_path / "alerts.sqlite"
    phone.slow.add("/courier")
    wang = Recipient("wang", {"phone": phone.url() + "?rto=1&retry=3"}, "en", ("harbour",))
    duty = Recipient("duty", {"phone": phone.url("duty")}, "en")
    _send(kafka, _registration(), _excursion("x1"))
    with _running(_settings(kafka, database, wang, duty)):
        _until(lambda: phone.messages("duty"))
        _until(lambda: [one.state for one in _messages(database)] == ["uncertain", "sent"])
    doubts = ["may have reached you" in one["title"] for one in phone.messages()]
    assert doubts == [False, True]
    [told] = phone.messages("duty")
    assert "Nobody has answered" in told["message"]


def test_the_database_says_where_to_go_on_and_kafka_only_shows_it(
    kafka: KafkaSettings, tmp_path: Path, phone: Any
) -> None:
    wang = Recipient("wang", {"phone": phone.url()}, "en")
    settings = _settings(kafka, tmp_path / "a.sqlite", wang)
    _send(kafka, _excursion("x1"))
    with _running(settings):
        _until(lambda: phone.messages())
    with _running(settings):
        _send(kafka, _excursion("x2", compartment="rear"))
        _until(lambda: len(phone.messages()) == 2)
    told = ["x1" in one["message"] for one in phone.messages()]
    assert told == [True, False]
    empty = replace(settings, database=tmp_path / "empty.sqlite")
    with _running(empty):
        _until(lambda: [one.state for one in _messages(empty.database)] == ["sent"])
        _until(lambda: len(list_alerts(empty.database)) == 2)
    shown = consumer(kafka, group="alerts")
    topic = kafka.topic(EXCURSIONS)
    committed = [shown.committed(TopicPartition(topic, one)) or 0 for one in range(4)]
    shown.close()
    assert sum(committed) == 2


def test_partitions_that_are_added_are_read_without_a_restart(
    kafka: KafkaSettings, tmp_path: Path, phone: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.intake.LOOK_MS", 500)
    database = tmp_path / "alerts.sqlite"
    wang = Recipient("wang", {"phone": phone.url()}, "en")
    topic = kafka.topic(EXCURSIONS)
    _send(kafka, _excursion("x1"))
    with _running(_settings(kafka, database, wang)):
        _until(lambda: phone.messages())
        admin = KafkaAdminClient(**kafka.client())

        def partitions() -> int:
            return len(admin.describe_topics([topic])[0]["partitions"])

        count = partitions()
        admin.create_partitions({topic: count + 1})
        _until(lambda: partitions() == count + 1)
        admin.close()
        sender = producer(kafka)
        _, key, value = _excursion("x2", compartment="rear")
        sender.send(topic, value, key.encode(), partition=count).get(30)
        sender.close()
        _until(lambda: len(list_alerts(database)) == 2)
        _until(lambda: len(phone.messages()) == 2)  # x1 is not said again


def _has_tables(database: Path) -> bool:
    """Whether the service has made its tables, so that it is at work."""
    if not database.exists():
        return False
    with closing(sqlite3.connect(database, timeout=30)) as other:
        return bool(other.execute("PRAGMA user_version").fetchone() == (VERSION,))


def test_another_program_that_holds_the_database_is_waited_for(
    kafka: KafkaSettings,
    tmp_path: Path,
    phone: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("alerts.database.PATIENCE", 0.1)
    database = tmp_path / "alerts.sqlite"
    wang = Recipient("wang", {"phone": phone.url()}, "en")
    settings = _settings(kafka, database, wang)
    with _running(settings):
        _until(lambda: _has_tables(database))
        with closing(sqlite3.connect(database, isolation_level=None, timeout=30)) as other:
            other.execute("BEGIN IMMEDIATE")
            _send(kafka, _excursion("x1"))
            _until(lambda: "held by another program" in caplog.text)
            assert phone.messages() == []
            other.execute("COMMIT")
        _until(lambda: phone.messages())
        _until(lambda: "free again" in caplog.text)
    assert len(phone.messages()) == 1
    with closing(sqlite3.connect(database, isolation_level=None, timeout=30)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(AlertsError, match="held by another program"):
            AlertService(settings).run(threading.Event())


def test_a_second_service_on_one_database_is_refused(
    kafka: KafkaSettings, tmp_path: Path, phone: Any
) -> None:
    settings = _settings(kafka, tmp_path / "a.sqlite", Recipient("w", {"phone": phone.url()}))
    with _running(settings):
        _until((tmp_path / "a.sqlite").exists)
        with pytest.raises(AlertsError, match="another alert service"):
            AlertService(settings).run(threading.Event())


@pytest.mark.parametrize("channel", ["webhook", "mail"])
def test_killed_before_and_after_every_commit_each_message_comes_once_or_says_it_may_be_twice(
    kafka: KafkaSettings, tmp_path: Path, phone: Any, postbox: Any, channel: str
) -> None:
    def address(name: str) -> str:
        mail = f"mailto://127.0.0.1:{postbox.port}?from=alerts@example.com&to={name}@example.com"
        return mail if channel == "mail" else str(phone.url(name))

    def titles_to(name: str) -> list[str]:
        if channel == "webhook":
            return [one["title"] for one in phone.messages(name)]
        return [str(one["Subject"]) for one in postbox.mails if f"{name}@" in str(one["To"])]

    cases = [(when, number) for number in range(1, 5) for when in ("before", "after")]
    with ThreadPoolExecutor(4) as pool:  # mostly they wait for Kafka to miss the dead
        dying = [pool.submit(_killed_at, *case, kafka, tmp_path, address) for case in cases]
        ends = dict(zip(cases, (one.result() for one in dying), strict=True))
    # Registry, excursion, "sending", "sent": where the first two come in one poll they are one
    # commit, and there is no fourth. At all there are, the harm was really done.
    most = 4 if ends["before", 4].died or ends["after", 4].died else 3
    assert [case for case, end in ends.items() if end.died] == [c for c in cases if c[1] <= most]
    for (when, number), end in ends.items():
        titles = titles_to(f"{when}-{number}")
        plain = [title for title in titles if "may have reached you" not in title]
        assert titles, (when, number)
        assert len(plain) <= 1, (when, number, titles)
        assert len(titles) <= 2, (when, number, titles)
        if len(titles) == 2:  # sent, and the note of it lost: nobody could know
            assert end.died, (when, number)
            assert when == "before", (when, number)
            assert end.at_sent, (when, number)


@dataclass(frozen=True)
class End:
    """How a victim ended: by its own SIGKILL, and whether at the commit that notes the sending."""

    died: bool
    at_sent: bool


def _killed_at(
    when: str, number: int, kafka: KafkaSettings, folder: Path, address: Callable[[str], str]
) -> End:
    """Run a service to its death at that commit, then another to the end; how the first ended."""
    name = f"{when}-{number}"
    own = replace(kafka, prefix=f"{kafka.prefix}{name}.", partitions=1)
    ensure_topics(own, (REGISTRY, EXCURSIONS, ALERT_COMMANDS))
    database = folder / f"{name}.sqlite"
    command = [sys.executable, str(VICTIM), own.servers, own.prefix, str(database)]
    command.append(address(name))
    _send(own, _registration(), _excursion("x1"))
    end = _first_end([*command, when, str(number)], database)
    second = subprocess.Popen(command)
    try:
        _until(
            lambda: [one.state for one in _messages(database)] == ["sent"],
            120,
        )
    finally:
        second.terminate()
        second.wait(30)
    return end


def _first_end(command: list[str], database: Path) -> End:
    with subprocess.Popen(command, stdout=subprocess.PIPE) as first:
        try:
            _until(
                lambda: (
                    first.poll() is not None
                    or [one.state for one in _messages(database)] == ["sent"]
                ),
                120,
            )
            with contextlib.suppress(subprocess.TimeoutExpired):
                first.wait(5)  # its work is done: were there a commit to die at, it would have
        finally:
            died = first.poll() == -signal.SIGKILL
            first.kill()
            said, _ = first.communicate()
    return End(died, b"sent" in said)
