"""Alerts on their way to the boards: on a real InfluxDB, and with none there."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alert_world import World

from alerts.series import chronicle
from coldchain.records import ConditionRecord
from coldchain.times import iso
from series.reader import Reader
from series.schema import ALERT, OUTBOX
from series.settings import SeriesSettings

pytestmark = pytest.mark.integration


@contextmanager
def followed(
    database: Path, series: SeriesSettings, clock: Callable[[], int]
) -> Iterator[threading.Thread]:
    stop = threading.Event()
    thread = threading.Thread(target=chronicle, args=(database, series, stop, clock))
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(60)
        assert not thread.is_alive()


def stored(series: SeriesSettings, measurement: str) -> list[dict[str, Any]]:
    reader = Reader(series)
    found = reader.query(f'SELECT * FROM "{measurement}"')  # noqa: S608 - ours
    reader.close()
    return [dict(zip(one.columns, row, strict=True)) for one in found for row in one.values]


def until(said: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not said():
        assert time.monotonic() < deadline, "it did not come in time"
        time.sleep(0.05)


def told(world: World) -> None:
    """A van without mains: one alert, and one message about it."""
    world.enrol()
    world.say(
        ConditionRecord(
            id="c1",
            state="raised",
            device="van-1",
            subject="unit.mains",
            rule="mains-lost",
            severity="critical",
            since=iso(world.now),
            due=iso(world.now),
            until=None,
            as_of=1,
        )
    )
    world.round()


def test_an_alert_is_one_point_in_the_store_however_often_it_is_written(
    series_settings: SeriesSettings, tmp_path: Path
) -> None:
    world = World(database=tmp_path / "alerts.sqlite")
    told(world)
    with followed(tmp_path / "alerts.sqlite", series_settings, lambda: world.now):
        until(lambda: stored(series_settings, ALERT.name))
        [fired] = stored(series_settings, ALERT.name)
        assert (fired["status"], fired["unanswered"], fired["messages"]) == ("firing", 1, 1)
        world.now += 300_000
        world.acknowledge(fired["id"])
        until(lambda: stored(series_settings, ALERT.name)[0]["unanswered"] == 0)
    [answered] = stored(series_settings, ALERT.name)
    assert (answered["time"], answered["ack_minutes"]) == (fired["time"], 5.0)
    assert {row["sent"] for row in stored(series_settings, OUTBOX.name)} == {1}


def test_a_store_that_is_away_stops_nothing(
    series_settings: SeriesSettings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(database=tmp_path / "alerts.sqlite")
    told(world)
    nobody = replace(series_settings, url="http://127.0.0.1:9")
    with followed(tmp_path / "alerts.sqlite", nobody, lambda: world.now) as thread:
        until(lambda: "not on the boards for now" in caplog.text)
        assert thread.is_alive()
