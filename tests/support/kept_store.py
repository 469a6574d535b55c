"""A series store in memory, and a worker's way through it without servers or a loop."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from coldchain.enrolment import Enrolled
from coldchain.excursions import excursion_id
from coldchain.exposure import Sums
from coldchain.frames import Frame
from coldchain.records import ConditionRecord, ExcursionRecord
from streams.batch import updates
from streams.conditions import look
from streams.device import Arrival, Job, judge_frames, stints_of
from streams.effects import Effects, Late, Standing, gather
from streams.memory import DeviceMemory, pack, unpack
from streams.merge import merge
from streams.past import (
    Conflicts,
    Excursions,
    LatestBefore,
    Past,
    Question,
    Reading,
    Readings,
    Stored,
)
from streams.rejudge import Rejudged, rejudge

NEVER = 1 << 60


class Kept(Past):
    """What the store would hold, by the same questions."""

    def __init__(self) -> None:
        self.values: dict[str, dict[int, int]] = {}
        self.lesser: dict[str, dict[int, int]] = {}
        self.pieces: dict[tuple[str, int], Sums] = {}
        self.standing: dict[tuple[str, str, int], Standing] = {}
        #: Whether what it has of excursions was said, or whoever stored it died before.
        self.are_said = True

    def latest_before(self, device: str, channel: str, at: int) -> Reading | None:
        known = self.values.get(channel, {})
        newest = max((t for t in known if t < at), default=None)
        return None if newest is None else (newest, known[newest])

    def readings(
        self, device: str, channel: str, start: int | None, end: int | None = None
    ) -> tuple[list[int], list[int]]:
        known = self.values.get(channel, {})
        times = sorted(t for t in known if (start or 0) <= t < (NEVER if end is None else end))
        return times, [known[t] for t in times]

    def excursions(self, device: str, channel: str) -> list[Stored]:
        return [
            Stored(
                excursion_id(device, name, limit, first),
                one.plan.profile,
                one.excursion,
                self.are_said,
                one.as_of,
            )
            for (name, limit, first), one in self.standing.items()
            if name == channel and one.state != "withdrawn"
        ]

    def conflicts(self, device: str, channel: str, start: int, end: int) -> dict[int, int]:
        return self.lesser.get(channel, {})

    def answers(self, questions: Sequence[Question]) -> list[Any]:
        return [self._answer(one) for one in questions]

    def _answer(self, question: Question) -> object:
        match question:
            case LatestBefore(device, channel, at):
                return self.latest_before(device, channel, at)
            case Readings(device, channel, start, end):
                return self.readings(device, channel, start, end)
            case Excursions(device, channel):
                return self.excursions(device, channel)
            case Conflicts(device, channel, start, end):
                return self.conflicts(device, channel, start, end)

    def apply(self, effects: Effects) -> None:
        for (_, channel, slot), (_, sums) in effects.pieces.items():
            self.pieces[channel, slot] = sums
        for (_, channel, limit, first), one in effects.standing.items():
            self.standing[channel, limit, first] = one


@dataclass
class Way:
    """Frames taken as a worker takes them; `settle` judges again what came late."""

    enrolled: Enrolled
    kept: Kept = field(default_factory=Kept)
    memory: DeviceMemory = field(default_factory=DeviceMemory)
    late: dict[str, Late] = field(default_factory=dict)
    records: list[ExcursionRecord] = field(default_factory=list)
    conditions: list[ConditionRecord] = field(default_factory=list)
    offset: int = 0

    def take(self, frame: Frame, latest: int = NEVER, *, put_all_off: bool = False) -> Effects:
        effects = Effects()
        before = {name: one.last_at for name, one in self.memory.channels.items()}
        arrival = Arrival(frame.sent, self.offset, latest)
        stints = stints_of(self.enrolled, frame)
        job = Job(self.enrolled, self.memory, frame, arrival, stints, put_all_off)
        assert judge_frames([job], effects) == [None]
        self.offset += 1
        self._store(frame, before, effects)
        self.records += effects.records + updates(effects)
        self.conditions += effects.conditions
        self.kept.apply(effects)
        for name, late in effects.late.pop(frame.device, {}).items():
            gather(self.late, name, late)
        return effects

    def _store(self, frame: Frame, before: dict[str, int], effects: Effects) -> None:
        """The readings that were not put off, as their lines would store them."""
        put_off = {
            (name, at)
            for name, late in effects.late.get(frame.device, {}).items()
            for at, _ in late.readings
        }
        for channel in frame.channels:
            known = self.kept.values.setdefault(channel.name, {})
            last = before.get(channel.name, -1)
            for at, value in zip(channel.times(), channel.values, strict=True):
                if value is None:
                    continue
                if at > last and ((channel.name, at) not in put_off or at not in known):
                    post = self.enrolled.post(self.enrolled.index(at), channel.name)
                    if post.least <= value <= post.most and at not in known:
                        known[at] = round(value * 1_000_000) + post.calibration
                        last = at

    def settle(self) -> None:
        """Merge what came late, judge again from there."""
        late, self.late = self.late, {}
        for name, one in late.items():
            known = self.kept.values.setdefault(name, {})
            merged = merge(known, one.readings)
            known.update(merged.stands)
            for at, value in merged.lesser.items():
                lesser = self.kept.lesser.setdefault(name, {})
                lesser[at] = min(value, lesser.get(at, value))
        if late:
            asking = rejudge(self.enrolled, dict(self.memory.channels), late, self.offset)
            [done] = self.kept.together([asking])
            assert isinstance(done, Rejudged), done
            self.memory.channels.update(done.channels)
            look(self.enrolled, self.memory, self.offset, done.effects)
            self.records += done.effects.records
            self.conditions += done.effects.conditions
            self.kept.apply(done.effects)

    def restart(self) -> None:
        """Go on from the packed state, as after a crash."""
        self.memory = unpack(pack(self.memory))

    def found(self) -> dict[tuple[str, str, int], tuple[object, ...]]:
        """The excursions that stand: by channel, limit, first reading; what each says."""
        return {
            key: (e.start, e.confirmed, e.end, e.ms, e.degree, e.unknown_ms, e.peak, e.peak_at)
            for key, one in self.kept.standing.items()
            if one.state != "withdrawn"
            for e in [one.excursion]
        }
