"""What the room needs to know."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from broker.settings import KafkaSettings
from coldchain.profile import Profile
from series.settings import SeriesSettings

from .links import Links
from .nearest import Position
from .pace import Pace
from .routes import Routes


@dataclass(frozen=True, slots=True)
class AlertSettings(Pace):
    """`zone` is that of the people. `profiles` give limits their numbers in messages; without them
    the sentences go without. `links` signs the way to the pages; `locate` says where a device was
    last. `series`: where alerts are written for the boards, if anywhere. `workers`: how many
    channels are called at a time: one that is slow holds up one of them.
    """

    kafka: KafkaSettings
    database: Path
    routes: Routes
    zone: str = "Asia/Shanghai"
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    links: Links | None = None
    locate: Callable[[str], Position | None] = lambda _: None
    workers: int = 8
    series: SeriesSettings | None = None


class AlertsError(Exception):
    """The service can't run; the message says in one line why."""
