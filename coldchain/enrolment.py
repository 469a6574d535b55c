"""What the registry says of a device, made ready for its readings.

A change applies from its date: which post a reading has is decided by its own time.
"""

import dataclasses
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .celsius import MICRO, POSSIBLE_MAX_C, POSSIBLE_MIN_C
from .frames import TEMPERATURES
from .judge import Plan
from .profile import Profile
from .registry import ChannelEntry, Duty, Entry, Registration
from .rules.given import NONE, Given, of_switch, of_temperature
from .times import from_iso

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
#: In these duties nothing aboard can spoil: readings are stored, not judged.
IDLE: frozenset[Duty] = frozenset({"empty", "under-repair"})


class Unregistered(ValueError):  # noqa: N818 - what is wrong is the sender, not the code
    """Readings that the registry has no place for; the message is the reason."""


class Plans:
    """What to judge by, per profile and quantity; made once each."""

    def __init__(self, profiles: Mapping[str, Profile]) -> None:
        self._profiles = profiles
        self._made: dict[tuple[str, str], Plan] = {}
        self._given: dict[tuple[str, str, bool], Given] = {}
        self._cooling: dict[str, Given] = {}

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

    def rules(self, name: str, quantity: str, duty: Duty) -> Given:
        """The rules that a judged channel of this quantity is given. Raises Unregistered."""
        is_cooling = duty == "pre-cooling"
        given = self._given.get((name, quantity, is_cooling))
        if given is None:
            limits = self.plan(name, quantity).limits
            given = of_temperature(quantity, self.profile(name), limits, is_cooling)
            self._given[name, quantity, is_cooling] = given
        return given

    def cooling(self, name: str, quantity: str) -> Given:
        """The rules of a channel in pre-cooling that is not judged. Raises Unregistered."""
        pull_down = self.rules(name, quantity, "pre-cooling").pull_down
        if pull_down is None:
            return NONE
        given = self._cooling.get(name)
        if given is None:
            given = self._cooling[name] = Given(pull_down=pull_down)
        return given


@dataclass(frozen=True, slots=True)
class Post:
    """A channel as the registry has it: where it is and what it is judged by.

    `plan` is None where nothing is judged or summed; `calibration` is in micro-units; `field` is
    the channel's name less its compartment; `grace` (ms) is the profile's `door_grace`. `rules`
    are those of the fleet; posts that differ in nothing else are judged alike.
    """

    channel: str
    compartment: str
    quantity: str
    field: str
    least: float
    most: float
    calibration: int
    plan: Plan | None
    grace: int
    rules: Given = dataclasses.field(default=NONE, compare=False)

    @property
    def pauses(self) -> bool:
        """Whether this is a door or a defrost."""
        return self.quantity in PAUSING

    def sift(self, times: Sequence[int], values: Sequence[float | None], latest: int) -> "Sifted":
        """What may be judged of these samples, and what is flagged.

        A sample ahead of `latest` (ms), or impossible for the sensor, is flagged; a null is
        neither. Calibration is applied to what is kept.
        """
        calibration = self.calibration
        if (
            None not in values
            and times
            and max(times) <= latest
            and self.least <= min(values)  # type: ignore[type-var, operator]
            and max(values) <= self.most  # type: ignore[type-var, operator]
        ):
            micro = [round(value * MICRO) + calibration for value in values]  # type: ignore[operator]
            return Sifted(list(times), micro, [])
        kept: list[int] = []
        micro = []
        flagged: list[tuple[int, float, str]] = []
        for at, value in zip(times, values, strict=True):
            if value is None:
                continue
            if at > latest:
                flagged.append((at, value, "ahead"))
            elif not self.least <= value <= self.most:
                flagged.append((at, value, "impossible"))
            else:
                kept.append(at)
                micro.append(round(value * MICRO) + calibration)
        return Sifted(kept, micro, flagged)


@dataclass(frozen=True, slots=True)
class Sifted:
    """Samples parted: times (ms) and values (micro-units) to judge; (time, value, why) flagged."""

    times: list[int]
    values: list[int]
    flagged: list[tuple[int, float, str]]


@dataclass(slots=True)
class Enrolled:
    """One device's registration, with the posts of its channels as of each entry.

    `layouts` is for whoever makes more of the posts, and wants it kept as long as they are.
    """

    registration: Registration
    plans: Plans
    starts: list[int]
    posts: dict[tuple[int, str], Post] = field(default_factory=dict)
    layouts: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, registration: Registration, plans: Plans) -> "Enrolled":
        return cls(registration, plans, [from_iso(e.since) for e in registration.history])

    def index(self, at: int) -> int:
        """Which entry is in force at `at` (ms). Raises Unregistered before the first."""
        index = bisect_right(self.starts, at) - 1
        if index < 0:
            raise Unregistered(
                f"device {self.registration.device} is registered, but only from "
                f"{self.registration.history[0].since}"
                if self.registration.history
                else f"device {self.registration.device} has no registry entry"
            )
        return index

    def entry(self, index: int) -> Entry:
        return self.registration.history[index]

    def post(self, index: int, channel: str) -> Post:
        """A channel's post as of entry `index`. Raises Unregistered."""
        found = self.posts.get((index, channel))
        if found is None:
            found = self.posts[index, channel] = self._make(self.entry(index), channel)
        return found

    def stints(self, channel: str, times: Sequence[int]) -> Iterator[tuple[Post, int, int]]:
        """The times (rising, ms) parted by post: (post, from, to) as indices into them.

        Entries that change nothing for the channel do not part them. Raises Unregistered.
        """
        start = 0
        post: Post | None = None
        while start < len(times):
            index = self.index(times[start])
            post = self.post(index, channel)
            stop = len(times)
            for later in range(index + 1, len(self.starts)):
                if self.starts[later] > times[-1]:
                    break
                if self.post(later, channel) != post:
                    stop = bisect_right(times, self.starts[later] - 1, lo=start)
                    break
            yield post, start, stop
            start = stop

    def by_entry(self, times: Sequence[int]) -> Iterator[tuple[int, int, int]]:
        """The times (rising, ms) parted by entry: (entry, from, to) as indices into them.

        Raises Unregistered.
        """
        start = 0
        while start < len(times):
            index = self.index(times[start])
            later = self.starts[index + 1 : index + 2]
            stop = bisect_right(times, later[0] - 1, lo=start) if later else len(times)
            yield index, start, stop
            start = stop

    def _make(self, entry: Entry, channel: str) -> Post:
        compartment, name = channel.split(".", 1)
        quantity = name.split(".", 1)[0]
        placed = entry.compartments.get(compartment)
        said = entry.channels.get(channel, ChannelEntry())
        plan, grace, rules = None, 0, NONE
        if said.counts and (placed is None or placed.duty not in IDLE):
            rules = of_switch(quantity)
        if placed is not None:
            grace = self.plans.profile(placed.profile).door_grace
            if said.counts and quantity in TEMPERATURES and placed.duty not in IDLE:
                plan = self.plans.plan(placed.profile, quantity)
                rules = self.plans.rules(placed.profile, quantity, placed.duty)
            elif placed.duty == "pre-cooling":
                # Goods come in warm: no band judges them, but they have to be cold in time.
                rules = self.plans.cooling(placed.profile, quantity)
        return Post(
            channel,
            compartment,
            quantity,
            name,
            *POSSIBLE[quantity],
            round(said.calibration * MICRO),
            plan,
            grace,
            rules,
        )


#: A device's configuration by its name; None where it is not registered.
Find = Callable[[str], Enrolled | None]


class Roster:
    """All devices registered; `put` and `drop` follow the registry topic."""

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
