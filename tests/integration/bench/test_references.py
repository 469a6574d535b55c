"""Other frameworks do the same job: what they store is what the bare loop stores."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bench import processors
from bench.processors import SHAPES, bare_round, fresh
from bench.references import environment
from bench.references.work import Order
from broker.settings import KafkaSettings
from coldchain.enrolment import Plans
from series.reader import Reader
from series.settings import SeriesSettings


def stored(series: SeriesSettings) -> dict[str, int]:
    """How many points of each measurement the rules lead to."""
    found: dict[str, int] = {}
    with closing(Reader(series)) as reader:
        for name, field in (("reading", "air"), ("piece", "count"), ("excursion", "state")):
            rows = reader.query(f'SELECT COUNT("{field}") FROM "{name}"')  # noqa: S608
            found[name] = sum(int(str(row[1])) for one in rows for row in one.values)
    return found


@pytest.mark.parametrize("name", environment.MODULES)
def test_a_framework_stores_what_the_bare_loop_stores(
    name: str, kafka: KafkaSettings, series_settings: SeriesSettings, tmp_path: Path
) -> None:
    if environment.python() is None:
        pytest.skip("it could not be installed")
    kafka = replace(kafka, partitions=4)
    records = processors.fill(kafka, SHAPES["van"], devices=20, minutes=60)
    own = fresh(series_settings, f"{series_settings.bucket}-bare")
    bare_round(kafka, own, records * SHAPES["van"].readings, Plans)
    order = Order(kafka, series_settings, records, str(tmp_path), f"{kafka.prefix}job")
    environment.run(name, order)
    assert stored(series_settings) == stored(own)
    assert all(stored(own).values())
