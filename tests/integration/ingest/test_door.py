"""The front door on a real Kafka: what is answered 202 is there, whatever happens."""

import json
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from broker.settings import KafkaSettings
from broker.topics import CUSTODY, FRAMES, REJECTED
from coldchain.frames import Channel, Frame, decode_frame, encode_frame
from coldchain.rejections import from_headers
from ingest.topic import read_all
from runtime.servers import Servers

pytestmark = pytest.mark.integration


def frame(device: str, seq: int = 0) -> bytes:
    now = time.time_ns() // 1_000_000
    channel = Channel(name="main.air", start=now - 60_000, step=30_000, values=[3.2, None])
    return encode_frame(Frame(v=1, device=device, boot=1, seq=seq, sent=now, channels=[channel]))


def scan(device: str) -> dict[str, object]:
    at = "2026-11-01T08:00:00Z"
    return {"v": 1, "id": "s1", "parcel": "p1", "act": "loaded", "at": at, "device": device}


def test_a_frame_is_in_kafka_as_it_was_sent(door: Any, kafka: KafkaSettings) -> None:
    token, sent = door.token("van-1"), frame("van-1")
    before = time.time_ns() // 1_000_000
    status, told = door.ask("/v1/frames", sent, token)
    assert (status, told) == (202, {"accepted": 1, "ahead": 0, "refused": []})
    record = list(read_all(kafka, FRAMES))[-1]
    assert (record.key, record.value) == (b"van-1", sent)
    assert before <= record.timestamp <= time.time_ns() // 1_000_000


def test_a_scan_is_on_the_custody_topic(door: Any, kafka: KafkaSettings) -> None:
    status, _ = door.ask("/v1/custody", json.dumps(scan("van-1")).encode(), door.token("van-1"))
    assert status == 202
    (record,) = read_all(kafka, CUSTODY)
    assert (record.key, json.loads(record.value)) == (b"van-1", scan("van-1"))


def test_what_is_refused_is_in_the_dead_letters_and_the_rest_taken(
    door: Any, kafka: KafkaSettings
) -> None:
    good, bad = frame("van-1"), b'{"v":1,"device":"van-1"}'
    body = b"[" + good + b"," + bad + b"]"
    status, told = door.ask("/v1/frames", body, door.token("van-1"))
    assert (status, told["accepted"], told["refused"][0]["index"]) == (202, 1, 1)
    assert [record.value for record in read_all(kafka, FRAMES)] == [good]
    (letter,) = read_all(kafka, REJECTED)
    said = from_headers(letter.headers)
    assert (letter.key, letter.value, said.where) == (b"van-1", bad, "http/v1/frames")
    assert said.reason == told["refused"][0]["reason"]


def test_nobody_speaks_for_another(door: Any, kafka: KafkaSettings) -> None:
    body = frame("van-1") + b"\n" + frame("van-2")
    kind = "application/x-ndjson"
    status, told = door.ask("/v1/frames", body, door.token("van-1"), kind)
    assert (status, told["error"]) == (403, "not-yours")
    assert list(read_all(kafka, FRAMES)) == []
    (letter,) = read_all(kafka, REJECTED)
    assert letter.value == body


def test_what_no_one_known_sends_is_not_kept(door: Any, kafka: KafkaSettings) -> None:
    assert door.ask("/v1/frames", frame("van-1"), "coldchain_wrong")[0] == 401
    assert list(read_all(kafka, FRAMES)) == list(read_all(kafka, REJECTED)) == []


class Load:
    """Devices that send on, each in its turn, and remember what was answered 202."""

    def __init__(self, door: Any, devices: int) -> None:
        self.taken: dict[str, list[bytes]] = {f"van-{n}": [] for n in range(devices)}
        self.others: list[int] = []
        self._door, self._end = door, threading.Event()
        tokens = {device: door.token(device) for device in self.taken}
        self._threads = [
            threading.Thread(target=self._send, args=(device, tokens[device]))
            for device in self.taken
        ]

    def _send(self, device: str, token: str) -> None:
        seq = 0
        while not self._end.is_set():
            sent = frame(device, seq)
            status, _ = self._door.ask("/v1/frames", sent, token)
            if status == 202:
                self.taken[device].append(sent)
                seq += 1
            else:
                self.others.append(status)
                time.sleep(0.05)

    @property
    def count(self) -> int:
        return sum(map(len, self.taken.values()))

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join()

    def check(self, kafka: KafkaSettings) -> None:
        """Everything answered 202 is in Kafka, each device's in order; nothing else is."""
        there: dict[str, list[bytes]] = {device: [] for device in self.taken}
        for record in read_all(kafka, FRAMES):
            there[record.key.decode()].append(record.value)
        for device, taken in self.taken.items():
            lost = set(taken) - set(there[device])
            assert not lost, f"{device}: {len(lost)} of {len(taken)} lost"
            last = {value: index for index, value in enumerate(there[device])}
            places = [last[value] for value in taken]
            assert places == sorted(places), f"{device}: out of order"
            # What was cut off unanswered may be there too.
            assert all(decode_frame(value).device == device for value in there[device])


def test_kafka_stopped_and_back_under_load_loses_nothing(
    door: Any, kafka: KafkaSettings, servers: Servers, until: Any
) -> None:
    door.kill()
    door.settings |= {"rate": 1_000_000, "kafka_patience_s": 2}
    door.start()
    until(lambda: door.ready()["kafka"] == "direct")
    try:
        with Load(door, 8) as load:
            until(lambda: load.count > 200)
            servers.kafka.kill()
            until(lambda: door.ready()["spooled"] > 500)
            servers.kafka.start()
            until(lambda: door.ready()["kafka"] == "direct")
            count = load.count
            until(lambda: load.count > count + 200)
    finally:
        servers.kafka.start()
    assert load.others == []
    load.check(kafka)


def test_killed_with_the_spool_full_it_goes_on_from_there(
    door: Any, kafka: KafkaSettings, servers: Servers, until: Any
) -> None:
    door.kill()
    door.settings |= {"rate": 1_000_000, "kafka_patience_s": 2, "spool_max_bytes": 400_000}
    door.start()
    until(lambda: door.ready()["kafka"] == "direct")
    try:
        with Load(door, 8) as load:
            until(lambda: load.count > 100)
            servers.kafka.kill()
            until(lambda: 503 in load.others)
            held = door.ready()["spooled"]
            door.kill()
            door.start()
            assert door.ready()["spooled"] >= held > 0
            servers.kafka.start()
            until(lambda: door.ready()["kafka"] == "direct")
            door.kill()  # and once more in the middle of it all
            door.start()
            until(lambda: door.ready()["kafka"] == "direct")
            count = load.count
            until(lambda: load.count > count + 100)
    finally:
        servers.kafka.start()
    load.check(kafka)


def test_started_while_kafka_is_away_it_keeps_what_comes(
    door: Any, kafka: KafkaSettings, servers: Servers, until: Any
) -> None:
    door.kill()
    servers.kafka.stop()
    try:
        door.start()
        sent = [frame("van-1", seq) for seq in range(20)]
        token = door.token("van-1")
        assert {door.ask("/v1/frames", one, token)[0] for one in sent} == {202}
    finally:
        servers.kafka.start()
    until(lambda: door.ready()["kafka"] == "direct")
    assert [record.value for record in read_all(kafka, FRAMES)] == sent
    assert door.stop() == 0


def clients_of(door: Any) -> list[int]:
    """The processes that a front door has begun."""
    pid = door._child.pid
    told = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(one) for one in told.read_text().split()] if told.exists() else []


@pytest.mark.parametrize("harm", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hanging"])
def test_kafkas_client_harmed_under_load_loses_nothing_and_is_begun_anew(
    door: Any, kafka: KafkaSettings, until: Any, harm: signal.Signals
) -> None:
    door.kill()
    door.settings |= {"rate": 1_000_000, "kafka_patience_s": 1}
    door.start()
    until(lambda: door.ready()["kafka"] == "direct")
    (first,) = clients_of(door)
    with Load(door, 8) as load:
        until(lambda: load.count > 100)
        os.kill(first, harm)
        until(lambda: clients_of(door) and first not in clients_of(door))
        until(lambda: door.ready()["kafka"] == "direct")
        count = load.count
        until(lambda: load.count > count + 100)
    assert load.others == []
    load.check(kafka)


def test_kafkas_client_ends_with_the_front_door(door: Any, until: Any) -> None:
    for end in (door.kill, door.stop):
        (client,) = clients_of(door)
        end()
        until(lambda one=client: not Path(f"/proc/{one}").exists())
        door.start()
        until(lambda: door.ready()["kafka"] == "direct")


def test_a_second_one_is_kept_off_the_same_spool(door: Any, tmp_path: Path) -> None:
    from ingest.door.files import FileError
    from ingest.door.spool import Spool

    with pytest.raises(FileError, match="another process has it"):
        Spool(tmp_path / "spool.sqlite", 1)
