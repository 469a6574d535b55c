"""What the room needs to know."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from broker.settings import KafkaSettings
from coldchain.profile import Profile
from series.settings import SeriesSettings

from .links import Links
from .nearest import Position
from .routes import Routes


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """Durations in seconds.

    `group_wait`: alerts of one device within it are one message to each person. `group_interval`:
    the next message to a person about the same device waits so long after the last, unless it is
    graver (`group_interval_critical`: a critical one). `per_minute`: messages that a person gets
    by a channel in one; `digest_interval`: after one about many devices the next waits so long.
    `flap_window`: what comes back within it is the same alert; `flap_wait`: it is told again that
    long after it was last told, at the soonest. `repeat_critical`, `repeat_warning`: while nobody
    answers, those told hear it again (0: never; a rule's own goes first); `repeat_in_hand`:
    whoever has it in hand does. `silence_reminder`: how long before its end a silence's owner is
    reminded. `stale_after`: what ended, or was last seen, longer ago wakes nobody.
    `give_up_after`: for how long a message is tried. `zone` is that of the people. `profiles`
    give limits their numbers in messages; without them the sentences go without. `links` signs
    the way to the pages; `locate` says where a device was last. `series`: where alerts are written
    for the boards, if anywhere. `workers`: how many channels are called at a time.
    """

    kafka: KafkaSettings
    database: Path
    routes: Routes
    group_wait: float = 20.0
    group_interval: float = 300.0
    group_interval_critical: float = 60.0
    flap_window: float = 1800.0
    flap_wait: float = 900.0
    repeat_critical: float = 3600.0
    repeat_warning: float = 4 * 3600.0
    repeat_in_hand: float = 2 * 3600.0
    silence_reminder: float = 600.0
    per_minute: int = 6
    digest_interval: float = 30.0
    stale_after: float = 72 * 3600.0
    give_up_after: float = 2 * 3600.0
    zone: str = "Asia/Shanghai"
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    links: Links | None = None
    locate: Callable[[str], Position | None] = lambda _: None
    workers: int = 4
    series: SeriesSettings | None = None


class AlertsError(Exception):
    """The service can't run; the message says in one line why."""
