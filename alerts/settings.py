"""What the room needs to know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from broker.settings import KafkaSettings
from coldchain.profile import Profile

from .routes import Routes


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """Durations in seconds.

    `group_wait`: alerts of one device within it are one message to each person. `stale_after`:
    what ended, or was last seen, longer ago wakes nobody. `give_up_after`: for how long a message
    is tried. `zone` is that of the people. `profiles` give limits their numbers in messages;
    without them the sentences go without. `workers`: how many channels are called at a time.
    """

    kafka: KafkaSettings
    database: Path
    routes: Routes
    group_wait: float = 20.0
    stale_after: float = 72 * 3600.0
    give_up_after: float = 2 * 3600.0
    zone: str = "Asia/Shanghai"
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    workers: int = 4


class AlertsError(Exception):
    """The service can't run; the message says in one line why."""
