"""Real loggers' files through Kafka and the stream: the same excursions as in one batch."""

from pathlib import Path

import msgspec
import pytest
from worker_bench import Bench

from broker.topics import EXCURSIONS
from coldchain.enrolment import Enrolled, Plans
from coldchain.records import ExcursionRecord
from coldchain.registry import Registration
from coldchain.whole import records_of, samples_of
from ingest.framing import frames_of
from ingest.loggers import read
from ingest.replay import Place, replay
from ingest.topic import read_all
from runtime.profiles import load_profiles

pytestmark = pytest.mark.integration

REAL = Path(__file__).parents[4] / "shared/data/foodsafety"
NOW = 1_795_413_720_500
PROFILES = load_profiles()


@pytest.fixture
def bench(kafka: object, series_settings: object, tmp_path: Path) -> Bench:
    return Bench(kafka, series_settings, tmp_path)  # type: ignore[arg-type]


def standing(bench: Bench) -> dict[str, ExcursionRecord]:
    """Each excursion's last record, as_of aside."""
    last: dict[str, ExcursionRecord] = {}
    for record in read_all(bench.kafka, EXCURSIONS):
        if b'"rule"' in record.value:
            continue
        one = msgspec.json.decode(record.value, type=ExcursionRecord)
        last[one.id] = msgspec.structs.replace(one, as_of=0)
    return last


def told(record: ExcursionRecord) -> ExcursionRecord | tuple[str | None, ...]:
    """All of an ended excursion; of an open one, which the stream tells again only when its state
    changes, what no later reading alters.
    """
    if record.end is not None:
        return record
    return record.device, record.channel, record.limit, record.start, record.confirmed


def test_items_7_and_8_end_in_the_records_that_a_batch_gives(bench: Bench) -> None:
    paths = {f"tag-{n}": REAL / f"item{n}.csv" for n in (7, 8)}
    if not all(path.exists() for path in paths.values()):
        pytest.skip(f"{REAL} is not here: the shared real files are needed")
    expected: dict[str, ExcursionRecord] = {}
    for device, path in paths.items():
        file = read(path)
        place = Place(device, profile="iced-seafood")
        (sent,), registration = replay(bench.kafka, [(path, file)], place, NOW)
        assert isinstance(registration, Registration)
        assert sent.readings == len(file.times)
        enrolled = Enrolled.of(registration, Plans(PROFILES))
        samples = samples_of(enrolled, frames_of(file, device))
        expected |= {one.id: one for one in records_of(enrolled, samples)}
    replay(bench.kafka, [(paths["tag-7"], read(paths["tag-7"]))], Place("tag-7"), NOW)
    with bench.worker():
        bench.wait_committed()
    assert {r.limit for r in expected.values() if r.confirmed} >= {"warm", "hot"}
    found = standing(bench)
    assert {one: told(record) for one, record in found.items()} == {
        one: told(record) for one, record in expected.items()
    }
