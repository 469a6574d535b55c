"""The fleet's standing as a worker keeps it: a line a device touched, counts now and then."""

from collections import Counter
from collections.abc import Iterable, Mapping

from coldchain.enrolment import Enrolled, Find
from coldchain.exposure import SLOT_MS

from .batch import Refused, Seat
from .cooling import cooling_lines
from .load import Load, Place
from .memories import Memories
from .meters import Meters
from .ranks import ranked_lines
from .standing import STATES, Group, Stands, asset_line, fleet_lines, groups_of, stands


class Watch:
    """Makes the lines of the `asset`, `pull_down`, `fleet`, `ranked` and `worker` measurements."""

    def __init__(
        self, find: Find, memories: Memories, silent_ms: int, fleet_every_ms: int, meters: Meters
    ) -> None:
        self._meters = meters
        self._find = find
        self._memories = memories
        self._silent_ms = silent_ms
        self._every_ms = fleet_every_ms
        self._ticked: dict[int, int] = {}
        self._groups: dict[int, set[Group]] = {}
        self._load = Load()

    def refuse(self, refused: Iterable[Refused]) -> None:
        """Count records that go to the dead letters."""
        self._load.refuse(refused)

    def lines(self, seats: Iterable[Seat], newest: Mapping[int, int]) -> list[str]:
        """The `asset` lines of these devices as they stand now, and those of what they cool."""
        lines: list[str] = []
        for partition, device in seats:
            found = self._stands(partition, device, newest.get(partition, 0))
            if found is None:
                continue
            text = asset_line(*found)
            if text is not None:
                lines.append(text)
            lines += cooling_lines(found[0], self._memories.of(partition, device))
        return lines

    def tick(self, partition: int, newest: int, place: Place | None = None) -> list[str]:
        """A partition's `fleet`, `ranked`, `worker` lines, where its time entered another interval.

        `newest` is that time; `place`: where the worker is in it, if that is to be told.
        """
        at = newest - newest % self._every_ms
        if at <= self._ticked.get(partition, -1):
            return []
        begins_slot = at // SLOT_MS > self._ticked.get(partition, -1) // SLOT_MS
        self._ticked[partition] = at
        fleet: dict[str, tuple[Enrolled, Stands]] = {}
        lines = [] if place is None else [self._load.line(partition, at, newest, place)]
        for device, memory in self._memories.on(partition).items():
            found = self._stands(partition, device, newest)
            if found is None:
                continue
            fleet[device] = found
            is_silent = found[1].state == "silent"
            if is_silent != memory.is_silent:
                memory.is_silent = is_silent
                text = asset_line(*found)
                lines += [] if text is None else [text]
        states = Counter(one.state for _, one in fleet.values())
        opened = sum(one.open for _, one in fleet.values())
        self._meters.stand(partition, {state: states[state] for state in STATES}, opened)
        groups = groups_of(fleet)
        # A group that emptied is told of once more, with zeros: else its last counts would stand.
        emptied = self._groups.get(partition, set()) - groups.keys()
        self._groups[partition] = set(groups)
        groups |= {group: [] for group in emptied}
        lines += fleet_lines(partition, at, groups, begins_slot)
        return lines + ranked_lines(partition, at, groups)

    def _stands(self, partition: int, device: str, now: int) -> tuple[Enrolled, Stands] | None:
        enrolled = self._find(device)
        if enrolled is None:
            return None
        found = stands(enrolled, self._memories.of(partition, device), now, self._silent_ms)
        return None if found is None else (enrolled, found)
