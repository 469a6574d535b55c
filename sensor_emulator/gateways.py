"""Gateways: they batch what was sampled, and send at once when something matters.

A frame is cut at the end of every frame's time; and at once when a reading crosses a threshold
of its goods, a door opens or closes, or the mains go or come back. A cut sends all that was
sampled since the one before.
"""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from coldchain.frames import Channel, Frame, encode_frame
from coldchain.profile import Profile

from .batteries import Batteries
from .chance import generator
from .city import Stretch
from .clocks import Clocks
from .delivery import Delivery
from .faults import Fault
from .fleet import Device, Fleet
from .scenario import Scenario
from .thermal import Floats
from .tracks import Tracks
from .watch import Event, Happened, Watch

#: From a cut to the frame's sending, and from there to its receipt, ms.
SENDING_MS, TRAVEL_MS = (200, 1_500), (40, 400)


class Gateways:
    """All gateways of a fleet. `shift` turns the world's calendar into the frames' times, ms."""

    def __init__(
        self,
        fleet: Fleet,
        scenario: Scenario,
        profiles: Mapping[str, Profile],
        faults: Sequence[Fault],
        shift: int,
    ) -> None:
        self._fleet, self._scenario, self._shift = fleet, scenario, shift
        self._taken = np.arange(
            scenario.sample_ms // scenario.step_ms - 1,
            scenario.frame_ms // scenario.step_ms,
            scenario.sample_ms // scenario.step_ms,
        )
        self._watch = Watch(fleet, profiles, faults, self._taken)
        self._boot = [device.boot for device in fleet.devices]
        self._seq = [0] * len(fleet.devices)
        self._received = [0] * len(fleet.devices)
        self._chance = generator(scenario.seed, "sending")
        self._batteries = Batteries(fleet, scenario)
        self._tracks = Tracks(fleet)
        self._clocks = Clocks(fleet.devices, scenario)
        self._faults: dict[int, list[Fault]] = defaultdict(list)
        for fault in sorted(faults, key=lambda fault: fault.rank):
            self._faults[fault.place.device].append(fault)

    @property
    def taken(self) -> NDArray[np.intp]:
        """The steps of a stretch at whose ends samples are taken."""
        return self._taken

    def frames(self, stretch: Stretch, values: Floats) -> list[Delivery]:
        """The frames of a stretch, from its samples: [rows, samples]. Times on their way."""
        happened = self._watch.happened(stretch, values)
        rows: list[list[float | None]] = values.tolist()
        for row in np.flatnonzero(np.isnan(values).any(axis=1)).tolist():
            rows[row] = [None if math.isnan(value) else value for value in values[row].tolist()]
        sampled = stretch.ends[self._taken].tolist()
        battery = self._batteries.said()
        sent = np.zeros(len(battery), dtype=np.int64)
        count = sum(len(cuts) for cuts in happened.cuts.values()) + len(battery)
        sending = self._chance.integers(*SENDING_MS, count).tolist()
        travel = self._chance.integers(*TRAVEL_MS, count).tolist()
        positions = self._tracks.at(stretch.end)
        out: list[Delivery] = []
        for device in self._fleet.devices:
            index = device.index
            cuts = sorted(happened.cuts[index]) if index in happened.cuts else []
            if not cuts or cuts[-1] != stretch.end:
                cuts.append(stretch.end)
            made = self._cut(
                device, cuts, sampled, rows, happened, battery[index], positions.get(index),
                sending, travel,
            )  # fmt: skip
            sent[index] = len(made)
            for fault in self._faults.get(index, ()):
                made = fault.carry(made)
            out += made
        self._batteries.pass_by(stretch, sent)
        return out

    def _cut(
        self,
        device: Device,
        cuts: list[int],
        sampled: list[int],
        rows: list[list[float | None]],
        happened: Happened,
        battery: float,
        position: tuple[float, float] | None,
        sending: list[int],
        travel: list[int],
    ) -> list[Delivery]:
        """One device's frames, a frame a cut."""
        index, step = device.index, self._scenario.sample_ms
        names = self._fleet.channels
        events = sorted(happened.events[index]) if index in happened.events else []
        resets = happened.resets.get(index, ())
        made: list[Delivery] = []
        low = first_event = 0
        for cut in cuts:
            high = bisect_right(sampled, cut)
            clock = device.phase + self._shift + self._wrong_by(index, cut + device.phase)
            channels: list[Channel] = []
            if high > low:
                start = sampled[low] + clock
                channels = [
                    Channel(name=names[row], start=start, step=step, values=rows[row][low:high])
                    for row in range(device.low, device.high)
                ]
            last_event = first_event
            while last_event < len(events) and events[last_event][0] <= cut:
                last_event += 1
            channels += _switches(events[first_event:last_event], clock)
            low, first_event = high, last_event
            if cut in resets:
                self._boot[index] += 1
                self._seq[index] = 0
                continue
            if not channels:
                continue
            sent = cut + sending.pop()
            received = max(sent + travel.pop() + device.phase, self._received[index] + 1)
            self._received[index] = received
            frame = Frame(
                v=1,
                device=device.name,
                boot=self._boot[index],
                seq=self._seq[index],
                sent=sent + clock,
                channels=channels,
                battery=battery,
                position=position,
            )
            self._seq[index] += 1
            made.append(
                Delivery(
                    device.name, encode_frame(frame), received, frame.readings(), ready=received
                )
            )
        return made

    def _wrong_by(self, index: int, at: int) -> int:
        ahead = self._clocks.ahead(index, at)
        faults = self._faults.get(index)
        return ahead + sum(fault.shift(at) for fault in faults) if faults else ahead


def _switches(events: Sequence[Event], clock: int) -> list[Channel]:
    """Events as channels with explicit times, in order."""
    by_channel: dict[str, tuple[list[int], list[float | None]]] = {}
    for at, channel, value in events:
        times, states = by_channel.setdefault(channel, ([], []))
        times.append(at + clock)
        states.append(value)
    return [
        Channel(name=name, at=times, values=states) for name, (times, states) in by_channel.items()
    ]
