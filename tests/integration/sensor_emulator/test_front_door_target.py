"""The emulator through the real front door, by HTTP and MQTT: what it says arrived is in Kafka."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from door_process import NO_BROKER, Door, Mosquitto, listening, started, until

from broker.settings import KafkaSettings
from broker.topics import CUSTODY, FRAMES, REJECTED
from coldchain.custody import decode_event
from coldchain.frames import decode_frame
from ingest.door.tokens import TokenStore
from ingest.topic import read_all
from runtime.profiles import load_profiles
from sensor_emulator import (
    FrontDoorSettings,
    FrontDoorTarget,
    Ledger,
    Recorder,
    ends_now,
    parse_scenario,
    run,
)

pytestmark = pytest.mark.integration

PROFILES = load_profiles()
CITY = """
start = 2026-07-18T07:00:00+08:00
duration_minutes = 90
title = { en = "A test" }
[parcels]
per_trip = 5
[fleet.van]
count = 6
profiles = { iced-seafood = 1 }
[fleet.locker]
count = 4
compartments = 3
profiles = { iced-seafood = 1, chilled-meat-and-dairy = 1 }
[[faults]]
kind = "frames-duplicated"
device = "van-0001"
at_minutes = 5
for_minutes = 40
[[faults]]
kind = "frames-corrupted"
device = "van-0002"
at_minutes = 5
for_minutes = 40
[[faults]]
kind = "backfilled-later"
device = "van-0003"
at_minutes = 10
for_minutes = 20
"""
SCENARIO = parse_scenario(CITY, "test.toml", PROFILES)


def send(url: str, settings: FrontDoorSettings) -> tuple[Ledger, FrontDoorTarget]:
    target = FrontDoorTarget(url, settings)
    try:
        start = ends_now(SCENARIO, "max", time.time_ns() // 1_000_000)
        return run(SCENARIO, target, profiles=PROFILES, start_ms=start, speed="max"), target
    finally:
        target.close()


def devices() -> list[str]:
    kept = Recorder()
    run(SCENARIO, kept, profiles=PROFILES, speed="max")
    return [one.device for one in kept.registered]


def tokens_of(door: Door, file: Path) -> Path:
    with TokenStore(door.folder / "tokens.sqlite") as store:
        made = store.new_for(devices(), time.time_ns() // 1_000_000)
    file.write_text(json.dumps({token.device: secret for token, secret in made}))
    return file


def check_kafka(kafka: KafkaSettings, ledger: Ledger, in_order: bool = True) -> None:
    """Each frame made and not lost is there once, those doubled twice; each scan once.

    `in_order`: a device's frames came as sent. Mosquitto promises its subscribers (here the
    front door) no order where more than one message is on its way.
    """
    found: Counter[tuple[str, int, int]] = Counter()
    latest: dict[str, int] = {}
    readings = 0
    for record in read_all(kafka, FRAMES):
        frame = decode_frame(record.value)
        assert record.key == frame.device.encode()
        if not found[frame.device, frame.boot, frame.seq]:
            readings += frame.readings()
            if in_order and frame.device not in ("van-0001", "van-0003"):
                assert frame.seq > latest.get(frame.device, -1), "out of order"
            latest[frame.device] = frame.seq
        found[frame.device, frame.boot, frame.seq] += 1
    assert len(found) == ledger.frames > 0
    assert readings == ledger.readings
    assert sum(found.values()) == ledger.frames + ledger.duplicated
    assert {device for (device, _, _), times in found.items() if times > 1} == {"van-0001"}
    scans = [decode_event(record.value).id for record in read_all(kafka, CUSTODY)]
    assert len(scans) == len(set(scans)) == ledger.scans > 10


@pytest.fixture
def door(kafka: KafkaSettings, tmp_path: Path) -> Iterator[Door]:
    with started(kafka, tmp_path) as made:
        yield made


@pytest.fixture
def broker(door: Door, tmp_path: Path) -> Iterator[Mosquitto]:
    if NO_BROKER is not None:
        pytest.skip(NO_BROKER)
    with listening(door, tmp_path, devices()) as made:
        yield made


def test_by_http_each_frame_and_scan_is_in_kafka_once(
    door: Door, kafka: KafkaSettings, tmp_path: Path
) -> None:
    settings = FrontDoorSettings(tokens=tokens_of(door, tmp_path / "tokens.json"))
    ledger, target = send(door.url, settings)
    tally = target.tally
    assert tally.accepted == ledger.frames + ledger.duplicated + ledger.scans
    assert tally.refused == ledger.corrupted == len(list(read_all(kafka, REJECTED))) > 0
    assert (tally.repeated, target.waiting) == (0, 0)
    check_kafka(kafka, ledger)


def test_told_to_come_later_it_does_and_nothing_is_lost(
    door: Door, kafka: KafkaSettings, tmp_path: Path
) -> None:
    door.kill()
    door.settings |= {"rate": 5, "burst": 20, "max_frames": 20}
    door.start()
    until(lambda: door.ready().get("kafka") == "direct")
    settings = FrontDoorSettings(tokens=tokens_of(door, tmp_path / "tokens.json"))
    ledger, target = send(door.url, settings)
    assert target.tally.delayed > 0
    check_kafka(kafka, ledger)


def test_by_mqtt_with_a_connection_a_device(
    broker: Mosquitto, kafka: KafkaSettings, tmp_path: Path
) -> None:
    tokens = tmp_path / "passwords.json"
    tokens.write_bytes(msgspec.json.encode(dict.fromkeys(devices(), "secret")))
    settings = FrontDoorSettings(tokens=tokens, ca_file=broker.ca)
    ledger, target = send(f"mqtts://127.0.0.1:{broker.port}", settings)
    check_arrived_by_mqtt(kafka, ledger, target)


def test_by_mqtt_with_one_connection_for_all(broker: Mosquitto, kafka: KafkaSettings) -> None:
    settings = FrontDoorSettings(mqtt_username="city", mqtt_password="secret", ca_file=broker.ca)
    ledger, target = send(f"mqtts://127.0.0.1:{broker.port}", settings)
    check_arrived_by_mqtt(kafka, ledger, target)


def check_arrived_by_mqtt(kafka: KafkaSettings, ledger: Ledger, target: FrontDoorTarget) -> None:
    """The broker has taken all; the front door takes it from there in its own time."""
    sent = ledger.frames + ledger.duplicated + ledger.scans + ledger.corrupted
    assert (target.tally.accepted, target.tally.repeated) == (sent, 0)

    def there() -> int:
        return sum(len(list(read_all(kafka, topic))) for topic in (FRAMES, CUSTODY, REJECTED))

    until(lambda: there() >= sent)
    check_kafka(kafka, ledger, in_order=False)
