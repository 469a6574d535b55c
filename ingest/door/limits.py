"""How much a device may send: a token bucket each, as a pure function of time."""

from dataclasses import dataclass


@dataclass(slots=True)
class Bucket:
    """`left` of `burst`, as of `at` (seconds on a clock that never goes back)."""

    left: float
    at: float


def take(bucket: Bucket, amount: int, rate: float, burst: int, now: float) -> float:
    """Take so much out of the bucket: 0 where it was taken, else the seconds until it can be.

    Nothing is taken where not all can be. An `amount` above `burst` never can: it waits for ever.
    """
    bucket.left = min(burst, bucket.left + max(0.0, now - bucket.at) * rate)
    bucket.at = now
    if amount <= bucket.left:
        bucket.left -= amount
        return 0.0
    return (amount - bucket.left) / rate if amount <= burst else float("inf")
