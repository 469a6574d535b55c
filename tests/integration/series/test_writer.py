"""The writer's table of what happens to a batch, row by row, against the real server."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest

from runtime.servers.influxdb import influxdb_process
from runtime.servers.ports import free_ports
from runtime.servers.process import Process
from series.lines import head
from series.reader import Reader
from series.settings import SeriesSettings
from series.setup import ensure_bucket
from series.writer import SinkDown, Writer

pytestmark = pytest.mark.integration

AT = 1_700_000_000_000
START = head("reading", {"compartment": "main", "device": "van-1"})


class HurdleLike(Protocol):
    url: str
    refusals: list[tuple[int, Mapping[str, str]]]
    refused: int
    passed: int


def air(values: Mapping[int, float]) -> list[str]:
    return [f"{START} air={value!r} {AT + at}" for at, value in values.items()]


def stored(reader: Reader) -> dict[int, float]:
    found = reader.readings("van-1", "main.air")
    return {at - AT: value for at, value in zip(found.times, found.values, strict=True)}


def test_bad_lines_are_named_with_the_servers_reason_and_the_rest_is_written(
    writer: Writer, reader: Reader
) -> None:
    good = air({i: float(i) for i in range(100)})
    bad = ["reading,device=x air=nope 1", f'{START} air="text" {AT + 3}']
    lines = [*good[:50], bad[0], *good[50:], bad[1]]
    rejected = writer.send(lines).result()
    assert [one.line for one in rejected] == bad
    assert "invalid number" in rejected[0].reason
    assert "conflict" in rejected[1].reason
    assert stored(reader) == {i: float(i) for i in range(100)}
    assert (writer.written_lines, writer.pending_lines) == (100, 0)


def test_of_two_values_for_one_point_the_later_given_stands(writer: Writer, reader: Reader) -> None:
    batches = [air({0: float(n)}) + air({0: n + 0.5}) for n in range(50)]
    for future in [writer.send(batch) for batch in batches]:
        assert future.result() == []
    assert stored(reader) == {0: 49.5}


def test_the_same_lines_written_again_change_nothing(writer: Writer, reader: Reader) -> None:
    lines = air({i: i / 7 for i in range(30)})
    for _ in range(3):
        writer.send(lines).result()
    assert stored(reader) == {i: i / 7 for i in range(30)}


def test_more_lines_than_a_request_takes_go_in_several(
    series_settings: SeriesSettings, hurdle: HurdleLike, reader: Reader
) -> None:
    writer = Writer(replace(series_settings, url=hurdle.url, batch_lines=10))
    assert writer.send(air({i: float(i) for i in range(25)})).result() == []
    writer.close()
    assert hurdle.passed == 3
    assert len(stored(reader)) == 25


def test_a_body_too_large_for_the_server_is_halved_until_it_fits(
    writer: Writer, reader: Reader
) -> None:
    million = "x" * 1_000_000
    lines = [f'note text="{million}" {AT + i}' for i in range(40)]  # the server takes 25 MB
    assert writer.send(lines).result(timeout=60) == []
    [series] = reader.query("SELECT count(text) FROM note")
    assert series.values[0][1] == 40
    assert writer.retries == 0


def test_a_busy_server_is_asked_again_after_as_long_as_it_says(
    series_settings: SeriesSettings, hurdle: HurdleLike, reader: Reader
) -> None:
    waits: list[float] = []
    writer = Writer(replace(series_settings, url=hurdle.url), sleep=waits.append)
    hurdle.refusals += [(503, {"Retry-After": "7"}), (429, {}), (500, {}), (503, {})]
    assert writer.send(air({0: 4.0})).result() == []
    writer.close()
    assert waits == [7.0, 0.2, 0.4, 0.8]
    assert (hurdle.refused, writer.retries, writer.down_since) == (4, 4, None)
    assert stored(reader) == {0: 4.0}


def test_a_server_that_stays_busy_is_given_up_and_nothing_is_confirmed(
    series_settings: SeriesSettings, hurdle: HurdleLike, reader: Reader
) -> None:
    hurdle.refusals += [(503, {"Retry-After": "60"})]
    writer = Writer(replace(series_settings, url=hurdle.url, give_up_after=59.0))
    with pytest.raises(SinkDown, match="stays away: 503 come back later"):
        writer.send(air({0: 4.0})).result()
    away = writer.down_since
    assert away is not None
    assert (writer.written_lines, writer.pending_lines) == (0, 0)
    assert stored(reader) == {}
    assert writer.send(air({1: 5.0})).result() == []  # the next is tried afresh
    writer.close()
    assert writer.down_since is None
    assert stored(reader) == {1: 5.0}


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_that_waiting_wont_mend_fails_at_once(
    series_settings: SeriesSettings, hurdle: HurdleLike, status: int
) -> None:
    hurdle.refusals += [(status, {})]
    writer = Writer(replace(series_settings, url=hurdle.url))
    with pytest.raises(SinkDown, match=f"refuses: {status}"):
        writer.send(air({0: 4.0})).result()
    writer.close()
    assert writer.retries == 0


def test_a_bucket_that_is_not_there_fails_at_once(series_settings: SeriesSettings) -> None:
    writer = Writer(replace(series_settings, bucket="nobody-made-this"))
    with pytest.raises(SinkDown, match="nobody-made-this"):
        writer.send(air({0: 4.0})).result()
    writer.close()


def test_stopping_without_waiting_leaves_no_future_undecided() -> None:
    [port] = free_ports(1)
    writer = Writer(SeriesSettings(url=f"http://127.0.0.1:{port}"))
    futures = [writer.send(air({i: 1.0})) for i in range(5)]
    writer.close(wait=False)
    for future in futures:
        with pytest.raises(SinkDown):
            future.result(timeout=0)
    assert writer.pending_lines == 0


def test_a_writer_that_was_closed_takes_no_more(series_settings: SeriesSettings) -> None:
    writer = Writer(series_settings)
    writer.close()
    with pytest.raises(RuntimeError):
        writer.send(air({0: 1.0}))
    assert writer.pending_lines == 0


def test_it_is_full_at_as_many_lines_as_it_may_hold() -> None:
    [port] = free_ports(1)
    writer = Writer(SeriesSettings(url=f"http://127.0.0.1:{port}", max_pending_lines=10))
    writer.send(air(dict.fromkeys(range(9), 1.0)))
    assert not writer.is_full()
    writer.send(air({9: 1.0}))
    assert writer.is_full()
    writer.close(wait=False)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[tuple[Process, SeriesSettings]]:
    """An InfluxDB of the test's own, that it may stop without hurting others."""
    port, rpc_port = free_ports(2)
    server = influxdb_process(tmp_path / "influxdb", port, rpc_port)
    server.start()
    settings = SeriesSettings(url=f"http://127.0.0.1:{port}", retention_days=0)
    ensure_bucket(settings)
    yield server, settings
    server.stop()


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_server_away_for_seconds_loses_nothing_and_keeps_the_order(
    own_server: tuple[Process, SeriesSettings], end: str
) -> None:
    server, settings = own_server
    writer = Writer(settings)
    futures = [writer.send(air({n: float(n), -1: float(n)})) for n in range(200)]
    getattr(server, end)()
    futures += [writer.send(air({n: float(n), -1: float(n)})) for n in range(200, 400)]
    with ThreadPoolExecutor(1) as apart:
        started = apart.submit(server.start)
        assert [future.result(timeout=60) for future in futures] == [[]] * 400
        started.result()
    writer.close()
    reader = Reader(settings)
    assert stored(reader) == {n: float(n) for n in range(400)} | {-1: 399.0}
    reader.close()
    assert writer.retries > 0  # it really was away
