"""A run: the city emulated, its frames sent in order of receipt, at real time's pace or faster."""

import heapq
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from coldchain.profile import Profile
from coldchain.times import MINUTE_MS, SECOND_MS
from coldchain.truth import FrameCounts

from .city import City
from .delivery import Delivery
from .gateways import Gateways
from .plan import Plan, plan
from .scans import Scans
from .scenario import Scenario, Speed
from .sensors import Sensors
from .targets import Target
from .truth import Truth

#: Frames come a little after what they hold; so much later than a run's end at most, ordinarily.
MARGIN_MS = 2 * MINUTE_MS
REPORT_S = 0.25


@dataclass(frozen=True)
class Progress:
    """How far a run has come: emulated time and its share of the whole, what was sent."""

    emulated_ms: int
    share: float
    readings: int
    frames: int


@dataclass
class Ledger:
    """What was sent.

    `readings` are non-null samples in frames that can be read, each counted once (a wrong clock
    may give two of them one time); `frames` those frames, `devices` how many of each device.
    `made` frames are sent, spoilt on the way (`corrupted`) or never sent (`dropped`);
    `duplicated` are second copies. `first_at` and `last_at` are the first and last receipt of a
    frame, ms. `scans` of parcels were sent, `scans_missing` never. `complete`: not stopped early.
    """

    readings: int = 0
    frames: int = 0
    devices: dict[str, int] = field(default_factory=dict)
    first_at: int | None = None
    last_at: int | None = None
    made: int = 0
    duplicated: int = 0
    corrupted: int = 0
    dropped: int = 0
    scans: int = 0
    scans_missing: int = 0
    seconds: float = 0.0
    complete: bool = False

    @property
    def counts(self) -> FrameCounts:
        """As the truth file has it: dropped are frames that nobody can read, spoilt ones too."""
        lost = self.corrupted + self.dropped
        return FrameCounts(made=self.made, dropped=lost, duplicated=self.duplicated)

    def note(self, delivery: Delivery, received: int) -> None:
        if delivery.what == "scan":
            self.scans += delivery.fate == "sent"
            self.scans_missing += delivery.fate == "dropped"
            return
        self.made += delivery.fate != "duplicate"
        self.duplicated += delivery.fate == "duplicate"
        self.corrupted += delivery.fate == "corrupted"
        self.dropped += delivery.fate == "dropped"
        if delivery.fate != "sent":
            return
        self.readings += delivery.readings
        self.frames += 1
        self.devices[delivery.device] = self.devices.get(delivery.device, 0) + 1
        self.first_at = received if self.first_at is None else self.first_at
        self.last_at = received


def run(
    scenario: Scenario,
    target: Target,
    *,
    profiles: Mapping[str, Profile],
    planned: Plan | None = None,
    start_ms: int | None = None,
    speed: Speed | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    truth: Truth | None = None,
) -> Ledger:
    """Emulate a scenario and send it to `target`, which is flushed, not closed.

    `planned`: its plan, where that was drawn before (of a huge fleet it takes a while).
    Frames carry times from `start_ms` on (absent: the scenario's own date); `ends_now` gives the
    one for a run that ends about now. `speed` (absent: the scenario's) is how many times real
    time, or "max". `stop` ends the run after the frame in hand. `truth` is filled. Raises
    ScenarioError, TargetError.
    """
    made = plan(scenario) if planned is None else planned
    shift = 0 if start_ms is None else start_ms - scenario.start_ms
    ledger, stop = Ledger(), stop or threading.Event()
    began = time.monotonic()
    target.register(made.fleet.registrations(scenario.start_ms + shift))
    pace = _Pace(scenario.start_ms, scenario.speed if speed is None else speed, stop)
    reported = 0.0
    try:
        for delivery in deliveries(made, profiles, shift, truth):
            if not pace.wait_for(delivery.received):
                break
            if delivery.fate != "dropped":
                put = target.scan if delivery.what == "scan" else target.send
                put(delivery.device, delivery.payload, delivery.received + shift)
            ledger.note(delivery, delivery.received + shift)
            if on_progress is not None and time.monotonic() - reported > REPORT_S:
                reported = time.monotonic()
                on_progress(_progress(scenario, delivery.received, shift, ledger))
        else:
            ledger.complete = True
    finally:
        target.flush()
        ledger.seconds = time.monotonic() - began
    if on_progress is not None and ledger.complete:
        end = scenario.start_ms + scenario.duration_ms
        on_progress(_progress(scenario, end, shift, ledger))
    return ledger


def deliveries(
    made: Plan, profiles: Mapping[str, Profile], shift: int = 0, truth: Truth | None = None
) -> Iterator[Delivery]:
    """A plan carried out: its frames and scans in order of receipt. `shift`: see Truth.document."""
    scenario, fleet = made.scenario, made.fleet
    city = City(made, fleet.boxes(scenario.seed, profiles))
    sensors = Sensors(fleet, scenario.seed, made.faults)
    gateways = Gateways(fleet, scenario, profiles, made.faults, shift)
    scans = Scans(made, shift)
    waiting: list[tuple[int, int, Delivery]] = []
    number = 0
    for stretch in city.stretches():
        if truth is not None:
            truth.add(stretch)
        made_now = gateways.frames(stretch, sensors.sample(stretch, gateways.taken))
        for delivery in made_now + scans.made(stretch):
            heapq.heappush(waiting, (delivery.received, number, delivery))
            number += 1
        # Whatever the next stretch makes is received after its start.
        while waiting and waiting[0][0] <= stretch.end:
            yield heapq.heappop(waiting)[2]
    while waiting:
        yield heapq.heappop(waiting)[2]


def ends_now(scenario: Scenario, speed: Speed, now_ms: int) -> int:
    """The `start_ms` of a run begun now whose emulated end is about when it really ends: so no
    reading is ever ahead of the clock. At real time's own pace that is now.
    """
    if speed == "max":
        return now_ms - scenario.duration_ms - MARGIN_MS
    ahead = round(scenario.duration_ms * (1.0 - 1.0 / speed))
    return now_ms - (ahead + MARGIN_MS if ahead > 0 else 0)


class _Pace:
    """Holds each frame back until its time."""

    def __init__(self, start: int, speed: Speed, stop: threading.Event) -> None:
        self._start, self._speed, self._stop = start, speed, stop
        self._began = time.monotonic()

    def wait_for(self, received: int) -> bool:
        """Wait until then; False where the run was stopped."""
        if self._speed == "max":
            return not self._stop.is_set()
        due = self._began + (received - self._start) / SECOND_MS / self._speed
        ahead = due - time.monotonic()
        return not (self._stop.wait(ahead) if ahead > 0.002 else self._stop.is_set())


def _progress(scenario: Scenario, at: int, shift: int, ledger: Ledger) -> Progress:
    share = min(1.0, (at - scenario.start_ms) / scenario.duration_ms)
    return Progress(at + shift, share, ledger.readings, ledger.frames)
