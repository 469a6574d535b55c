"""Loggers' files: what is read, and what is said of everything that can't be."""

from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coldchain.times import from_iso
from ingest.loggers import LoggerFile, LoggerFileError, read

BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")


@pytest.fixture
def made(tmp_path: Path) -> "Made":
    return Made(tmp_path / "logger.csv")


class Made:
    """Writes a file and reads it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, text: str | bytes, **options: object) -> LoggerFile:
        self.path.write_bytes(text.encode() if isinstance(text, str) else text)
        return read(self.path, **options)  # type: ignore[arg-type]


def readings(file: LoggerFile, channel: int = 0) -> list[tuple[str, float]]:
    times, values = file.channels[channel].readings(file.times)
    return [
        (str(np.datetime64(int(at), "ms"))[:19], value / 1e6)
        for at, value in zip(times.tolist(), values.tolist(), strict=True)
    ]


def rejected(file: LoggerFile, channel: int = 0) -> list[tuple[int, str]]:
    return [(line.line, line.reason) for line in file.rejected_of(file.channels[channel])]


def test_plain_columns_are_read_to_the_microdegree(made: Made) -> None:
    file = made("date,temperature\n2016-02-10T14:10:16+00:00,3.24755578\n")
    assert file.times.tolist() == [from_iso("2016-02-10T14:10:16Z")]
    assert file.channels[0].values.tolist() == [3_247_556]
    assert (file.channels[0].name, file.rejected) == ("temperature", [])


@pytest.mark.parametrize(
    "name", ["time", "timestamp", "date", "datetime", "ts", "Date/Time", "时间"]
)
def test_the_time_column_is_known_by_its_name_wherever_it_stands(made: Made, name: str) -> None:
    file = made(f"probe,{name}\n3.5,2016-02-10T14:10:16Z\n")
    assert readings(file) == [("2016-02-10T14:10:16", 3.5)]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2016-02-10T14:10:16.789Z", "2016-02-10T14:10:16.789Z"),
        ("2016-02-10T14:10:16.789999Z", "2016-02-10T14:10:16.789Z"),
        ("2016-02-10 22:10:16+08:00", "2016-02-10T14:10:16Z"),
        ("2016-02-10T22:10+0800", "2016-02-10T14:10:00Z"),
        ("1455113416", "2016-02-10T14:10:16Z"),
        ("1455113416.25", "2016-02-10T14:10:16.250Z"),
        ("1455113416789", "2016-02-10T14:10:16.789Z"),
    ],
)
def test_iso_and_epoch_times_name_one_moment(made: Made, written: str, meant: str) -> None:
    assert made(f"time,t\n{written},3\n").times.tolist() == [from_iso(meant)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2016-02-10T14:11:00Z,warm", "not a number: 'warm'"),
        ("2016-02-10T14:11:00Z,1_000", "not a number: '1_000'"),
        ("2016-02-10T14:11:00Z,NaN", "not a temperature: NaN"),
        ("2016-02-10T14:11:00Z,inf", "not a temperature: inf"),
        ("2016-02-10T14:11:00Z,-Infinity", "not a temperature: -Infinity"),
        ("2016-02-10T14:11:00Z,-273.2", "no sensor measures this: -273.2 °C"),
        ("2016-02-10T14:11:00Z", "fields: 1, the header has 2"),
        ("2016-02-10T14:11:00Z,3,4", "fields: 3, the header has 2"),
        ("2016-02-30T14:11:00Z,3", "not a time: '2016-02-30T14:11:00Z'"),
        ("17,3", "not a time: '17'"),
        (",3", "not a time: ''"),
        ("date,temperature", "not a time: 'date'"),
        ("2016-02-10T14:11:00,3", "time without a zone: '2016-02-10T14:11:00'"),
        ('"2016-02-10T14:11:00Z,3', "a quote that is not closed on its line"),
        ("the end", "fields: 1, the header has 2"),
    ],
)
def test_a_line_that_is_no_reading_is_told_and_stops_nothing(
    made: Made, line: str, reason: str
) -> None:
    file = made(f"date,temperature\n2016-02-10T14:10:00Z,3\n{line}\n2016-02-10T14:12:00Z,4\n")
    assert rejected(file) == [(3, reason)]
    assert readings(file) == [("2016-02-10T14:10:00", 3.0), ("2016-02-10T14:12:00", 4.0)]


def test_a_blank_value_is_a_sample_not_taken(made: Made) -> None:
    file = made("time,a,b\n2016-02-10T14:10:00Z,,3\n\n2016-02-10T14:11:00Z,4,\n")
    assert rejected(file) == []
    assert readings(file, 0) == [("2016-02-10T14:11:00", 4.0)]
    assert readings(file, 1) == [("2016-02-10T14:10:00", 3.0)]


def test_a_bad_value_costs_its_own_channel_alone(made: Made) -> None:
    file = made("time,a,b\n2016-02-10T14:10:00Z,ERR,3\n2016-02-10T14:11:00Z,4,4\n")
    assert rejected(file, 0) == [(2, "not a number: 'ERR'")]
    assert rejected(file, 1) == []
    assert len(readings(file, 1)) == 2


def test_times_repeated_or_running_backwards_are_kept_for_the_judge(made: Made) -> None:
    times = ["14:12", "14:10", "14:10", "14:11"]
    file = made("time,t\n" + "".join(f"2016-02-10T{at}:00Z,{i}\n" for i, at in enumerate(times)))
    assert [at[11:16] for at, _ in readings(file)] == times


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("\ufeff", "is empty"),
        ("a,b\n1,2\n", "no column of times"),
        ("time\n2016-02-10T14:10:00Z\n", "no column of times"),
        ("time,note\n2016-02-10T14:10:00Z,fine\n", "with a column of temperatures"),
        ("time,humidity,battery\n2016-02-10T14:10:00Z,50,90\n", "with a column of temperatures"),
        ("time,t\n2016-02-10T14:10:00,3\n", "line 2: time without a zone: .*--tz"),
        (b"time,t\n\x00\x01\x02", "is not a text file"),
        (b"PK\x03\x04rest", "save it as CSV"),
        (b"%PDF-1.7", "export the readings as CSV"),
        (b"\xff\xfe\x00\xd8t\x00", "UTF-16"),
    ],
)
def test_a_file_of_no_use_is_refused_in_one_line(made: Made, text: str | bytes, said: str) -> None:
    with pytest.raises(LoggerFileError, match=said) as refusal:
        made(text)
    assert "\n" not in str(refusal.value)
    assert "logger.csv" in str(refusal.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LoggerFileError, match="can't be read: No such file"):
        read(tmp_path / "missing.csv")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LoggerFileError, match="can't be read: Is a directory"):
        read(tmp_path)


def test_a_header_alone_is_a_channel_without_readings(made: Made) -> None:
    file = made("date,temperature\n")
    assert [channel.name for channel in file.channels] == ["temperature"]
    assert readings(file) == []


def test_local_times_are_of_the_zone_given(made: Made) -> None:
    file = made("time,t\n2016-02-10 22:10:00,3\n2016/2/10 22:15,4\n", zone=SHANGHAI)
    assert [at for at, _ in readings(file)] == ["2016-02-10T14:10:00", "2016-02-10T14:15:00"]


def test_a_zone_in_the_text_goes_before_the_zone_given(made: Made) -> None:
    file = made("time,t\n2016-02-10T14:10:00Z,3\n", zone=SHANGHAI)
    assert readings(file) == [("2016-02-10T14:10:00", 3.0)]


def test_the_hour_that_comes_twice_and_the_one_that_never_does_are_refused(made: Made) -> None:
    file = made(
        "time,t\n"
        "2026-03-29 01:59:00,1\n2026-03-29 02:30:00,2\n2026-03-29 03:00:00,3\n"
        "2026-10-25 01:59:00,4\n2026-10-25 02:30:00,5\n2026-10-25 03:00:00,6\n",
        zone=BERLIN,
    )
    assert readings(file) == [
        ("2026-03-29T00:59:00", 1.0),
        ("2026-03-29T01:00:00", 3.0),
        ("2026-10-24T23:59:00", 4.0),
        ("2026-10-25T02:00:00", 6.0),
    ]
    assert [(line, reason[:46]) for line, reason in rejected(file)] == [
        (3, "local time 2026-03-29 02:30:00 does not exist "),
        (6, "local time 2026-10-25 02:30:00 comes twice in "),
    ]


def test_fahrenheit_that_means_8_degrees_is_8_degrees(made: Made) -> None:
    text = "time,t\n2016-02-10T14:10:00Z,46.4\n"
    assert made(text, fahrenheit=True).channels[0].values.tolist() == [8_000_000]


def test_a_unit_in_the_header_counts_where_none_is_given(made: Made) -> None:
    text = "time,Temp (°F)\n2016-02-10T14:10:00Z,46.4\n"
    assert readings(made(text)) == [("2016-02-10T14:10:00", 8.0)]
    assert readings(made(text, fahrenheit=False)) == [("2016-02-10T14:10:00", 46.4)]


@pytest.mark.parametrize(
    "text",
    [
        '"time","t"\n"2016-02-10T14:10:00Z","3.5"\n',
        "\ufefftime,t\n2016-02-10T14:10:00Z,3.5\n",
        "time,t\r\n2016-02-10T14:10:00Z,3.5\r\n",
        "time,t\r2016-02-10T14:10:00Z,3.5\r",
        "time,t\n2016-02-10T14:10:00Z,3.5",
        "time;t\n2016-02-10T14:10:00Z;3,5\n",
        "time;t\n2016-02-10T14:10:00Z;3.5\n",
        "time\tt\n2016-02-10T14:10:00Z\t3,5\n",
        'time,t\n2016-02-10T14:10:00Z,"3,5"\n',
        "time, t\n2016-02-10T14:10:00Z, 3.5 \n",
        "logger,AX-7\nowner,harbour\n\ntime,t\n2016-02-10T14:10:00Z,3.5\n",
    ],
)
def test_the_many_ways_to_write_one_reading(made: Made, text: str) -> None:
    file = made(text)
    assert readings(file) == [("2016-02-10T14:10:00", 3.5)]
    assert rejected(file) == []


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "utf-8-sig"])
def test_chinese_headers_are_read_in_every_common_encoding(made: Made, encoding: str) -> None:
    file = made("时间,温度(℃),湿度\n2016-02-10T14:10:00Z,3.5,60\n".encode(encoding))
    assert [channel.name for channel in file.channels] == ["温度(℃)"]
    assert readings(file) == [("2016-02-10T14:10:00", 3.5)]


def test_date_and_time_of_day_may_stand_apart(made: Made) -> None:
    file = made("Date;Time;T1;T2\n2016-02-10;22:10:00;3,5;4\n", zone=SHANGHAI)
    assert readings(file, 1) == [("2016-02-10T14:10:00", 4.0)]


def test_day_and_month_are_told_apart_by_the_closeness_of_times(made: Made) -> None:
    text = "time,t\n01/02/2016 23:50,3\n02/02/2016 00:00,4\n"
    assert [at for at, _ in readings(made(text, zone=ZoneInfo("UTC")))] == [
        "2016-02-01T23:50:00",
        "2016-02-02T00:00:00",
    ]


def test_day_and_month_that_can_not_be_told_apart_have_to_be_said(made: Made) -> None:
    text = "time,t\n01/02/2016 23:40,3\n01/02/2016 23:50,4\n"
    with pytest.raises(LoggerFileError, match="--dates dmy"):
        made(text, zone=ZoneInfo("UTC"))
    assert readings(made(text, zone=ZoneInfo("UTC"), order="mdy"))[0][0] == "2016-01-02T23:40:00"


def test_channels_of_one_name_stay_two(made: Made) -> None:
    file = made("time,t,t\n2016-02-10T14:10:00Z,3,4\n")
    assert [channel.name for channel in file.channels] == ["t", "t (2)"]


lines = st.one_of(
    st.builds(
        lambda s, v: (
            f"2016-02-10T{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}Z,{v:.3f},{v / 2:.2f}"
        ),
        st.integers(0, 86_399),
        st.floats(-110, 110),
    ),
    st.sampled_from(["", "x", "2016-02-10T14:11:00Z,,", "2016-02-10T14:11:00Z,nan,3", ",,", '"']),
    st.sampled_from(["2016-02-10T14:11:00Z,1,x", "2016-02-10 14:11,1,2", "1455113416,+3,4"]),
)


@given(st.lists(lines, max_size=120), st.sampled_from([64, 300, 1 << 21]))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_blocks_read_fast_and_lines_read_slowly_say_the_same(
    tmp_path_factory: pytest.TempPathFactory, some: list[str], block_bytes: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "both.csv"
    text = "time,a temp,b temp\n2016-02-10T00:00:00Z,1,1\n" + "".join(f"{s}\n" for s in some)
    path.write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.loggers.reader.FEW_LINES", 1)
        fast = read(path, block_bytes=block_bytes)
    slow = read_slowly(path)
    assert fast.span == slow.span
    for one, other in zip(fast.channels, slow.channels, strict=True):
        assert fast.rejected_of(one) == slow.rejected_of(other)
        pairs = [
            sorted(zip(*(part.tolist() for part in channel.readings(file.times)), strict=True))
            for file, channel in ((fast, one), (slow, other))
        ]
        assert pairs[0] == pairs[1]


def read_slowly(path: Path) -> LoggerFile:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.loggers.reader.fast_reader", lambda *_: None)
        return read(path)
