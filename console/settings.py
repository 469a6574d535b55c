"""What the room needs to know."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from alerts.links import Links
from alerts.settings import AlertSettings
from coldchain.alert_commands import Command
from coldchain.times import HOUR_MS

from .inspector.settings import InspectorSettings


class Readings(Protocol):
    """A channel's readings by time: ms, and °C."""

    @property
    def times(self) -> list[int]: ...

    @property
    def values(self) -> list[float]: ...


#: (device, compartment, from, to in ms) -> readings by channel, without the compartment's name.
Ask = Callable[[str, str, int, int], Mapping[str, Readings]]


class NotSentError(Exception):
    """A command did not get through; nothing was done."""


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """`alerts`: the alert service's settings, whose database is read; `links` knows who may come.

    `send` puts commands on their topic, confirmed, else raises NotSentError; `readings` asks the
    series store and may raise anything: a page goes without its plot then. `session`: how long
    (ms) somebody stays known. `patience`: seconds that a form waits to see its deed done.
    `inspector`: None where this machine has no archive.
    """

    alerts: AlertSettings
    links: Links
    send: Callable[[Sequence[Command]], None]
    readings: Ask
    clock: Callable[[], int]
    session: int = 12 * HOUR_MS
    patience: float = 3.0
    inspector: InspectorSettings | None = None
