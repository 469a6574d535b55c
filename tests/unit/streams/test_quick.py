"""What is judged many at once ends where judging one reading at a time ends."""

import random
from dataclasses import dataclass
from typing import Any

import pytest

from coldchain import quiet_columns
from coldchain.enrolment import Enrolled, Plans
from coldchain.frames import Channel, Frame
from coldchain.registry import ChannelEntry, CompartmentEntry, Entry, Registration
from coldchain.whole import records_of, samples_of
from runtime.profiles import load_profiles
from streams import abreast, columns, quick
from streams.batch import updates
from streams.device import Arrival, Job, judge_frames, rounds, stints_of
from streams.effects import Effects
from streams.memory import DeviceMemory

T0 = 1_795_413_600_000
STEP = 30_000


def enrolled(number: int) -> Enrolled:
    entry = Entry(
        since="2026-01-01T00:00:00Z",
        kind="van",
        asset="V",
        compartments={
            "main": CompartmentEntry(profile="iced-seafood"),
            "aft": CompartmentEntry(profile="frozen"),
        },
        channels={"main.air": ChannelEntry(calibration=0.13 * (number % 2))},
    )
    device = f"van-{number}"
    return Enrolled.of(Registration(device=device, history=[entry]), PLANS)


PLANS = Plans(load_profiles())


def frames(devices: int, count: int) -> list[Frame]:
    """Evenly spaced frames; some go warm, miss a sample, fall silent, or open a door."""
    made = []
    for number in range(devices):
        chance = random.Random(number)
        at = T0 + chance.randrange(STEP)
        for seq in range(count):
            n = chance.choice([1, 4, 15])
            if chance.random() < 0.05:
                at += chance.choice([STEP, 40 * 60_000])  # a frame that never came, a silence
            warm = 7.0 if number % 4 == 0 and count // 3 < seq < 2 * count // 3 else 0.0
            channels = []
            for name, base in (("main.air", 2.0), ("main.product", 1.5), ("aft.air", -21.0)):
                values: list[float | None] = [
                    round(base + warm + chance.uniform(-0.4, 0.4), 2) for _ in range(n)
                ]
                if chance.random() < 0.05:
                    values[0] = None
                if chance.random() < 0.02:
                    values[-1] = -127.0
                channels.append(Channel(name=name, start=at, step=STEP, values=values))
            if chance.random() < 0.1:
                door = float(chance.random() < 0.5)
                channels.append(Channel(name="main.door", at=[at + 5], values=[door]))
            made.append(
                Frame(
                    v=1,
                    device=f"van-{number}",
                    boot=1,
                    seq=seq,
                    sent=at + n * STEP,
                    channels=channels,
                )
            )
            at += n * STEP
    return sorted(made, key=lambda frame: frame.sent)


@dataclass
class Told:
    """Everything that followed from frames, and what is remembered."""

    lines: set[str]
    pieces: dict[Any, Any]
    last: dict[str, Any]
    memories: dict[str, DeviceMemory]


def told(made: list[Frame], size: int) -> Told:
    """What follows from these frames, judged `size` at a time."""
    devices = {frame.device: enrolled(int(frame.device[4:])) for frame in made}
    memories = {device: DeviceMemory() for device in devices}
    lines: set[str] = set()
    pieces: dict[Any, Any] = {}
    last: dict[str, Any] = {}
    for start in range(0, len(made), size):
        jobs = [
            Job(
                devices[frame.device],
                memories[frame.device],
                frame,
                Arrival(frame.sent, 0, frame.sent),
                stints_of(devices[frame.device], frame),
            )
            for frame in made[start : start + size]
        ]
        effects = Effects()
        for together in rounds(jobs, lambda job: job.frame.device):
            assert set(judge_frames(together, effects)) == {None}
        assert not effects.late
        lines.update(effects.lines)
        pieces |= {key: sums for key, (_, sums) in effects.pieces.items()}
        last |= {one.id: one for one in effects.records + updates(effects)}
    return Told(fields_of(lines), pieces, last, memories)


def fields_of(lines: set[str]) -> set[str]:
    """Each field with its line's head and time: how fields are grouped into lines is free."""
    found = set()
    for line in lines:
        head, fields, at = line.split(" ")
        found |= {f"{head} {field} {at}" for field in fields.split(",")}
    return found


@pytest.mark.parametrize("size", [1, 7, 200])
def test_many_at_once_end_as_the_long_way_does(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made = frames(devices=12, count=60)
    at_once = told(made, size)
    monkeypatch.setattr(columns, "fits", lambda step, max_gap: False)
    by_lists = told(made, size)
    monkeypatch.setattr(quick, "fits", lambda step, max_gap: False)
    one_by_one = told(made, 1)
    assert by_lists == one_by_one
    assert at_once.lines == one_by_one.lines
    assert at_once.pieces == one_by_one.pieces
    assert at_once.last == one_by_one.last
    assert at_once.memories == one_by_one.memories


def test_many_at_once_end_in_the_records_of_one_batch() -> None:
    made = frames(devices=12, count=60)
    at_once = told(made, 100)
    found: dict[str, Any] = {}
    for number in range(12):
        one = enrolled(number)
        own = [frame for frame in made if frame.device == f"van-{number}"]
        found |= {record.id: record for record in records_of(one, samples_of(one, own))}
    assert at_once.last == found
    assert len([record for record in found.values() if record.confirmed]) >= 3


def test_most_of_a_healthy_city_goes_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[int] = []
    judge = columns.judge

    def counted(taken: Any, pieces: Any) -> Any:
        found = judge(taken, pieces)
        judged.append(int(found.is_done.sum()) * taken.values.shape[1])
        return found

    grow = quiet_columns.grow

    def grown(gauge: Any, rows: Any) -> Any:
        judged.append(rows.values.shape[0] * (rows.values.shape[1] - 1))
        return grow(gauge, rows)

    monkeypatch.setattr(abreast, "judge", counted)
    monkeypatch.setattr(quick, "grow", grown)
    made = frames(devices=12, count=60)
    told(made, 100)
    assert sum(judged) > 0.5 * sum(frame.readings() for frame in made)
