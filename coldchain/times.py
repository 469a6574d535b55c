"""Times: integer milliseconds since the epoch, UTC, everywhere inside; ISO 8601 at the edges."""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def iso(ms: int) -> str:
    """Milliseconds since the epoch as ISO 8601 UTC: `2026-11-23T08:00:00.000Z`."""
    days, rest = divmod(ms, DAY_MS)
    seconds, rest = divmod(rest, SECOND_MS)
    minute, second = divmod(seconds, 60)
    hour, minute = divmod(minute, 60)
    return f"{_date(days)}T{hour:02}:{minute:02}:{second:02}.{rest:03}Z"


@lru_cache(maxsize=4096)
def _date(days: int) -> str:
    """The date so many days after the epoch: most times asked for share a few."""
    return (_EPOCH + timedelta(days=days)).date().isoformat()


def from_iso(text: str) -> int:
    """ISO 8601 with a zone, as milliseconds since the epoch (rounded down).

    Raises ValueError when the text is not ISO 8601 or carries no zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"time without a zone: {text!r}")
    return (moment - _EPOCH) // _MILLISECOND


def minutes(ms: int) -> float:
    """A duration in milliseconds as minutes."""
    return ms / MINUTE_MS


def local(ms: int, zone: tzinfo) -> str:
    """A time as a person's clock in the zone shows it: `2026-11-23 16:00:00`."""
    return f"{datetime.fromtimestamp(ms / 1000, tz=zone):%Y-%m-%d %H:%M:%S}"
