"""The roster: what the registry says of a device, made ready for its frames."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from coldchain.celsius import MICRO, POSSIBLE_MAX_C, POSSIBLE_MIN_C
from coldchain.frames import TEMPERATURES
from coldchain.judge import Plan
from coldchain.profile import Profile
from coldchain.registry import ChannelEntry, Entry, Registration
from coldchain.times import from_iso
from series.lines import escape, head
from series.schema import READING

#: What a sensor can report at all, by quantity: (least, most).
POSSIBLE = {
    "air": (POSSIBLE_MIN_C, POSSIBLE_MAX_C),
    "product": (POSSIBLE_MIN_C, POSSIBLE_MAX_C),
    "ambient": (POSSIBLE_MIN_C, POSSIBLE_MAX_C),
    "humidity": (0.0, 100.0),
    "door": (0.0, 1.0),
    "defrost": (0.0, 1.0),
    "compressor": (0.0, 1.0),
    "mains": (0.0, 1.0),
}
#: What pauses a warning.
PAUSING = frozenset({"door", "defrost"})


class Unregistered(ValueError):  # noqa: N818 - what is wrong is the frame's sender, not the code
    """A frame that the registry has no place for; the message is the reason."""


class Plans:
    """What to judge by, per profile and quantity; made once each."""

    def __init__(self, profiles: Mapping[str, Profile]) -> None:
        self._profiles = profiles
        self._made: dict[tuple[str, str], Plan] = {}

    def profile(self, name: str) -> Profile:
        """The profile of this name. Raises Unregistered."""
        try:
            return self._profiles[name]
        except KeyError:
            raise Unregistered(f"profile {name!r} is not known here") from None

    def plan(self, name: str, quantity: str) -> Plan:
        """What a channel of this quantity is judged by. Raises Unregistered."""
        made = self._made.get((name, quantity))
        if made is None:
            made = self._made[name, quantity] = Plan.of(self.profile(name), quantity)
        return made


@dataclass(frozen=True, slots=True)
class Post:
    """A channel as the registry has it: where it is and what it is judged by.

    `plan` is None where nothing is judged or summed; `calibration` is in micro-units; `start`
    begins its lines of readings, `field` names its value there.
    """

    channel: str
    compartment: str
    quantity: str
    field: str
    start: str
    least: float
    most: float
    calibration: int
    plan: Plan | None
    door_grace: int

    @property
    def pauses(self) -> bool:
        return self.quantity in PAUSING


@dataclass(slots=True)
class Enrolled:
    """One device's registration, with the posts of its channels as of each entry."""

    registration: Registration
    plans: Plans
    starts: list[int]
    posts: dict[tuple[int, str], Post] = field(default_factory=dict)

    @classmethod
    def of(cls, registration: Registration, plans: Plans) -> "Enrolled":
        return cls(registration, plans, [from_iso(e.since) for e in registration.history])

    def index(self, at: int) -> int:
        """Which entry is in force at `at` (ms). Raises Unregistered before the first."""
        index = bisect_right(self.starts, at) - 1
        if index < 0:
            raise Unregistered(f"device {self.registration.device} was not registered then")
        return index

    def entry(self, index: int) -> Entry:
        return self.registration.history[index]

    def post(self, index: int, channel: str) -> Post:
        """A channel's post as of entry `index`. Raises Unregistered."""
        found = self.posts.get((index, channel))
        if found is None:
            found = self.posts[index, channel] = self._make(self.entry(index), channel)
        return found

    def _make(self, entry: Entry, channel: str) -> Post:
        compartment, name = channel.split(".", 1)
        quantity = name.split(".", 1)[0]
        placed = entry.compartments.get(compartment)
        said = entry.channels.get(channel, ChannelEntry())
        plan, grace = None, 0
        if placed is not None:
            grace = self.plans.profile(placed.profile).door_grace
            if said.counts and quantity in TEMPERATURES:
                plan = self.plans.plan(placed.profile, quantity)
        tags = {"compartment": compartment, "device": self.registration.device}
        return Post(
            channel,
            compartment,
            quantity,
            escape(name),
            head(READING.name, tags),
            *POSSIBLE[quantity],
            round(said.calibration * MICRO),
            plan,
            grace,
        )


class Roster:
    """All devices registered. `put` and `drop` follow the registry topic."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans
        self._devices: dict[str, Enrolled] = {}

    def put(self, registration: Registration) -> None:
        self._devices[registration.device] = Enrolled.of(registration, self._plans)

    def drop(self, device: str) -> None:
        self._devices.pop(device, None)

    def find(self, device: str) -> Enrolled | None:
        return self._devices.get(device)

    def __len__(self) -> int:
        return len(self._devices)
