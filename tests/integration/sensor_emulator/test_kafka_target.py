"""The emulator on a real Kafka: what its ledger says was sent is there, and whole."""

import json
import os
import signal
import subprocess
import sys
import time

import msgspec
import pytest

from broker.clients import consumer
from broker.settings import KafkaSettings
from broker.topics import CUSTODY, FRAMES, REGISTRY, Topic
from coldchain.custody import decode_event
from coldchain.frames import decode_frame
from coldchain.registry import Registration
from runtime.profiles import load_profiles
from sensor_emulator import KafkaTarget, ends_now, parse_scenario, run

pytestmark = pytest.mark.integration

PROFILES = load_profiles()
CITY = """
start = 2026-07-18T07:00:00+08:00
duration_minutes = 30
title = { en = "A test" }
[fleet.van]
count = 8
idle = 1
profiles = { iced-seafood = 1 }
[fleet.locker]
count = 8
compartments = 3
profiles = { iced-seafood = 1, chilled-meat-and-dairy = 1 }
[[faults]]
kind = "frames-duplicated"
device = "van-0001"
at_minutes = 5
"""

Record = tuple[int, bytes, bytes, int]


def everything(kafka: KafkaSettings, topic: Topic) -> list[Record]:
    """All records of a topic now: partition, key, value, timestamp."""
    reader = consumer(kafka, topic)
    try:
        found: list[Record] = []
        deadline = time.monotonic() + 30
        while not reader.assignment() and time.monotonic() < deadline:
            reader.poll(timeout_ms=100)
        ends = reader.end_offsets(list(reader.assignment()))
        reader.seek_to_beginning()
        while any(reader.position(partition) < end for partition, end in ends.items()):
            assert time.monotonic() < deadline, "the topic could not be read to its end"
            for records in reader.poll(timeout_ms=500).values():
                found += [(one.partition, one.key, one.value, one.timestamp) for one in records]
        return found
    finally:
        reader.close()


def test_what_the_ledger_says_is_in_kafka_by_device_and_in_order(kafka: KafkaSettings) -> None:
    scenario = parse_scenario(CITY, "test.toml", PROFILES)
    now = time.time_ns() // 1_000_000
    target = KafkaTarget(kafka)
    ledger = run(
        scenario,
        target,
        profiles=PROFILES,
        start_ms=ends_now(scenario, "max", now),
        speed="max",
    )
    target.close()
    records = everything(kafka, FRAMES)
    assert len(records) == ledger.frames + ledger.duplicated
    assert ledger.duplicated > 0
    unique = {(key, value) for _, key, value, _ in records}
    assert sum(decode_frame(value).readings() for _, value in unique) == ledger.readings
    homes: dict[bytes, set[int]] = {}
    for partition, key, value, timestamp in records:
        frame = decode_frame(value)
        assert key == frame.device.encode()
        assert frame.sent < timestamp <= now
        homes.setdefault(key, set()).add(partition)
    assert all(len(partitions) == 1 for partitions in homes.values())
    for device in ledger.devices:
        stamps = [stamp for _, key, _, stamp in records if key == device.encode()]
        assert stamps == sorted(stamps)


def test_scans_are_custody_events_keyed_by_their_device(kafka: KafkaSettings) -> None:
    parcels = CITY.replace("[fleet.van]", "[parcels]\nper_trip = 5\n[fleet.van]", 1)
    longer = parcels.replace("duration_minutes = 30", "duration_minutes = 120")
    scenario = parse_scenario(longer, "test.toml", PROFILES)
    target = KafkaTarget(kafka)
    ledger = run(scenario, target, profiles=PROFILES, speed="max")
    target.close()
    records = everything(kafka, CUSTODY)
    assert len(records) == ledger.scans > 10
    for _, key, value, timestamp in records:
        event = decode_event(value)
        assert key == event.device.encode()
        assert event.moment < timestamp


def test_every_device_is_registered_under_its_name(kafka: KafkaSettings) -> None:
    scenario = parse_scenario(CITY, "test.toml", PROFILES)
    target = KafkaTarget(kafka)
    ledger = run(scenario, target, profiles=PROFILES, speed="max")
    target.close()
    found = {
        key.decode(): msgspec.json.decode(value, type=Registration)
        for _, key, value, _ in everything(kafka, REGISTRY)
    }
    assert set(found) == set(ledger.devices)
    assert all(name == registration.device for name, registration in found.items())


def test_ctrl_c_ends_the_command_with_all_that_it_counted_in_kafka(kafka: KafkaSettings) -> None:
    environment = {
        **os.environ,
        "COLDCHAIN_KAFKA_SERVERS": kafka.servers,
        "COLDCHAIN_KAFKA_PREFIX": kafka.prefix,
    }
    command = [
        *(sys.executable, "-c", "from runtime.cli import main; main()", "emulate"),
        *("--scenario", "quiet-day", "--speed", "120", "--json"),
    ]
    child = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        deadline = time.monotonic() + 60
        while len(everything(kafka, FRAMES)) < 50:
            assert time.monotonic() < deadline, "nothing was sent"
            assert child.poll() is None
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=30)
    finally:
        child.kill()
        child.wait()
    assert child.returncode == 130, err.decode()
    assert b"Traceback" not in err
    said = json.loads(out)
    assert said["complete"] is False
    records = everything(kafka, FRAMES)
    assert len(records) == said["frames"]
    assert sum(decode_frame(value).readings() for _, _, value, _ in records) == said["readings"]
