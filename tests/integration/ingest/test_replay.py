"""Loggers' files into a real Kafka, and dead letters back out of it."""

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from broker.settings import KafkaSettings
from broker.topics import CUSTODY, FRAMES, REGISTRY, REJECTED
from coldchain.frames import decode_frame
from coldchain.registry import Registration
from coldchain.rejections import Rejection, from_headers
from ingest.sender import Sender, SendError
from ingest.topic import read_all
from runtime.cli import main

pytestmark = pytest.mark.integration

REAL = Path(__file__).parents[4] / "shared/data/foodsafety"
LOGGER = "date,temperature\n2016-02-10T14:10:00Z,3.24755578\nERR\n2016-02-10T14:11:00Z,3.5\n"


@pytest.fixture
def ingest(
    kafka: KafkaSettings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    """`coldchain ingest …`, as (exit status, what it printed, what it said on standard error)."""
    monkeypatch.setenv("COLDCHAIN_KAFKA_SERVERS", kafka.servers)
    monkeypatch.setenv("COLDCHAIN_KAFKA_PREFIX", kafka.prefix)

    def call(*arguments: object) -> tuple[int, Any, str]:
        with pytest.raises(SystemExit) as ended:
            main(["ingest", *map(str, arguments)])
        out, err = capsys.readouterr()
        return (
            int(ended.value.code or 0),
            json.loads(out) if out.startswith(("{", "[")) else out,
            err,
        )

    return call


@pytest.fixture
def logger(tmp_path: Path) -> Path:
    path = tmp_path / "trip.csv"
    path.write_text(LOGGER)
    return path


REGISTER = ("--device", "tag-7", "--register", "--profile", "iced-seafood", "--json")


def test_a_file_becomes_frames_of_a_registered_device(
    ingest: Any, kafka: KafkaSettings, logger: Path
) -> None:
    status, printed, _ = ingest("replay", logger, *REGISTER)
    assert (status, printed["readings"], printed["frames"], printed["rejected"]) == (0, 2, 1, 1)
    assert printed["registered"]

    (record,) = read_all(kafka, FRAMES)
    frame = decode_frame(record.value)
    assert (record.key, frame.device) == (b"tag-7", "tag-7")
    assert frame.channels[0].values == [3.247556, 3.5]

    (registered,) = read_all(kafka, REGISTRY)
    registration = msgspec.json.decode(registered.value, type=Registration)
    assert registered.key == b"tag-7"
    assert registration.history[0].since == "2016-02-10T14:10:00.000Z"

    (letter,) = read_all(kafka, REJECTED)
    rejection = from_headers(letter.headers)
    assert (letter.key, letter.value, rejection.where) == (b"tag-7", b"ERR", "trip.csv/3")
    assert rejection.reason == "fields: 1, the header has 2"


def test_a_file_sent_twice_makes_the_same_bytes(
    ingest: Any, kafka: KafkaSettings, logger: Path
) -> None:
    ingest("replay", logger, *REGISTER)
    _, printed, _ = ingest("replay", logger, *REGISTER)
    assert not printed["registered"]
    first, second = read_all(kafka, FRAMES)
    assert (first.key, first.value, first.partition) == (second.key, second.value, second.partition)
    assert len(list(read_all(kafka, REGISTRY))) == 1


def test_what_is_registered_by_hand_need_not_be_registered_again(
    ingest: Any, kafka: KafkaSettings, logger: Path, tmp_path: Path
) -> None:
    file = tmp_path / "registry.toml"
    file.write_text(
        '[[devices]]\ndevice = "tag-7"\n[[devices.history]]\nsince = 2016-01-01T00:00:00Z\n'
        'kind = "tag"\nasset = "tag-7"\ncompartments.main.profile = "iced-seafood"\n'
    )
    status, printed, _ = ingest("registry", file, "--json")
    assert (status, printed) == (0, {"registered": ["tag-7"], "unchanged": []})
    status, printed, _ = ingest("replay", logger, "--device", "tag-7", "--json")
    assert (status, printed["frames"]) == (0, 1)
    status, _, err = ingest("replay", logger, *REGISTER[:-3], "--profile", "frozen", "--json")
    assert status == 2
    assert "tag tag-7 (main: iced-seafood)" in err


def test_a_change_applies_from_its_date_and_never_backwards(
    ingest: Any, kafka: KafkaSettings, tmp_path: Path
) -> None:
    file = tmp_path / "registry.csv"
    head = "device,since,kind,asset,compartment,profile\n"
    first = "tag-7,2016-01-01T00:00:00Z,tag,t,main,iced-seafood\n"
    file.write_text(head + first)
    ingest("registry", file)
    _, printed, _ = ingest("registry", file, "--json")
    assert printed == {"registered": [], "unchanged": ["tag-7"]}
    file.write_text(head + first.replace("iced-seafood", "frozen"))
    status, _, err = ingest("registry", file)
    assert status == 2
    assert "device tag-7: what held at 2016-01-01T00:00:00.000Z would change (compartments)" in err
    file.write_text(head + "tag-7,2099-01-01T00:00:00Z,tag,t,main,frozen\n")
    assert ingest("registry", file)[0] == 0
    one, two = read_all(kafka, REGISTRY)
    history = msgspec.json.decode(two.value, type=Registration).history
    assert [entry.since[:4] for entry in history] == ["2016", "2099"]
    assert history[0] == msgspec.json.decode(one.value, type=Registration).history[0]


def test_an_unregistered_device_is_told_before_anything_is_sent(
    ingest: Any, kafka: KafkaSettings, logger: Path
) -> None:
    status, _, err = ingest("replay", logger, "--device", "tag-8")
    assert status == 2
    assert "device tag-8 is not registered: add --register --profile NAME" in err
    assert list(read_all(kafka, FRAMES)) == list(read_all(kafka, REJECTED)) == []


def test_a_bad_file_among_good_ones_sends_nothing(
    ingest: Any, kafka: KafkaSettings, logger: Path, tmp_path: Path
) -> None:
    status, _, err = ingest("replay", logger, tmp_path / "missing.csv", *REGISTER)
    assert (status, "missing.csv" in err) == (2, True)
    assert list(read_all(kafka, FRAMES)) == list(read_all(kafka, REGISTRY)) == []


def test_an_unknown_profile_in_a_registry_file_is_refused(ingest: Any, tmp_path: Path) -> None:
    file = tmp_path / "registry.toml"
    file.write_text(
        '[[devices]]\ndevice = "tag-7"\n[[devices.history]]\nsince = 2016-01-01T00:00:00Z\n'
        'kind = "tag"\nasset = "tag-7"\ncompartments.main.profile = "iced-seafod"\n'
    )
    status, _, err = ingest("registry", file)
    assert status == 2
    assert "device tag-7: main: no profile 'iced-seafod'; did you mean iced-seafood?" in err


def test_dead_letters_are_listed_and_sent_again_as_they_first_came(
    ingest: Any, kafka: KafkaSettings, logger: Path
) -> None:
    ingest("replay", logger, *REGISTER)
    received = 1_795_413_720_500
    where = f"{kafka.topic(FRAMES)}/0/17"
    with Sender(kafka) as sender:
        for reason in ("device van-1 is not registered", "device van-1 is not registered"):
            rejection = Rejection(reason, where, "2026-11-23T06:02:00.500Z")
            sender._producer.send(
                kafka.topic(REJECTED),
                key=b"van-1",
                value=b'{"v":1}',
                headers=rejection.headers(),
                timestamp_ms=received,
            )
        sender.reject(Rejection("InfluxDB refuses it", "series", "2026-11-23"), None, b"line")

    _, printed, _ = ingest("rejected", "--json")
    assert sorted(letter["where"] for letter in printed) == sorted(
        ["series", where, where, "trip.csv/3"]
    )
    _, text, _ = ingest("rejected", "--device", "van-1")
    assert "van-1" in text
    assert "tag-7" not in text

    status, printed, _ = ingest("rejected", "--replay", "--json")
    assert status == 0
    assert (printed["replayed"], printed["left"]) == (1, 2)  # the two are one, and both done with
    (again,) = (record for record in read_all(kafka, FRAMES) if record.key == b"van-1")
    assert (again.value, again.timestamp) == (b'{"v":1}', received)


def test_a_topic_that_is_not_there_is_one_line(
    ingest: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLDCHAIN_KAFKA_PREFIX", "nowhere-")
    status, _, err = ingest("rejected")
    assert status == 2
    assert "no topic nowhere-coldchain.frames.rejected" in err
    assert err.count("\n") == 1


def test_what_kafka_does_not_take_is_an_error_and_never_counted(kafka: KafkaSettings) -> None:
    with pytest.raises(SendError, match="frame of 'tag-7' was not taken"), Sender(kafka) as sender:
        sender.raw_frame(b"tag-7", os.urandom(2_500_000))


def test_an_empty_topic_is_read_to_its_end_at_once(kafka: KafkaSettings) -> None:
    assert list(read_all(kafka, CUSTODY, patience_s=5)) == []


@pytest.mark.parametrize(("number", "readings"), [(1, 208), (7, 252)])
def test_the_real_files_come_through_whole(
    ingest: Any, kafka: KafkaSettings, number: int, readings: int
) -> None:
    path = REAL / f"item{number}.csv"
    if not path.exists():
        pytest.skip(f"{path} is not here: the shared real files are needed")
    _, printed, _ = ingest("replay", path, *REGISTER)
    sent = [decode_frame(record.value) for record in read_all(kafka, FRAMES)]
    assert printed["readings"] == sum(frame.readings() for frame in sent) == readings
