from dataclasses import replace

import pytest

from runtime.servers import Servers
from runtime.servers.ports import free_ports
from series.http import Unreachable
from series.reader import Reader, name
from series.settings import SeriesSettings
from series.setup import SetupError, ensure_bucket, is_second, version
from series.writer import Writer

pytestmark = pytest.mark.integration


def kept(settings: SeriesSettings) -> object:
    reader = Reader(settings)
    [series] = reader.query(f"SHOW RETENTION POLICIES ON {name(settings.bucket)}")
    reader.close()
    [row] = [dict(zip(series.columns, row, strict=True)) for row in series.values]
    assert row["default"] is True
    return row["duration"]


@pytest.fixture
def first(servers: Servers, series_settings: SeriesSettings) -> SeriesSettings:
    if is_second(version(series_settings)):
        pytest.skip("the server is an InfluxDB 2: retention is not shown by InfluxQL there")
    return series_settings


def test_made_again_it_keeps_what_is_stored_and_takes_the_new_retention(
    first: SeriesSettings,
) -> None:
    assert kept(first) == "0s"
    writer = Writer(first)
    writer.send(["m v=1 1700000000000"]).result()
    writer.close()
    ensure_bucket(first)
    reader = Reader(first)
    assert len(reader.query("SELECT * FROM m")) == 1
    reader.close()
    ensure_bucket(replace(first, retention_days=90))
    assert kept(first) == "2160h0m0s"


def test_a_reading_older_than_what_is_kept_is_named_as_a_bad_line(first: SeriesSettings) -> None:
    ensure_bucket(replace(first, retention_days=1))
    writer = Writer(first)
    [bad] = writer.send(["m v=1 1700000000000"]).result()
    writer.close()
    assert "beyond retention policy" in bad.reason


def test_a_bucket_may_have_any_name(first: SeriesSettings) -> None:
    odd = replace(first, bucket=f'{first.bucket} "cold" 即墨')
    ensure_bucket(odd)
    writer = Writer(odd)
    assert writer.send(["m v=1 1700000000000"]).result() == []
    writer.close()
    assert kept(odd) == "0s"


def test_what_the_server_wont_make_is_an_error_that_says_why(first: SeriesSettings) -> None:
    with pytest.raises(SetupError, match="invalid name"):
        ensure_bucket(replace(first, bucket=".."))


def test_a_server_that_does_not_answer_is_unreachable() -> None:
    [port] = free_ports(1)
    with pytest.raises(Unreachable, match=str(port)):
        ensure_bucket(SeriesSettings(url=f"http://127.0.0.1:{port}"))


def test_a_url_that_is_none_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(ValueError, match="not a URL"):
        ensure_bucket(SeriesSettings(url="influxdb:8086"))
