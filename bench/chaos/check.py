"""The checker: what Kafka and InfluxDB hold, against what has to be there."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from broker.clients import consumer, partitions_of
from broker.settings import KafkaSettings
from broker.topics import ABOARD, CUSTODY, EXCURSIONS, FRAMES, PARCELS, SCANS, Topic
from coldchain.holding import that_hold
from coldchain.parcel_records import ParcelRecord
from coldchain.records import ExcursionRecord
from series.reader import Reader
from series.settings import SeriesSettings

from .findings import Findings
from .world import Expected

#: So many of each kind of finding are told.
TOLD = 10

Record = TypeVar("Record")


def lag(kafka: KafkaSettings) -> int:
    """How far the workers are from the end of all that they read."""
    reader = consumer(kafka, group="streams")
    try:
        total = 0
        for topic in (FRAMES, CUSTODY, SCANS, ABOARD):
            partitions = partitions_of(reader, kafka.topic(topic))
            ends = reader.end_offsets(partitions)
            total += sum(end - (reader.committed(one) or 0) for one, end in ends.items())
        return total
    finally:
        reader.close()


def check(kafka: KafkaSettings, series: SeriesSettings, expected: Expected) -> Findings:
    """Compare. Raises what Kafka and InfluxDB raise."""
    found = Findings()
    _readings(series, expected, found)
    _ahead(series, expected, found)
    _excursions(kafka, expected, found)
    _parcels(kafka, expected, found)
    return found


def _readings(series: SeriesSettings, expected: Expected, found: Findings) -> None:
    reader = Reader(series)
    try:
        stored = dict(_stored(reader))
    finally:
        reader.close()
    found.readings = sum(len(own) for own in stored.values())
    for key in sorted(expected.readings.keys() | stored.keys()):
        want, got = expected.readings.get(key, {}), stored.get(key, {})
        name = "/".join(key)
        if lost := want.keys() - got.keys():
            found.add("readings lost", f"{name}: {len(lost)}, first at {min(lost)}")
        if invented := got.keys() - want.keys():
            found.add("readings invented", f"{name}: {len(invented)}, first at {min(invented)}")
        if other := [at for at in want.keys() & got.keys() if abs(want[at] - got[at]) > 1e-9]:
            found.add("readings changed", f"{name}: {len(other)}, first at {min(other)}")


def _ahead(series: SeriesSettings, expected: Expected, found: Findings) -> None:
    reader = Reader(series)
    try:
        for (device, channel), times in sorted(expected.ahead.items()):
            [answer] = reader.queries(
                f'SELECT "ahead" FROM "flagged" WHERE "device" = \'{device}\' '  # noqa: S608 - ours
                f"AND \"channel\" = '{channel}' AND time >= {min(times)}ms"
            )
            got = {int(str(row[0])) for one in answer for row in one.values}
            if lost := times - got:
                name = f"{device}/{channel}"
                found.add("not flagged", f"{name}: {len(lost)}, first at {min(lost)}")
    finally:
        reader.close()


def _stored(reader: Reader) -> Iterator[tuple[tuple[str, str], dict[int, float]]]:
    [tags] = reader.queries('SHOW SERIES FROM "reading"')
    for row in tags[0].values if tags else []:
        parts = dict(part.split("=", 1) for part in str(row[0]).split(",")[1:])
        device, compartment = parts["device"], parts["compartment"]
        for name, own in reader.compartment(device, compartment).items():
            if own.times:
                pairs = dict(zip(own.times, own.values, strict=True))
                yield (device, f"{compartment}.{name}"), pairs


def _excursions(kafka: KafkaSettings, expected: Expected, found: Findings) -> None:
    records = [
        msgspec.convert(one, ExcursionRecord)
        for one in map(msgspec.json.decode, _values(kafka, EXCURSIONS))
        if "rule" not in one  # else it is a condition
    ]
    held = {one.id: one for one in that_hold(records)}
    found.excursions = len(held)
    _compare("excursions", expected.excursions, held, _excursion, found)


def _excursion(one: ExcursionRecord) -> ExcursionRecord:
    """What is the same whenever it was said: silence is presumed by the clock."""
    return msgspec.structs.replace(
        one, state="closed", as_of=0, supersedes=[], parcels=sorted(one.parcels)
    )


def _parcels(kafka: KafkaSettings, expected: Expected, found: Findings) -> None:
    records = [msgspec.json.decode(raw, type=ParcelRecord) for raw in _values(kafka, PARCELS)]
    last = {one.parcel: one for one in records}
    found.parcels = len(last)
    _compare("parcels", expected.parcels, last, lambda one: one, found)


def _compare(
    kind: str,
    expected: Mapping[str, Record],
    held: Mapping[str, Record],
    what: Callable[[Record], Record],
    found: Findings,
) -> None:
    for key in sorted(expected.keys() | held.keys()):
        if key not in held:
            found.add(f"{kind} missing", str(expected[key])[:300])
        elif key not in expected:
            found.add(f"{kind} invented", str(held[key])[:300])
        elif what(expected[key]) != what(held[key]):
            found.add(f"{kind} differ", _difference(what(expected[key]), what(held[key])))


def _difference(one: object, other: object) -> str:
    a, b = msgspec.to_builtins(one), msgspec.to_builtins(other)
    named = a.get("parcel") or f"{a.get('device')} {a.get('channel')} {a.get('limit')}"
    return f"{named}: {'; '.join(_apart(a, b))}"[:400]


def _apart(a: Any, b: Any, path: str = "") -> Iterator[str]:
    """Where two values part: `path: one != other`."""
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        for key in a:
            yield from _apart(a[key], b[key], f"{path}.{key}".lstrip("."))
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for index, (left, right) in enumerate(zip(a, b, strict=True)):
            yield from _apart(left, right, f"{path}[{index}]")
    elif a != b:
        yield f"{path}: {a} != {b}"


def _values(kafka: KafkaSettings, topic: Topic) -> Iterator[bytes]:
    reader = consumer(kafka)
    try:
        partitions = partitions_of(reader, kafka.topic(topic))
        reader.assign(partitions)
        reader.seek_to_beginning(*partitions)
        ends = reader.end_offsets(partitions)
        while any(reader.position(one) < end for one, end in ends.items()):
            for batch in reader.poll(timeout_ms=500).values():
                yield from (record.value for record in batch if record.value is not None)
    finally:
        reader.close()


def dump(kafka: KafkaSettings, folder: Path) -> None:
    """All that was said, a record a line, for whoever looks for a cause."""
    for topic in (EXCURSIONS, PARCELS, SCANS, ABOARD):
        with (folder / f"{topic.name}.jsonl").open("wb") as lines:
            lines.writelines(raw + b"\n" for raw in _values(kafka, topic))
