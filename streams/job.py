"""A frame to judge, and where it came from."""

from dataclasses import dataclass

from coldchain.enrolment import Enrolled
from coldchain.frames import Frame

from .layout import Stints
from .memory import DeviceMemory


@dataclass(frozen=True, slots=True)
class Arrival:
    """When and where a frame came in: receipt (ms), its offset, the time no sample may pass."""

    received: int
    offset: int
    latest: int


@dataclass(frozen=True, slots=True)
class Job:
    """A frame to judge. `put_all_off`: its device is being judged again, its readings wait."""

    enrolled: Enrolled
    memory: DeviceMemory
    frame: Frame
    arrival: Arrival
    stints: Stints
    put_all_off: bool = False
