"""What a way to the front door is, and what it may answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from .base import TargetError

#: What is sent: also the last part of the front door's paths and topics.
What = Literal["frames", "custody"]


@dataclass(frozen=True, slots=True)
class Taken:
    """So many of the batch are done with, from its front: kept, or refused for good (`why`: the
    first one's reason). What is left of it is to be sent again; it may be there nevertheless.
    """

    accepted: int
    refused: int = 0
    why: str = ""

    @property
    def done(self) -> int:
        return self.accepted + self.refused


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing was taken; it may be tried again in so many seconds."""

    seconds: float


class Smaller:
    """Nothing was taken: not all of that at once."""


Answer = Taken | Later | Smaller


class AwayError(Exception):
    """No answer came. `may_be_there`: all or some of it may have been taken nevertheless."""

    def __init__(self, why: str, may_be_there: bool) -> None:
        super().__init__(why)
        self.may_be_there = may_be_there


class Line(Protocol):
    """Used on one event loop; `deliver` by many at once, for one device one at a time."""

    def lacks(self, devices: Sequence[str]) -> TargetError | None:
        """What is missing to speak for these devices."""

    async def open(self) -> None:
        """Raises TargetError where nobody answers there."""

    async def deliver(self, what: What, device: str, batch: Sequence[bytes]) -> Answer:
        """Send a batch, in order. Raises AwayError; TargetError where it never will be taken."""

    async def close(self) -> None: ...
