"""Hours of the day, as people keep them: `22:00-07:00` in their zone. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORM = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Hours:
    """From one minute of the day to another, excluded; over midnight where that is less."""

    start: int
    end: int

    def hold(self, minute: int) -> bool:
        """Whether this minute of the day is within."""
        if self.start < self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end


def parse(text: str) -> Hours:
    """`22:00-07:00`. Raises ValueError."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not hours of the day, as 22:00-07:00")
    hour, minute, to_hour, to_minute = map(int, found.groups())
    if (hour, minute) == (to_hour, to_minute):
        raise ValueError(f"{text!r} begins as it ends")
    return Hours(hour * 60 + minute, to_hour * 60 + to_minute)


def minute_of_day(now: int, zone: ZoneInfo) -> int:
    """The minute of the day there at `now` (ms)."""
    moment = _local(now, zone)
    return moment.hour * 60 + moment.minute


def quiet_until(quiet: Iterable[Hours], now: int, zone: ZoneInfo) -> int:
    """When the quiet hours that hold at `now` (ms) end, ms; `now` where none hold."""
    until, hours = now, list(quiet)
    for _ in range(len(hours) + 1):  # one may end within another
        minute = minute_of_day(until, zone)
        held = next((one for one in hours if one.hold(minute)), None)
        if held is None:
            break
        moment = _local(until, zone)
        end = moment.replace(hour=held.end // 60, minute=held.end % 60, second=0, microsecond=0)
        if end <= moment:
            end = (end.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=zone)
        until = (end - _EPOCH) // timedelta(milliseconds=1)
    return until


def _local(ms: int, zone: ZoneInfo) -> datetime:
    return (_EPOCH + timedelta(milliseconds=ms)).astimezone(zone)
