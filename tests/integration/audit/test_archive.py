"""The archive on a real Kafka: nothing twice, nothing missing, whatever dies when."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

import audit.archiver as archiving
import audit.sealing as sealing
from audit.catalog import Catalog, open_to_read, open_to_write
from audit.entries import Entry
from audit.errors import AuditError
from audit.ledger import open_ledger
from audit.sealing import SHARDS
from audit.seals import check_chain, decode_signed
from audit.service import alone, archiver, hand_over, seal_now
from audit.settings import ArchiveSettings
from audit.shards import read_shard
from audit.signing import Signer, make_key
from broker.clients import consumer, partitions_of, producer
from broker.settings import KafkaSettings
from broker.topics import CUSTODY, FRAMES, REGISTRY, SEALS
from coldchain.custody import CustodyEvent, encode_event
from coldchain.frames import Channel, Frame, encode_frame

pytestmark = pytest.mark.integration

KEY = Signer.fresh()


def archive(kafka: KafkaSettings, folder: Path, **changed: Any) -> ArchiveSettings:
    return ArchiveSettings(kafka=kafka, folder=folder, signer=KEY, **changed)


def frame(device: str, seq: int) -> bytes:
    channel = Channel(name="main.air", start=1_763_884_800_000, step=30_000, values=[2.5])
    return encode_frame(Frame(v=1, device=device, boot=1, seq=seq, sent=0, channels=[channel]))


def send(kafka: KafkaSettings, first: int, count: int, devices: int = 3) -> None:
    out = producer(kafka)
    for seq in range(first, first + count):
        for device in range(devices):
            name = f"van-{device}"
            out.send(kafka.topic(FRAMES), key=name.encode(), value=frame(name, seq))
    out.flush()
    out.close()


def archived(folder: Path, kind: str = "frames") -> list[Entry]:
    with open_to_read(folder) as catalog:
        last = catalog.last()
        assert last is not None
        shards = catalog.shards(kind, 1, last.seal.number)  # type: ignore[arg-type]
    return [entry for _, shard in shards for entry in read_shard(folder / SHARDS, shard)]


def assert_each_once(folder: Path, count: int, devices: int = 3) -> None:
    seen = Counter((entry.subject, entry.value) for entry in archived(folder))
    assert seen == {
        (f"van-{d}", frame(f"van-{d}", seq)): 1 for d in range(devices) for seq in range(count)
    }
    with open_to_read(folder) as catalog:
        for _, _, account in catalog.accounts():
            assert account.ranges == ((0, count - 1),)
            assert account.repeats == 0


def on_topic(kafka: KafkaSettings) -> list[bytes]:
    reader = consumer(kafka)
    ours = partitions_of(reader, kafka.topic(SEALS))
    reader.assign(ours)
    reader.seek_to_beginning(*ours)
    ends = reader.end_offsets(ours)
    found: list[bytes] = []
    while any(reader.position(one) < end for one, end in ends.items()):
        for records in reader.poll(200).values():
            found += [record.value for record in records]
    reader.close()
    return found


def test_every_record_is_sealed_once_and_the_seals_are_on_their_topic(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    settings = archive(kafka, tmp_path, profiles={"iced-seafood": "id = 1"})
    send(kafka, 0, 40)
    event = CustodyEvent(
        id="e1",
        parcel="106141415115000596",
        act="loaded",
        at="2026-11-23T08:00:00Z",
        device="van-0",
    )
    out = producer(kafka)
    out.send(kafka.topic(CUSTODY), key=b"van-0", value=encode_event(event))
    out.send(kafka.topic(FRAMES), key=b"van-9", value=b"rubbish")
    out.send(kafka.topic(REGISTRY), key=b"van-0", value=b"{}")
    out.send(kafka.topic(REGISTRY), key=b"van-0", value=None)
    out.flush()
    out.close()
    with open_ledger(tmp_path) as ledger:
        ledger.append(1_763_884_800_000, [("sampling-1", b"{}")])
    first = seal_now(settings)
    assert len(first) == 1
    assert {one.kind for one in first[0].seal.shards} == {
        "frames", "custody", "registry", "profiles", "inspections"
    }  # fmt: skip
    assert seal_now(settings) == []

    send(kafka, 40, 10)
    second = seal_now(settings)
    assert [one.kind for one in second[0].seal.shards] == ["frames"]
    rest = [one for one in archived(tmp_path) if one.subject != "van-9"]
    assert Counter(one.subject for one in rest) == {"van-0": 50, "van-1": 50, "van-2": 50}
    assert [one.value for one in archived(tmp_path, "registry")] == [b"{}", b""]
    assert [one.subject for one in archived(tmp_path, "custody")] == ["106141415115000596"]

    seals = sorted(map(decode_signed, on_topic(kafka)), key=lambda one: one.seal.number)
    assert seals == first + second
    check_chain(seals, [KEY.public])
    assert (tmp_path / "keys" / f"{KEY.public.fingerprint}.pem").read_text() == KEY.public.pem()


@pytest.mark.parametrize("where", ["record", "publish", "write_shard"])
def test_a_crash_at_any_step_repeats_nothing_and_misses_nothing(
    kafka: KafkaSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    settings = archive(kafka, tmp_path, shard_bytes=3_000)
    send(kafka, 0, 30)

    class DiedError(Exception):
        pass

    calls = Counter[str]()

    def dies(real: Any) -> Any:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            calls[where] += 1
            if calls[where] == 3:
                raise DiedError
            return real(*args, **kwargs)

        return wrapped

    owner = {"record": Catalog, "publish": archiving.Archiver, "write_shard": sealing}[where]
    sent = 30
    with monkeypatch.context() as patched:
        patched.setattr(owner, where, dies(getattr(owner, where)))
        while calls[where] < 3:
            send(kafka, sent, 1)
            sent += 1
            with suppress(DiedError):
                seal_now(settings)
    seal_now(settings)
    assert_each_once(tmp_path, sent)
    seals = sorted(map(decode_signed, on_topic(kafka)), key=lambda one: one.seal.number)
    check_chain(list({one.seal.number: one for one in seals}.values()), [KEY.public])


def test_a_killed_archiver_goes_on_where_the_archive_ends(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    make_key(tmp_path / "key.pem")
    folder = tmp_path / "archive"
    environment = {
        **os.environ,
        "COLDCHAIN_KAFKA_SERVERS": kafka.servers,
        "COLDCHAIN_KAFKA_PREFIX": kafka.prefix,
        "COLDCHAIN_AUDIT_FOLDER": str(folder),
        "COLDCHAIN_AUDIT_KEY": str(tmp_path / "key.pem"),
        "COLDCHAIN_AUDIT_SHARD_BYTES": "20000",
    }
    run = (sys.executable, "-c", "from runtime.cli import main; main()", "audit", "archive")
    sent = 0
    for _ in range(3):
        process = subprocess.Popen(run, env=environment, stderr=subprocess.DEVNULL)
        try:
            before = _count(folder)
            deadline = time.monotonic() + 60
            while _count(folder) < before + 2:
                assert time.monotonic() < deadline, "nothing was sealed"
                assert process.poll() is None
                send(kafka, sent, 50)
                sent += 50
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
    subprocess.run([*run[:-1], "seal"], env=environment, check=True, stdout=subprocess.DEVNULL)
    assert_each_once(folder, sent)


def _count(folder: Path) -> int:
    try:
        with open_to_read(folder) as catalog:
            last = catalog.last()
    except (AuditError, OSError):
        return 0
    return 0 if last is None else last.seal.number


def let_go(kafka: KafkaSettings) -> None:
    """Kafka lets go of all frames that it has, as it does after their retention."""
    from kafka.admin import KafkaAdminClient

    reader = consumer(kafka)
    ends = reader.end_offsets(partitions_of(reader, kafka.topic(FRAMES)))
    reader.close()
    admin = KafkaAdminClient(**kafka.client())
    admin.delete_records({one: end for one, end in ends.items() if end})
    admin.close()


def test_records_that_kafka_let_go_of_are_a_gap_in_the_seal(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    settings = archive(kafka, tmp_path)
    send(kafka, 0, 5, devices=1)
    seal_now(settings)
    send(kafka, 5, 5, devices=1)
    let_go(kafka)
    (gone,) = seal_now(settings)
    assert [(gap.first, gap.next) for gap in gone.seal.gaps] == [(5, 10)]
    assert seal_now(settings) == []  # said once
    send(kafka, 10, 1, devices=1)
    (signed,) = seal_now(settings)
    assert signed.seal.gaps == []
    with open_to_read(tmp_path) as catalog:
        ((_, _, account),) = catalog.accounts()
    assert account.gaps() == [(5, 9)]


def test_what_kafka_let_go_of_before_the_archive_began_is_a_gap_too(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    from broker.admin import ensure_topics

    ensure_topics(kafka)
    send(kafka, 0, 4, devices=1)
    let_go(kafka)
    send(kafka, 4, 3, devices=1)
    (signed,) = seal_now(archive(kafka, tmp_path))
    assert [(gap.first, gap.next) for gap in signed.seal.gaps] == [(0, 4)]


def test_what_kafka_lets_go_of_under_the_archiver_does_not_hold_it_up(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    settings = archive(kafka, tmp_path)
    with archiver(settings) as one:
        send(kafka, 0, 5, devices=1)
        let_go(kafka)
        for _ in range(100):
            if not one.is_behind():
                break
            one.take()
        assert not one.is_behind()
        send(kafka, 5, 1, devices=1)
        while one.is_behind():
            one.take()
        signed = one.cut()
    assert signed is not None
    assert [(gap.first, gap.next) for gap in signed.seal.gaps] == [(0, 5)]


def test_what_a_consumer_goes_past_is_asked_for_again(
    kafka: KafkaSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kafka import KafkaConsumer
    from kafka.errors import KafkaTimeoutError

    real = KafkaConsumer.poll
    polls = Counter[str]()

    def forgetful(self: Any, *args: Any, **kwargs: Any) -> Any:
        found = real(self, *args, **kwargs)
        polls["with records"] += bool(found)
        if found and polls["with records"] % 5 == 1:
            raise KafkaTimeoutError("after the records were taken")
        if polls["with records"] % 5 == 3:
            return {where: records[3:] for where, records in found.items()}
        return found

    monkeypatch.setattr(KafkaConsumer, "poll", forgetful)
    settings = archive(kafka, tmp_path)
    with archiver(settings) as one:
        for first in range(0, 60, 10):
            send(kafka, first, 10)
            while one.is_behind():
                with suppress(KafkaTimeoutError):
                    one.take()
        signed = one.cut()
    assert signed is not None
    assert signed.seal.gaps == []
    assert polls["with records"] >= 6
    assert_each_once(tmp_path, 60)


def test_numbers_and_moments_that_nobody_can_store_do_not_stop_the_archive(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    strange = [
        frame("van-9", 0).replace(b'"boot":1', b'"boot":%d' % 2**63),
        frame("van-9", 0).replace(b'"seq":0', b'"seq":%d' % 2**70),
        frame("van-9", 0).replace(b'"seq":0', b'"seq":-5'),
    ]
    send(kafka, 0, 3)
    out = producer(kafka)
    for value in strange:
        out.send(kafka.topic(FRAMES), key=b"van-9", value=value)
    out.flush()
    out.close()
    settings = archive(kafka, tmp_path)
    seal_now(settings)
    rest = [one.value for one in archived(tmp_path) if one.subject == "van-9"]
    assert sorted(rest) == sorted(strange)
    with open_to_read(tmp_path) as catalog:
        assert [name for name, _, _ in catalog.accounts()] == ["van-0", "van-1", "van-2"]


def test_partitions_that_are_added_are_archived_from_the_next_seal_on(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    from kafka.admin import KafkaAdminClient, NewPartitions

    with archiver(archive(kafka, tmp_path)) as one:
        send(kafka, 0, 2)
        while one.is_behind():
            one.take()
        admin = KafkaAdminClient(**kafka.client())
        admin.create_partitions({kafka.topic(FRAMES): NewPartitions(total_count=24)})
        admin.close()
        one._consumer._client.cluster.request_update()  # as it does by itself in five minutes
        deadline = time.monotonic() + 60
        while len(partitions_of(one._consumer, kafka.topic(FRAMES))) < 24:
            assert time.monotonic() < deadline
            one.take()
        one.cut()
        out = producer(kafka)
        for partition in range(24):
            out.send(kafka.topic(FRAMES), partition=partition, key=b"x", value=b"%d" % partition)
        out.flush()
        out.close()
        while one.is_behind():
            one.take()
        one.cut()
    found = sorted(int(one.value) for one in archived(tmp_path) if one.subject == "x")
    assert found == list(range(24))


def test_no_seal_is_dated_before_another_wherever_the_clock_is_set(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    moment = [1_763_884_800_000]
    settings = archive(kafka, tmp_path)
    with (
        open_to_write(tmp_path) as catalog,
        open_ledger(tmp_path) as ledger,
        closing(archiving.Archiver(settings, catalog, ledger, lambda: moment[0])) as one,
    ):
        for round_, hours in enumerate((1, -5, 2)):
            send(kafka, round_, 1)
            moment[0] += hours * 3_600_000
            while one.is_behind():
                one.take()
            assert one.step(), "another hour is sealed, be it an earlier one"
        seals = catalog.seals(1, 9)
    check_chain(seals, [KEY.public])
    assert [one.seal.at[11:13] for one in seals] == ["09", "09", "09"]
    assert_each_once(tmp_path, 3)


def test_another_key_is_refused_until_the_first_hands_over(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    following = Signer.fresh()
    ours = archive(kafka, tmp_path)
    theirs = ArchiveSettings(kafka=kafka, folder=tmp_path, signer=following)
    send(kafka, 0, 1)
    seal_now(ours)
    with pytest.raises(AuditError, match="sealed by key"):
        seal_now(theirs)
    assert hand_over(ours, following) is not None
    send(kafka, 1, 1)
    seal_now(theirs)
    with pytest.raises(AuditError, match="sealed by key"):
        seal_now(ours)
    with open_to_read(tmp_path) as catalog:
        check_chain(catalog.seals(1, 9), [KEY.public])


def test_a_second_archiver_and_another_kafka_are_refused(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    settings = archive(kafka, tmp_path)
    with alone(tmp_path), pytest.raises(AuditError, match="another archiver"):
        seal_now(settings)
    send(kafka, 0, 3)
    with archiver(settings) as one:
        while one.is_behind():
            one.take()
        one.cut()
    from broker.admin import ensure_topics

    other = KafkaSettings(servers=kafka.servers, prefix=f"{kafka.prefix}new.", partitions=4)
    ensure_topics(other)
    with open_to_read(tmp_path) as catalog:
        assert sum(catalog.offsets().values()) == 9
    assert seal_now(archive(other, tmp_path)) == []  # other names, other topics
