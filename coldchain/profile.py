"""A profile: what a kind of goods may go through."""

from dataclasses import dataclass

from .limits import Limit
from .shelf_life import ShelfLife


@dataclass(frozen=True, slots=True)
class PullDown:
    """Pre-cooling: warm goods must be at or below `target` (micro-degrees) `within` ms."""

    target: int
    within: int


@dataclass(frozen=True, slots=True)
class Profile:
    """Durations are in ms, temperatures in micro-degrees Celsius.

    `max_gap`: two neighbouring readings no further apart are joined by a straight line.
    `unknown_allowance`: more unknown time than this makes the verdict at least review.
    `door_grace`: how long after a door or defrost a warning's minutes stay paused.
    `door_recovery`: how long the box takes to be cold again after an ordinary door stop.
    `mkt_window`: MKT may not pass `mkt_limit` over any stretch of this length (mkt_windows.py).
    `sampling`: the longest interval at which its goods should be measured; `sampling_beyond`: and
    recorded, while beyond a limit.
    """

    id: str
    title: dict[str, str]
    limits: tuple[Limit, ...]
    max_gap: int
    unknown_allowance: int
    sampling: int
    door_grace: int = 0
    door_recovery: int = 0
    mkt_limit: int | None = None
    mkt_window: int = 0
    shelf_life: ShelfLife | None = None
    pull_down: PullDown | None = None
    retention_days: int = 730
    sampling_beyond: int | None = None
