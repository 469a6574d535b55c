"""What a column's name says: a time, a temperature and its unit, or something else."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, timedelta, timezone, tzinfo

from .layout import Column

#: Names of a time column, letters and digits only, the fullest first.
TIMES = ("timestamp", "datetime", "time", "date", "ts", "日期时间", "记录时间", "采集时间", "时间")

_TEMPERATURE = frozenset({"temp", "temperature", "celsius", "fahrenheit", "probe", "degc", "degf"})
#: Numbers that are no temperature of the goods or their air.
_OTHER_WORDS = """
    no id index nr num number seq sequence record serial sn
    humidity humi hum rh dew dewpoint absolute pressure hpa light lux co co2
    battery bat batt voltage volt volts current rssi signal
    lat latitude lon lng long longitude altitude speed
    door alarm alarms limit status marker mkt
"""
_OTHER = frozenset(_OTHER_WORDS.split())
#: Of those, what is no reading even where it is in degrees.
_DERIVED = frozenset({"dew", "dewpoint", "mkt", "alarm", "alarms", "limit"})
_DERIVED_CHINESE = ("露点", "报警")
_MARKS = ("温", "°", "℃", "℉")
_OTHER_CHINESE = ("湿", "露点", "电量", "电压", "序号", "编号", "经度", "纬度", "报警", "信号")
_BRACKETED = re.compile(r"\(.*?\)|（.*?）|\[.*?\]")
_FAHRENHEIT = re.compile(r"°\s*F|℉|华氏|\bdeg\.?\s*F\b|fahrenheit|[(\[（_]\s*F\s*[)\]）]?$", re.I)
_GMT = re.compile(r"\b(?:GMT|UTC)\s*(?:([+-])(\d{1,2})(?::?(\d{2}))?)?(?![+\-\w])")
_OFFSET_LIMIT = timedelta(hours=24)


def time_column(names: Sequence[str]) -> int | None:
    """Which column is the time, by its name: any case, less what stands in brackets."""
    plain = [_plain(name) for name in names]
    return next((plain.index(time) for time in TIMES if time in plain), None)


def zone_in(name: str) -> tzinfo | None:
    """The zone that a time column's name gives (`Date Time, GMT+08:00`, `time (UTC)`)."""
    match = _GMT.search(name)
    if match is None:
        return None
    if match[1] is None:
        return UTC
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    if offset >= _OFFSET_LIMIT:
        return None
    return timezone(offset if match[1] == "+" else -offset)


def is_temperature(name: str) -> bool:
    """Whether the name says that it is one."""
    if is_other(name):
        return False
    return _is_in_degrees(name)


def is_other(name: str) -> bool:
    """Whether the name says that its numbers are not temperatures of the goods or their air.

    One that says degrees is a temperature, wherever its probe is ("door °C"), unless derived.
    """
    words = set(re.findall(r"[a-z]+\d*", name.lower()))
    is_derived = bool(words & _DERIVED) or any(mark in name for mark in _DERIVED_CHINESE)
    if _is_in_degrees(name) and not is_derived:
        return False
    return (
        name in ("", "#")
        or "%" in name
        or bool(words & _OTHER)
        or any(mark in name for mark in _OTHER_CHINESE)
    )


def _is_in_degrees(name: str) -> bool:
    words = set(re.findall(r"[a-z]+", name.lower()))
    return bool(words & _TEMPERATURE) or any(mark in name for mark in _MARKS)


def is_fahrenheit(name: str) -> bool:
    """Whether the name gives Fahrenheit as its unit."""
    return bool(_FAHRENHEIT.search(name))


def columns(
    names: Sequence[str], indices: Iterable[int], fahrenheit: bool | None
) -> tuple[Column, ...]:
    """Those columns as channels: the user's unit, else that of the name; no name twice."""
    found: list[Column] = []
    taken: set[str] = set()
    for index in indices:
        name = names[index] or f"column {index + 1}"
        shown, count = name, 2
        while shown in taken:
            shown, count = f"{name} ({count})", count + 1
        taken.add(shown)
        unit = is_fahrenheit(name) if fahrenheit is None else fahrenheit
        found.append(Column(index, shown, unit))
    return tuple(found)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", _BRACKETED.sub("", name.split(",")[0])).lower()
