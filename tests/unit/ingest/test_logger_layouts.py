"""Vendors' exports, each as its software writes them."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from coldchain.times import from_iso
from ingest.loggers import LoggerFile, read

UTC = ZoneInfo("UTC")

HOBO = """\
"Plot Title: van 42"
"#","Date Time, GMT+08:00","Temp, °C (LGR S/N: 20362477, SEN S/N: 20362477)","Host Connected"
1,02/10/16 11:55:16 PM,3.247,
2,02/11/16 12:00:16 AM,3.250,
3,02/11/16 12:05:16 AM,,Logged
"""
LASCAR = """\
Freezer 3,Time,Celsius(°C),High Alarm,Low Alarm,Humidity(%rh),Dew Point(°C),Serial Number
1,10/02/2016 23:55:16,3.5,8.0,2.0,50.5,-5.9,010032184
2,11/02/2016 00:00:16,3.6,8.0,2.0,50.5,-5.9
"""
IBUTTON = """\
1-Wire/iButton Part Number: DS1922L
1-Wire/iButton Registration Number: 4A00000018D4B641
Is Mission Active?  true

Date/Time,Unit,Value
20/02/16 11:55:16 PM,C,3.5
21/02/16 12:00:16 AM,C,3,562
21/02/16 12:05:16 AM,F,46.4
21/02/16 12:10:16 AM,K,276
"""


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "export.txt"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def told(file: LoggerFile) -> list[tuple[int, int]]:
    times, values = file.channels[0].readings(file.times)
    return list(zip(times.tolist(), values.tolist(), strict=True))


def test_a_hobo_export_carries_its_own_zone(tmp_path: Path) -> None:
    file = read(written(tmp_path, HOBO))
    assert (file.layout, [c.name for c in file.channels]) == ("hobo", ["Temp"])
    assert told(file) == [
        (from_iso("2016-02-10T23:55:16+08:00"), 3_247_000),
        (from_iso("2016-02-11T00:00:16+08:00"), 3_250_000),
    ]
    assert file.rejected == []


def test_a_hobo_export_in_fahrenheit_is_read_as_such(tmp_path: Path) -> None:
    text = HOBO.replace("°C", "°F").replace("3.247", "46.4")
    assert told(read(written(tmp_path, text)))[0][1] == 8_000_000


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_an_easylog_export_has_one_channel_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    file = read(written(tmp_path, LASCAR.encode(encoding)), zone=UTC)
    assert (file.layout, [c.name for c in file.channels]) == ("lascar", ["Celsius(°C)"])
    assert told(file) == [
        (from_iso("2016-02-10T23:55:16Z"), 3_500_000),
        (from_iso("2016-02-11T00:00:16Z"), 3_600_000),
    ]


def test_an_ibutton_export_says_the_unit_of_each_line(tmp_path: Path) -> None:
    file = read(written(tmp_path, IBUTTON), zone=UTC)
    assert file.layout == "ibutton"
    assert told(file) == [
        (from_iso("2016-02-20T23:55:16Z"), 3_500_000),
        (from_iso("2016-02-21T00:00:16Z"), 3_562_000),
        (from_iso("2016-02-21T00:05:16Z"), 8_000_000),
    ]
    assert [(line.line, line.reason) for line in file.rejected] == [
        (9, "unit 'K' is neither C nor F")
    ]
