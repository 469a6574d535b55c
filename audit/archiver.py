"""From Kafka into the archive: records wait in memory until their hour is over, then are sealed.

What waits is still in Kafka, and the offsets move only with the seal, in one transaction: a crash
loses nothing and archives nothing twice. One archiver has the archive, and so all partitions, to
itself and joins no group (see docs/decisions/0040: kafka-python may hang in a rebalance).

Order of a cut: shard files (fsync, renamed to names that the seal's number gives), the catalogue's
transaction, the seal on `coldchain.seals`. A crash after the first leaves files that the next cut
replaces; after the second, a seal that is published at the next start.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from kafka import KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from broker.clients import consumer, partitions_of, producer
from broker.topics import (
    ALERT_COMMANDS,
    CUSTODY,
    EXCURSIONS,
    FRAMES,
    REGISTRY,
    SEALS,
    Topic,
)

from .alert_history import entries_new, taken_of
from .catalog import Catalog
from .deposit import deposit
from .entries import Entry, Kind
from .errors import AuditError
from .ledger import Ledger
from .outgoing import send
from .sealing import SHARDS, Batch, seal
from .seals import Gap, SignedSeal, encode_signed
from .settings import ArchiveSettings
from .shards import find, hour_of
from .signing import PublicKey

_log = logging.getLogger(__name__)

POLL_MS = 200
#: The last moment that a record is filed under (the end of 9999, ms), whatever it says of itself.
LATEST = 253_402_300_799_999

#: Topic -> the kind of its entries.
SOURCES: dict[Topic, Kind] = {
    FRAMES: "frames",
    CUSTODY: "custody",
    REGISTRY: "registry",
    EXCURSIONS: "excursions",
    ALERT_COMMANDS: "commands",
}
#: The offsets' name for what the ledger holds.
LEDGER = "ledger"


class _Named(msgspec.Struct):
    """As much of a record as says whose it is."""

    device: str | None = None
    parcel: str | None = None


_named = msgspec.json.Decoder(_Named)


def subject_of(kind: Kind, key: bytes | None, value: bytes) -> str:
    """Whose a record is: a frame's device and a scan's parcel as they say themselves, else the
    record's key.
    """
    own: str | None = None
    if kind in ("frames", "custody"):
        try:
            named = _named.decode(value)
        except (msgspec.DecodeError, UnicodeDecodeError):
            named = _Named()
        own = named.device if kind == "frames" else named.parcel
    return own or (key or b"").decode(errors="replace")


@dataclass(slots=True)
class _Waiting:
    """What is taken in and not sealed; `size` in bytes."""

    size: int = 0
    entries: list[Entry] = field(default_factory=list)
    offsets: dict[tuple[str, int], int] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)


class Archiver:
    """One consumer, one catalogue. For one thread."""

    def __init__(
        self,
        settings: ArchiveSettings,
        catalog: Catalog,
        ledger: Ledger,
        clock: Callable[[], int],
    ) -> None:
        """Raises AuditError where the archive is sealed by another key, or Kafka is another one."""
        self._settings = settings
        self._shards = settings.folder / SHARDS
        self._catalog = catalog
        self._ledger = ledger
        self._clock = clock
        self._waiting = _Waiting()
        self._hour = hour_of(clock())
        _check_key(catalog.last(), settings.signer.public)
        _publish_key(settings)
        self._kinds: dict[str, Kind] = {
            settings.kafka.topic(topic): kind for topic, kind in SOURCES.items()
        }
        self._next = catalog.offsets()
        self._doubted: dict[TopicPartition, int] = {}
        self._consumer = consumer(settings.kafka)
        self._producer: KafkaProducer | None = None
        try:
            self._begin()
        except BaseException:
            self.close()
            raise
        self._profiles = dict(settings.profiles)
        self.publish()

    def close(self) -> None:
        self._consumer.close()
        if self._producer is not None:
            self._producer.close()

    def _begin(self) -> None:
        """Go on where the catalogue says; note what Kafka has let go of meanwhile, or ever."""
        ours = self._places()
        self._consumer.assign(ours)
        begins = self._consumer.beginning_offsets(ours)
        ends = self._consumer.end_offsets(ours)
        for where in ours:
            known = self._next.get((where.topic, where.partition), 0)
            if known > ends[where]:
                raise AuditError(
                    f"{where.topic}/{where.partition} ends at {ends[where]}, but is archived up to"
                    f" {known}: this is another Kafka; give it an archive of its own"
                )
            if known < begins[where]:
                self._gap(where, known, begins[where])
            self._next[where.topic, where.partition] = max(known, begins[where])
        self._seek()

    def _places(self) -> list[TopicPartition]:
        return [one for topic in self._kinds for one in partitions_of(self._consumer, topic)]

    def _seek(self) -> None:
        for where in self._consumer.assignment():
            self._consumer.seek(where, self._next[where.topic, where.partition])

    def _gap(self, where: TopicPartition, first: int, following: int) -> None:
        _log.error(
            "%s/%d: offsets %d to %d are gone", where.topic, where.partition, first, following - 1
        )
        gap = Gap(topic=where.topic, partition=where.partition, first=first, next=following)
        self._waiting.gaps.append(gap)
        self._waiting.offsets[where.topic, where.partition] = following

    def step(self) -> bool:
        """Take in what has come, and seal what is due; whether there was a seal."""
        self.take()
        return self.is_due(self._clock()) and self.cut() is not None

    def deposit(self) -> None:
        """Leave the last seals of days that are over with somebody else, where that is set."""
        deposit(self._catalog, self._settings.deposits, self._clock(), self._settings.folder)

    def take(self) -> int:
        """Take in what has come; the number of records."""
        try:
            polled: Mapping[TopicPartition, list[Any]] = self._consumer.poll(
                POLL_MS, max_records=2_000
            )
        except KafkaError:
            self._seek()  # the consumer may have gone past what it did not hand over
            raise
        return sum(self._take_run(where, records) for where, records in polled.items())

    def _take_run(self, where: TopicPartition, records: Iterable[Any]) -> int:
        """Take in a partition's records; how many. From a hole on they are asked for once more: it
        is a gap only where Kafka has it, not where the consumer went past something.
        """
        kind, taken = self._kinds[where.topic], 0
        for record in records:
            expected = self._next[where.topic, where.partition]
            if record.offset < expected:
                continue
            if record.offset > expected and self._ask_again(where, expected):
                break
            if record.offset > expected and kind != "registry":
                self._gap(where, expected, record.offset)
            self._take(where, kind, record)
            taken += 1
        return taken

    def _take(self, where: TopicPartition, kind: Kind, record: Any) -> None:
        following = record.offset + 1
        self._next[where.topic, where.partition] = following
        self._waiting.offsets[where.topic, where.partition] = following
        value: bytes = record.value or b""
        subject = subject_of(kind, record.key, value)
        at = min(record.timestamp, LATEST)
        self._add([Entry(kind, subject, at, where.partition, record.offset, value)])

    def _add(self, entries: Iterable[Entry]) -> None:
        waiting = self._waiting
        for entry in entries:
            waiting.entries.append(entry)
            waiting.size += len(entry.value)

    def is_due(self, now: int) -> bool:
        """Whether to seal what waits: the hour is over, or it is much."""
        return self.is_much() or hour_of(now) != self._hour  # or the clock was set back

    def is_much(self) -> bool:
        """Whether so much waits that the hour's end is not waited for."""
        return self._waiting.size >= self._settings.shard_bytes

    def is_behind(self) -> bool:
        """Whether Kafka holds more than was taken in.

        Where the consumer is counts, which goes past what Kafka lets go of while this runs: that
        gap is noted with the next record, or at the next start.
        """
        ends = self._consumer.end_offsets(self._consumer.assignment())
        return any(self._is_behind(where, end) for where, end in ends.items())

    def _is_behind(self, where: TopicPartition, end: int) -> bool:
        position, taken = self._consumer.position(where), self._next[where.topic, where.partition]
        return bool(position < end) or (taken < end and self._ask_again(where, taken))

    def _ask_again(self, where: TopicPartition, expected: int) -> bool:
        """Go back to a record that did not come; whether this is its first time."""
        if self._kinds[where.topic] == "registry" or self._doubted.get(where) == expected:
            return False  # (a compacted topic has holes)
        self._doubted[where] = expected
        self._consumer.seek(where, expected)
        return True

    def cut(self, next_key: PublicKey | None = None) -> SignedSeal | None:
        """Seal all that waits, what the ledger has and profiles that are new; None: nothing was.

        `next_key` takes over from the next seal on: the archiver then has to be made anew.
        """
        now = self._clock()
        self._hour = hour_of(now)
        if not self._consumer.assignment().issuperset(self._places()):
            self._begin()  # a topic has got more partitions
        self._add(self._from_ledger())
        self._add(self._from_alerts())
        self._add(self._new_profiles(now))
        waiting = self._waiting
        if not waiting.entries and not waiting.gaps and next_key is None:
            return None
        signed = seal(
            self._catalog,
            self._settings.folder,
            self._settings.signer,
            Batch(waiting.entries, waiting.offsets, waiting.gaps, next_key),
            now,
        )
        self._waiting = _Waiting()
        self._profiles = {}
        self.publish()
        return signed

    def publish(self) -> None:
        """Send the seals that are not on `coldchain.seals` yet (one may come twice, never none),
        and the desk's custody events that wait."""
        send(self._settings.kafka, self._ledger)
        waiting = self._catalog.unpublished()
        if not waiting:
            return
        if self._producer is None:
            self._producer = producer(self._settings.kafka)
        topic = self._settings.kafka.topic(SEALS)
        sent = [
            self._producer.send(topic, key=str(one.seal.number).encode(), value=encode_signed(one))
            for one in waiting
        ]
        self._producer.flush()
        for future in sent:
            future.get(timeout=0)
        self._catalog.published(waiting[-1].seal.number)

    def _from_ledger(self) -> list[Entry]:
        following = self._next.get((LEDGER, 0), 0)
        rows = self._ledger.after(following)
        if rows:
            self._next[LEDGER, 0] = self._waiting.offsets[LEDGER, 0] = rows[-1].number + 1
        return [Entry("inspections", one.subject, one.at, 0, one.number, one.value) for one in rows]

    def _from_alerts(self) -> list[Entry]:
        """What has come to rest in the alert service since; each line once."""
        found: list[Entry] = []
        for source, lines in self._settings.alert_lines.items():
            new, offsets = entries_new(source, lines, taken_of(source, self._next))
            found += new
            self._next.update(offsets)
            self._waiting.offsets.update(offsets)
        return found

    def _new_profiles(self, now: int) -> list[Entry]:
        found: list[Entry] = []
        for name, text in sorted(self._profiles.items()):
            value = text.encode()
            shards = self._catalog.shards_with("profiles", name)
            known = find(self._shards, shards[-1][1], name, prove=False).entries if shards else []
            if not known or known[-1].value != value:
                found.append(Entry("profiles", name, now, 0, 0, value))
        return found


def _check_key(last: SignedSeal | None, ours: PublicKey) -> None:
    if last is None:
        return
    handed = last.seal.next_key
    expected = PublicKey(bytes.fromhex(handed)).fingerprint if handed else last.seal.key
    if ours.fingerprint != expected:
        raise AuditError(
            f"the archive is sealed by key {expected[:16]}…, not by {ours.fingerprint[:16]}…;"
            " `coldchain audit key --rotate` hands over to another"
        )


def _publish_key(settings: ArchiveSettings) -> None:
    """The public key where everybody may fetch it."""
    key = settings.signer.public
    folder = settings.folder / "keys"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{key.fingerprint}.pem").write_text(key.pem(), encoding="ascii")
