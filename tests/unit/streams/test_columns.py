"""Rows of integers over many devices end where objects end, whatever comes, however it is cut."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coldchain.enrolment import Enrolled, Plans
from coldchain.frames import Channel, Frame
from coldchain.registry import ChannelEntry, CompartmentEntry, Entry, Registration
from runtime.profiles import load_profiles
from streams import columns, conditions, points
from streams.batch import piece_lines
from streams.device import Arrival, Job, judge_frames, rounds, stints_of
from streams.effects import Effects
from streams.memory import DeviceMemory, pack, unpack

T0 = 1_795_413_600_000
PLANS = Plans(load_profiles())
#: Profiles, and what is ordinary there, °C.
USUAL = {"iced-seafood": 1.5, "frozen": -21.0, "vaccine-2-8": 5.0}
QUANTITIES = ("air", "product", "air.rear", "humidity", "mains")


@dataclass(frozen=True)
class Case:
    """A city and its days: everything follows from these."""

    seed: int
    devices: int
    compartments: int
    quantities: tuple[str, ...]
    step: int
    samples: tuple[int, ...]
    faults: float
    size: int


CASES = st.builds(
    Case,
    seed=st.integers(0, 1 << 30),
    devices=st.integers(1, 4),
    compartments=st.integers(1, 3),
    quantities=st.sets(st.sampled_from(QUANTITIES), min_size=1).map(
        lambda some: tuple(sorted(some))
    ),
    step=st.sampled_from([2_000, 30_000, 60_000, 120_000, 45_500]),
    samples=st.sampled_from([(1,), (15,), (1, 4, 15), (2, 40)]),
    faults=st.sampled_from([0.0, 0.02, 0.2]),
    size=st.sampled_from([1, 5, 50]),
)


def enrolled(case: Case, number: int) -> Enrolled:
    """A device; of some the goods change on the way, or what they are for."""
    chance = random.Random(case.seed + number)
    profiles = sorted(USUAL.keys() & set(load_profiles()))

    def entry(since: str, duty: Any) -> Entry:
        return Entry(
            since=since,
            kind="locker",
            asset="L",
            compartments={
                f"c{room}": CompartmentEntry(profile=profiles[(room + number) % len(profiles)])
                if duty == "in-service"
                else CompartmentEntry(profile=chance.choice(profiles), duty=duty)
                for room in range(case.compartments)
            },
            channels={"c0.air": ChannelEntry(calibration=chance.choice([0.0, 0.13]))},
        )

    history = [entry("2026-01-01T00:00:00Z", "in-service")]
    if chance.random() < 0.3:
        duty = chance.choice(["in-service", "pre-cooling", "empty"])
        history.append(entry("2026-11-23T09:00:00Z", duty))
    device = f"dev-{number}"
    return Enrolled.of(Registration(device=device, history=history), PLANS)


@dataclass
class Sensor:
    """What a channel shows: usual, or warm, stuck or noisy for a while."""

    chance: random.Random
    base: float
    faults: float
    mood: str = "usual"
    drift: float = 0.0
    last: float = 0.0
    left: int = field(default=0)

    def values(self, count: int) -> list[float | None]:
        shown: list[float | None] = []
        for _ in range(count):
            if self.left:
                self.left -= 1
            else:
                self.mood = "usual"
                if self.chance.random() < self.faults / 4:
                    self.mood = self.chance.choice(["warm", "stuck", "noisy", "rising"])
                    self.left = self.chance.choice([3, 40])
            shown.append(self._one())
        return shown

    def _one(self) -> float | None:
        if self.chance.random() < self.faults / 20:
            return self.chance.choice([None, -127.0, 99.0])
        self.drift = max(-1.5, min(1.5, self.drift + self.chance.uniform(-0.3, 0.3)))
        value = self.base + self.drift * (0.5 if self.faults else 0.2)
        if self.mood == "warm":
            value += 8.0
        elif self.mood == "noisy":
            value += self.chance.uniform(-2.5, 2.5)
        elif self.mood == "rising":
            value += 0.3 * (40 - self.left)
        self.last = self.last if self.mood == "stuck" else round(value, 2)
        return self.last


def frames(case: Case, number: int, count: int) -> list[Frame]:
    """A device's frames; some are missing, late or come twice, or bring what a door did."""
    chance = random.Random(case.seed * 31 + number)
    profiles = sorted(USUAL.keys() & set(load_profiles()))
    names = [f"c{room}.{one}" for room in range(case.compartments) for one in case.quantities]
    sensors = {}
    for name in names:
        base = USUAL[profiles[(int(name[1]) + number) % len(profiles)]]
        sensors[name] = Sensor(random.Random(chance.random()), base, case.faults)
    at = T0 + chance.randrange(0, 600_000, 500)
    made: list[Frame] = []
    for seq in range(count):
        n = chance.choice(case.samples)
        if chance.random() < case.faults / 4:
            at += chance.choice([case.step, 40 * 60_000])
        channels = []
        for name in names:
            if name.endswith((".humidity", ".mains")):
                shown: list[float | None] = [1.0] * n
                if chance.random() < case.faults / 4:
                    shown[-1] = 0.0
            else:
                shown = sensors[name].values(n)
            channels.append(Channel(name=name, start=at, step=case.step, values=shown))
        if chance.random() < case.faults:
            open_at = [at + 5, at + 5 + chance.randrange(1, 200_000)]
            channels.append(Channel(name="c0.door", at=open_at, values=[1.0, 0.0]))
        if chance.random() < case.faults / 2:
            channels.pop(0)
        sent = at + n * case.step
        frame = Frame(v=1, device=f"dev-{number}", boot=1, seq=seq, sent=sent, channels=channels)
        made.append(frame)
        if chance.random() < case.faults / 4:
            made.append(frame)
        at += n * case.step
    for place in range(len(made) - 1):
        if chance.random() < case.faults / 8:
            made[place], made[place + 1] = made[place + 1], made[place]
    return made


@dataclass
class Told:
    """All that followed, and what is remembered at the end."""

    lines: set[str]
    pieces: dict[Any, Any]
    records: list[Any]
    conditions: list[Any]
    standing: dict[Any, Any]
    late: list[Any]
    memories: dict[str, DeviceMemory]


def told(case: Case, city: Sequence[Frame], size: int, packs: bool) -> Told:
    """What follows from frames, a batch of `size` after another; `packs`: with a restart each."""
    conditions._known_pairs.clear()  # which this city's devices of these names have not
    found = Told(set(), {}, [], [], {}, [], {})
    roster = {frame.device: enrolled(case, int(frame.device[4:])) for frame in city}
    found.memories = {device: DeviceMemory() for device in roster}
    for start in range(0, len(city), size):
        effects = Effects()
        jobs = [
            Job(
                roster[frame.device],
                found.memories[frame.device],
                frame,
                Arrival(frame.sent, 0, frame.sent),
                stints_of(roster[frame.device], frame),
            )
            for frame in city[start : start + size]
        ]
        for together in rounds(jobs, lambda job: job.frame.device):
            assert set(judge_frames(together, effects)) == {None}
        by_columns = sorted(piece_lines(effects))
        one_by_one = [
            points.piece(device, channel, slot, plan, sums)
            for (device, channel, slot), (plan, sums) in effects.pieces.items()
        ]
        assert by_columns == sorted(text for text in one_by_one if text is not None)
        for line in effects.lines:
            head, fields, at = line.split(" ")
            found.lines |= {f"{head} {one} {at}" for one in fields.split(",")}
        found.pieces |= {key: sums for key, (_, sums) in effects.pieces.items()}
        found.records += sorted(effects.records, key=repr)
        found.conditions += sorted(effects.conditions, key=repr)
        found.standing |= effects.standing
        found.late += sorted(effects.late.items(), key=repr)
        if packs:
            found.memories = {one: unpack(pack(its)) for one, its in found.memories.items()}
    return found


@settings(max_examples=15, deadline=None)
@given(case=CASES)
def test_rows_end_where_objects_end(case: Case) -> None:
    count = 40 // max(1, case.samples[-1] // 4) + 6
    city = [
        frame
        for together in zip(
            *[frames(case, number, count)[:count] for number in range(case.devices)], strict=False
        )
        for frame in together
    ]
    by_rows = told(case, city, case.size, packs=False)
    restarted = told(case, city, case.size, packs=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "fits", lambda step, max_gap: False)
        by_objects = told(case, city, case.size, packs=False)
    assert by_rows == by_objects
    assert restarted == by_objects
