"""How long to wait before asking again: what the server says, else exponential back-off."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST_S = 0.1
LONGEST_S = 5.0


def backoff(attempt: int) -> float:
    """Seconds to wait after the `attempt`-th failure (from 0): 0.1, 0.2, … at most 5."""
    return float(min(LONGEST_S, FIRST_S * 2 ** min(attempt, 10)))


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds from a Retry-After header (a number or a date), or None where there is none."""
    value = next((v for k, v in headers.items() if k.lower() == "retry-after"), "").strip()
    if not value:
        return None
    if value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
