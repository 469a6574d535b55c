"""What a gateway watches for: the moments that matter, and every switch's new state."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from coldchain.celsius import from_micro
from coldchain.profile import Profile

from .city import Stretch
from .faults import Fault
from .fleet import UNIT, Fleet
from .openings import Openings
from .thermal import Flags, Floats

#: When (ms, on the grid), the channel, its new value.
Event = tuple[int, str, int]


@dataclass
class Happened:
    """What happened in a stretch, by device: switches, moments to send at once, restarts."""

    events: dict[int, list[Event]] = field(default_factory=lambda: defaultdict(list))
    cuts: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    resets: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))


class Watch:
    """Follows a fleet from stretch to stretch; the first tells every switch's state."""

    def __init__(
        self,
        fleet: Fleet,
        profiles: Mapping[str, Profile],
        faults: Sequence[Fault],
        taken: NDArray[np.intp],
    ) -> None:
        self._fleet, self._faults, self._taken = fleet, faults, taken
        self._above, self._below = _thresholds(fleet, profiles)
        self._zone: NDArray[np.int8] | None = None
        self._cooling: Flags | None = None
        self._defrosting: Flags | None = None
        self._row_device = np.array(fleet.device_of, dtype=np.int64)[
            np.array(fleet.row_box, dtype=np.int64)
        ]

    def happened(self, stretch: Stretch, values: Floats) -> Happened:
        """What happened in a stretch whose samples are `values`, [rows, samples]."""
        found = Happened()
        if self._cooling is None:
            self._at_first(stretch, found)
        self._crossings(stretch, values, found)
        for box, at, value in _edges(stretch.doors, stretch, on=1):
            self._tell(found, box, "door", at, value, at_once=True)
        for index, at, value in _edges(stretch.mains, stretch, on=0):
            self._tell_mains(found, index, at, value, at_once=True)
        self._cooling = self._units(stretch, "compressor", stretch.cooling, self._cooling, found)
        self._defrosting = self._units(
            stretch, "defrost", stretch.defrosting, self._defrosting, found
        )
        for fault in self._faults:
            reset = fault.reset_at()
            if reset is None:
                continue
            at = reset - self._fleet.devices[fault.place.device].phase
            if stretch.start < at <= stretch.end:
                found.resets[fault.place.device].add(at)
                found.cuts[fault.place.device].add(at)
        return found

    def _at_first(self, stretch: Stretch, found: Happened) -> None:
        """Doors closed and mains there, where nothing else is said of that moment."""
        opened, lost = (
            set(spans.box[spans.start == stretch.start].tolist())
            for spans in (stretch.doors, stretch.mains)
        )
        for box in range(len(self._fleet.names)):
            if box not in opened:
                self._tell(found, box, "door", stretch.start, 0)
        for device in self._fleet.devices:
            if device.index not in lost:
                self._tell_mains(found, device.index, stretch.start, 1)

    def _crossings(self, stretch: Stretch, values: Floats, found: Happened) -> None:
        """A reading on the other side of a threshold than the one before it."""
        zone = (values > self._above).astype(np.int8) - (values < self._below)
        before = zone[:, :1] if self._zone is None else self._zone[:, None]
        rows, samples = np.nonzero(np.diff(zone, axis=1, prepend=before))
        ends = stretch.ends[self._taken]
        for row, sample in zip(rows.tolist(), samples.tolist(), strict=True):
            found.cuts[int(self._row_device[row])].add(int(ends[sample]))
        self._zone = zone[:, -1]

    def _units(
        self, stretch: Stretch, quantity: str, now: Flags, before: Flags | None, found: Happened
    ) -> Flags:
        """What compressors or defrosts did, where it changed; all of it at first."""
        starts = stretch.ends - (stretch.ends[0] - stretch.start)
        last = ~now[:1] if before is None else before[None]
        changed = np.concatenate([last, now[:-1]]) != now
        steps, boxes = np.nonzero(changed)
        for step, box in zip(steps.tolist(), boxes.tolist(), strict=True):
            self._tell(found, box, quantity, int(starts[step]), int(now[step, box]))
        latest: Flags = now[-1]
        return latest

    def _tell(
        self,
        found: Happened,
        box: int,
        quantity: str,
        at: int,
        value: int,
        at_once: bool = False,
    ) -> None:
        """A compartment's switch, where the device measures it."""
        index = self._fleet.device_of[box]
        if quantity not in self._fleet.devices[index].quantities:
            return
        found.events[index].append((at, f"{self._fleet.names[box]}.{quantity}", value))
        if at_once:
            found.cuts[index].add(at)

    def _tell_mains(
        self, found: Happened, index: int, at: int, value: int, at_once: bool = False
    ) -> None:
        if "mains" not in self._fleet.devices[index].quantities:
            return
        found.events[index].append((at, f"{UNIT}.mains", value))
        if at_once:
            found.cuts[index].add(at)


def _edges(spans: Openings, stretch: Stretch, on: int) -> list[tuple[int, int, int]]:
    """(whose, when, new state) of the spans' starts and ends within the stretch."""
    found: list[tuple[int, int, int]] = []
    for times, value in ((spans.start, on), (spans.end, 1 - on)):
        within = (times >= stretch.start) & (times < stretch.end)
        whose, when = spans.box[within].tolist(), times[within].tolist()
        found += [(box, at, value) for box, at in zip(whose, when, strict=True)]
    return found


def _thresholds(fleet: Fleet, profiles: Mapping[str, Profile]) -> tuple[Floats, Floats]:
    """The innermost thresholds of each row's goods: above, below; °C, as columns."""
    known: dict[tuple[str, bool], tuple[float, float]] = {}
    pairs = []
    for row, box in enumerate(fleet.row_box):
        key = (fleet.profile_of[box], fleet.row_is_product[row])
        if key not in known:
            quantity = "product" if key[1] else "air"
            limits = [one for one in profiles[key[0]].limits if one.judges(quantity)]
            known[key] = (
                min((from_micro(x.threshold) for x in limits if x.side == "above"), default=np.inf),
                max(
                    (from_micro(x.threshold) for x in limits if x.side == "below"), default=-np.inf
                ),
            )
        pairs.append(known[key])
    columns = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    return columns[:, :1], columns[:, 1:]
