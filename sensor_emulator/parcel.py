"""A parcel, where it is when, and what is scanned of it."""

from dataclasses import dataclass, field
from typing import Literal

from coldchain.custody import Act

Where = Literal["surface", "core"]


@dataclass(frozen=True)
class Words:
    """Who gave, who received, what was noted."""

    giver: str = ""
    receiver: str = ""
    note: str = ""


@dataclass(frozen=True)
class Scan:
    """One thing done to a parcel `at` (ms) a compartment; `measured`: a thermometer was put
    there. `received` by the broker; None: never, the scan is missing.
    """

    act: Act
    at: int
    box: int
    words: Words
    measured: Where | None
    received: int | None
    is_late: bool = False


@dataclass(frozen=True)
class Stay:
    """A parcel in a compartment from `start` until `end` (ms; None: to the end of the run)."""

    box: int
    start: int
    end: int | None


@dataclass
class Parcel:
    """One parcel. `celsius`: how warm it came; None: as warm as its first compartment's goods.

    Between stays it is in somebody's hands, in the open. `tag`: the compartment of the tag that
    rides with it, from `tied` until `untied` (ms; None: to the end of the run). `gone`: when it
    was delivered, ms.
    """

    number: int
    profile: str
    shipment: str = ""
    is_green: bool = False
    celsius: float | None = None
    stays: list[Stay] = field(default_factory=list)
    scans: list[Scan] = field(default_factory=list)
    tag: int | None = None
    tied: int = 0
    untied: int | None = None
    gone: int | None = None

    def move_in(self, box: int, at: int) -> None:
        self.stays.append(Stay(box, at, None))

    def move_out(self, at: int) -> int:
        """Out of where it is; the compartment."""
        last = self.stays[-1]
        self.stays[-1] = Stay(last.box, last.start, at)
        return last.box
