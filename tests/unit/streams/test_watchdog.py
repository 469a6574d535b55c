"""Commits that stand still while records wait are told; anything else is not."""

import http.client
from collections.abc import Iterator
from typing import Any

import pytest
from kafka import TopicPartition

from broker.settings import KafkaSettings
from broker.topics import CUSTODY, FRAMES
from streams.meters import Meters
from streams.watchdog import Stall, Watchdog
from streams.web import HOST, Web


def test_a_commit_that_stands_still_while_records_wait_is_a_stall() -> None:
    stall = Stall[int]()
    assert stall.look({0: 5, 1: 7}, {0: 9, 1: 7}, now=100.0) == 0
    assert stall.look({0: 5, 1: 7}, {0: 9, 1: 7}, now=130.0) == 30
    assert stall.look({0: 6, 1: 7}, {0: 99, 1: 7}, now=140.0) == 0  # it goes on, however slowly
    assert stall.look({0: 6, 1: 7}, {0: 99, 1: 8}, now=150.0) == 10


def test_a_partition_read_to_its_end_is_not_stalled_however_long_nothing_comes() -> None:
    stall = Stall[int]()
    for now in (0.0, 1e6):
        assert stall.look({0: 5}, {0: 5}, now) == 0
    assert stall.look({0: 5}, {0: 6}, 1e6 + 1) == 1


def test_a_partition_that_went_to_another_worker_is_forgotten() -> None:
    stall = Stall[int]()
    stall.look({0: 5}, {0: 9}, 0.0)
    assert stall.look({}, {}, 50.0) == 0
    assert stall.look({0: 5}, {0: 9}, 100.0) == 0


class Broker:
    """A broker that holds ten records of each partition, of which some are committed."""

    def __init__(self, committed: dict[str, int]) -> None:
        self._committed = committed

    def partitions_for_topic(self, topic: str) -> set[int]:
        return {0, 1}

    def end_offsets(self, wanted: list[TopicPartition], **_: int) -> dict[TopicPartition, int]:
        return dict.fromkeys(wanted, 10)

    def committed(self, one: TopicPartition, **_: int) -> int:
        return self._committed[one.topic]


def test_scans_that_stand_still_while_frames_go_on_end_the_worker() -> None:
    kafka, now, said = KafkaSettings(), [0.0], list[str]()
    mine = {FRAMES: [0], CUSTODY: [0]}
    dog = Watchdog(kafka, lambda: mine, Meters(), 60.0, lambda: now[0], said.append)
    broker: Any = Broker({kafka.topic(FRAMES): 10, kafka.topic(CUSTODY): 4})
    for now[0] in (0.0, 59.0):
        dog._look(broker)
    assert not said
    now[0] = 61.0
    dog._look(broker)
    assert kafka.topic(CUSTODY) in said[0]
    assert kafka.topic(FRAMES) not in said[0]


def asked(port: int, path: str) -> tuple[int, str]:
    client = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        client.request("GET", path)
        answer = client.getresponse()
        return answer.status, answer.read().decode()
    finally:
        client.close()


@pytest.fixture
def dog() -> Watchdog:
    return Watchdog(KafkaSettings(), dict, Meters(), 60.0, lambda: 0.0, lambda line: None)


@pytest.fixture
def web(dog: Watchdog) -> Iterator[Web]:
    meters = Meters()
    meters.frames.inc(3)
    meters.stand(0, {"ok": 2, "silent": 1}, 4)
    meters.stand(1, {"ok": 5, "silent": 0}, 0)
    made = Web(meters.registry, dog, 0)
    made.start()
    yield made
    made.close()


def test_metrics_are_what_was_counted_over_all_partitions(web: Web) -> None:
    status, text = asked(web.port, "/metrics")
    assert status == 200
    lines = text.splitlines()
    assert "coldchain_stream_frames_total 3.0" in lines
    assert 'coldchain_stream_devices{state="ok"} 7.0' in lines
    assert 'coldchain_stream_devices{state="silent"} 1.0' in lines
    assert "coldchain_stream_open_excursions 4.0" in lines


def test_health_fails_when_commits_stand_still(web: Web, dog: Watchdog) -> None:
    assert asked(web.port, "/healthz")[0] == 200
    dog.stalled_for, dog.lag = 31.0, 7
    assert asked(web.port, "/healthz") == (503, '{"well":false,"lag":7,"stalled_seconds":31.0}')
    assert asked(web.port, "/")[0] == 404
