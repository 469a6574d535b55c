"""How much a device may send: a token bucket each, as a pure function of time."""

from collections import defaultdict
from dataclasses import dataclass, field


@dataclass(slots=True)
class Room:
    """The memory for bodies on their way: at most `most` bytes together, `share` a device's.

    One device that sends slowly, and much of it, keeps nobody else out.
    """

    most: int
    share: int
    taken: int = 0
    _of_device: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def is_full(self) -> bool:
        """Whether all together have more than there is."""
        return self.taken > self.most

    def has_its_share(self, device: str) -> bool:
        """Whether a device has more than its share."""
        return self._of_device[device] > self.share

    def take(self, device: str, size: int) -> None:
        self.taken += size
        self._of_device[device] += size

    def give_back(self, device: str, size: int) -> None:
        self.taken -= size
        self._of_device[device] -= size
        if not self._of_device[device]:
            del self._of_device[device]


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


def owed(bucket: Bucket, amount: int, burst: int) -> None:
    """Charge for what was refused, however much is left; the debt is at most a `burst`."""
    bucket.left = max(-float(burst), bucket.left - amount)
