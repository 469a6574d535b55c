"""Topics and clients against a real Kafka."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import InvalidReplicationFactorError, KafkaTimeoutError
from kafka.structs import TopicPartition

from broker.admin import ensure_topics
from broker.clients import MAX_REQUEST_BYTES, consumer, partitions_of, producer
from broker.settings import KafkaSettings
from broker.topics import FRAMES, REGISTRY, TOPICS
from runtime.servers import Servers

pytestmark = pytest.mark.integration


def java_partition(key: bytes, partitions: int) -> int:
    """Where Java's default partitioner puts a key: murmur2, written here from its definition."""
    mask, m = 0xFFFFFFFF, 0x5BD1E995
    hashed = 0x9747B28C ^ len(key)
    whole = len(key) & ~3
    for at in range(0, whole, 4):
        k = int.from_bytes(key[at : at + 4], "little") * m & mask
        k = (k ^ k >> 24) * m & mask
        hashed = (hashed * m & mask) ^ k
    if rest := key[whole:]:
        hashed = (hashed ^ int.from_bytes(rest, "little")) * m & mask
    hashed = (hashed ^ hashed >> 13) * m & mask
    hashed ^= hashed >> 15
    return (hashed & 0x7FFFFFFF) % partitions


def test_topics_are_made_as_the_table_says(kafka: KafkaSettings) -> None:
    admin = KafkaAdminClient(**kafka.client())
    try:
        names = [kafka.topic(topic) for topic in TOPICS]
        described = {one["name"]: one for one in admin.describe_topics(names)}
        found = admin.describe_configs(
            [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        )
    finally:
        admin.close()
    for topic in TOPICS:
        name = kafka.topic(topic)
        assert len(described[name]["partitions"]) == kafka.partitions
        configs = found["topic"][name] if "topic" in found else found[name]
        for key, value in topic.config.items():
            assert str(configs[key]["value"]) == value, (name, key)


def test_making_them_again_makes_nothing(kafka: KafkaSettings) -> None:
    assert ensure_topics(kafka) == []


def test_a_key_goes_to_the_partition_that_java_would_choose(kafka: KafkaSettings) -> None:
    keys = [f"van-{number:04}".encode() for number in range(200)] + ["冷柜-七号".encode(), b"x"]
    sender = producer(kafka)
    try:
        sent = [sender.send(kafka.topic(FRAMES), b"{}", key=key) for key in keys]
        placed = [future.get(timeout=30).partition for future in sent]
    finally:
        sender.close()
    assert placed == [java_partition(key, kafka.partitions) for key in keys]
    assert len(set(placed)) == kafka.partitions


def test_what_is_confirmed_can_be_read_back_in_order_with_its_own_time(
    kafka: KafkaSettings,
) -> None:
    sender = producer(kafka)
    try:
        futures = [
            sender.send(kafka.topic(FRAMES), str(n).encode(), key=b"van-1", timestamp_ms=1_000 + n)
            for n in range(500)
        ]
        last = [future.get(timeout=30) for future in futures][-1]
    finally:
        sender.close()
    reader = consumer(kafka, FRAMES, consumer_timeout_ms=20_000)
    try:
        records = [record for _, record in zip(range(500), reader, strict=False)]
    finally:
        reader.close()
    assert last.offset == 499
    assert [int(record.value) for record in records] == list(range(500))
    assert [record.timestamp for record in records] == [1_000 + n for n in range(500)]
    assert {record.key for record in records} == {b"van-1"}


def test_a_frame_of_one_mebibyte_passes(kafka: KafkaSettings) -> None:
    frame = bytes(range(256)) * 4096
    assert len(frame) < MAX_REQUEST_BYTES
    sender = producer(kafka)
    try:
        sender.send(kafka.topic(FRAMES), frame, key=b"van-1").get(timeout=30)
    finally:
        sender.close()
    reader = consumer(kafka, FRAMES, consumer_timeout_ms=20_000)
    try:
        assert next(reader).value == frame
    finally:
        reader.close()


def test_a_consumer_goes_on_where_it_committed_and_not_before(kafka: KafkaSettings) -> None:
    sender = producer(kafka)
    try:
        for n in range(10):
            sender.send(kafka.topic(REGISTRY), str(n).encode(), key=b"van-1").get(timeout=30)
    finally:
        sender.close()

    def read(count: int, commit: bool) -> list[int]:
        reader = consumer(kafka, REGISTRY, group="test", consumer_timeout_ms=20_000)
        try:
            found = [int(record.value) for _, record in zip(range(count), reader, strict=False)]
            if commit:
                reader.commit()
        finally:
            reader.close()
        return found

    assert read(4, commit=False) == [0, 1, 2, 3]
    assert read(4, commit=True) == [0, 1, 2, 3]
    assert read(6, commit=False) == [4, 5, 6, 7, 8, 9]


def test_an_unknown_topic_is_not_made_by_asking_for_it(kafka: KafkaSettings) -> None:
    sender = producer(kafka, max_block_ms=2_000)
    try:
        with pytest.raises(KafkaTimeoutError):
            sender.send(kafka.prefix + "coldchain.nowhere", b"x").get(timeout=5)
    finally:
        sender.close()
    reader = consumer(kafka, FRAMES)
    try:
        assert kafka.prefix + "coldchain.nowhere" not in reader.topics()
        ends = reader.end_offsets([TopicPartition(kafka.topic(FRAMES), 0)])
    finally:
        reader.close()
    assert set(ends.values()) == {0}


def test_topics_made_are_there_for_everybody_at_once(servers: Servers, prefix: str) -> None:
    settings = KafkaSettings(servers=servers.kafka_servers, prefix=prefix, partitions=12)
    assert set(ensure_topics(settings)) == {settings.topic(topic) for topic in TOPICS}
    admin = KafkaAdminClient(**settings.client())
    try:
        assert {settings.topic(topic) for topic in TOPICS} <= set(admin.list_topics())
    finally:
        admin.close()


def test_two_processes_may_make_them_at_once(servers: Servers, prefix: str) -> None:
    settings = KafkaSettings(servers=servers.kafka_servers, prefix=prefix, partitions=1)
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(ensure_topics, settings) for _ in range(2)]
        made = [name for one in both for name in one.result(60)]
    assert sorted(made) == sorted(settings.topic(topic) for topic in TOPICS)


def test_a_topic_that_cannot_be_made_is_said(servers: Servers, prefix: str) -> None:
    settings = KafkaSettings(servers=servers.kafka_servers, prefix=prefix, replication=3)
    with pytest.raises(InvalidReplicationFactorError, match=r"coldchain\.frames"):
        ensure_topics(settings)


def test_ends_of_a_topic_that_is_not_read_are_told_whenever_metadata_are_read_anew(
    kafka: KafkaSettings,
) -> None:
    reader = consumer(kafka, metadata_max_age_ms=50)
    try:
        own, others = (partitions_of(reader, kafka.topic(one)) for one in (REGISTRY, FRAMES))
        reader.assign(own)
        asked = [*own, *others]
        until = time.monotonic() + 3
        while time.monotonic() < until:
            assert set(reader.end_offsets(asked, timeout_ms=5_000)) == set(asked)
    finally:
        reader.close()
