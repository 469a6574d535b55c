"""The fleet rules in the stream end where one batch over the readings ends, however cut."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

import msgspec
import pytest
from kept_store import Way

from coldchain.enrolment import Enrolled, Plans
from coldchain.fleet import batteries_of, conditions_of
from coldchain.frames import Channel, Frame
from coldchain.holding import that_hold
from coldchain.records import ConditionRecord
from coldchain.registry import ChannelEntry, CompartmentEntry, Duty, Entry, Registration
from coldchain.times import from_iso, iso
from coldchain.whole import samples_of
from runtime.profiles import load_profiles
from streams import columns, quick
from streams.device import Arrival, Job, judge_frames, rounds, stints_of
from streams.effects import Effects
from streams.memory import DeviceMemory, pack, unpack

T0 = from_iso("2026-11-23T06:00:00Z")
STEP = 30_000
PLANS = Plans(load_profiles())


def entry(
    at: int, duty: Duty = "in-service", profile: str = "iced-seafood", counts: bool = True
) -> Entry:
    return Entry(
        since=iso(at),
        kind="van",
        asset="V",
        compartments={"main": CompartmentEntry(profile=profile, duty=duty)},
        channels={
            "main.air.rear": ChannelEntry(calibration=0.25),
            "main.product": ChannelEntry(counts=counts),
        },
    )


def enrolled(device: str, *history: Entry) -> Enrolled:
    made = Registration(device=device, history=list(history) or [entry(0)])
    return Enrolled.of(made, PLANS)


KINDS = ("stuck", "noisy", "rise")


@dataclass
class Story:
    """One device's day: what each channel measures, sample by sample."""

    enrolled: Enrolled
    frames: list[Frame] = field(default_factory=list)


def temperatures(chance: random.Random, count: int, base: float, first: str) -> list[float | None]:
    """Steady, with what rules are for: a stuck stretch, a noisy one, rises, a null."""
    grain = chance.choice([100, 10])
    values = [round((base + chance.uniform(-0.3, 0.3)) * grain) / grain for _ in range(count)]
    for kind in [first, *chance.choices(KINDS, k=chance.randrange(3))]:
        start = chance.randrange(count // 4)
        for n in range(start, min(count, start + chance.randrange(100, 1100))):
            if kind == "stuck":
                values[n] = values[start]
            elif kind == "noisy" and n < start + 120:
                values[n] += 2.0 * (n % 2)
            elif kind == "rise" and n < start + 40:
                values[n] += 0.1 * (n - start)
    made: list[float | None] = [round(value, 2) for value in values]
    if chance.random() < 0.3:
        made[chance.randrange(count)] = None
    return made


def switch(chance: random.Random, count: int, resting: float) -> dict[int, float]:
    """What a switch says, by sample: at first, and at its changes."""
    said = {0: resting}
    for _ in range(chance.randrange(4)):
        start = chance.randrange(count)
        said[start] = 1 - resting
        said[start + chance.choice([1, 5, 30])] = resting
    return {n: value for n, value in said.items() if n < count}


def story(number: int, samples: int = 1200) -> Story:
    """A device by its number; frames of 1 to 40 samples, at times one that never came."""
    chance = random.Random(number)
    history = [entry(0)]
    if number % 4 == 1:
        duty: Duty = "pre-cooling" if number % 8 == 1 else "under-repair"
        counts = number not in (9, 17)  # warm goods are no excursion, and late all the same
        if number == 17:
            history = [entry(0, duty, counts=counts)]
        history.append(entry(T0 + samples * STEP // 2 + 7, duty, counts=counts))
        history.append(entry(T0 + samples * STEP * 3 // 4, profile="vaccine-2-8"))
    made = Story(enrolled(f"van-{number}", *history))
    names = ["main.product", "main.air", "main.air.rear"][: 1 + number % 3]
    base = 5.0 if number % 8 == 1 else chance.choice([1.5, 2.0, -0.5])
    values = {name: temperatures(chance, samples, base, KINDS[number % 3]) for name in names}
    if chance.random() < 0.5 and "main.air.rear" in names:
        begin = chance.randrange(samples // 2)
        rear = values["main.air.rear"]
        rear[begin:] = [None if one is None else round(one + 2.6, 2) for one in rear[begin:]]
    switches = {
        "main.door": switch(chance, samples, 0.0),
        "unit.mains": switch(chance, samples, 1.0),
    }
    compressor: list[float | None] = [
        float(n // chance.choice([7, 8, 40]) % 2) for n in range(samples)
    ]
    values["main.compressor"] = compressor
    charge, at, seq = 0.4, 0, 0
    while at < samples:
        size = min(chance.choice([1, 10, 15, 15, 15, 40]), samples - at)
        charge += chance.uniform(-0.02, 0.015)
        start = T0 + at * STEP
        channels = [
            Channel(name=name, start=start, step=STEP, values=own[at : at + size])
            for name, own in values.items()
        ]
        for name, said in switches.items():
            own = [(n, value) for n, value in sorted(said.items()) if at <= n < at + size]
            if own:
                times = [T0 + n * STEP + 3_000 for n, _ in own]
                channels.append(Channel(name=name, at=times, values=[v for _, v in own]))
        made.frames.append(
            Frame(
                v=1,
                device=f"van-{number}",
                boot=1,
                seq=seq,
                sent=start + size * STEP,
                channels=channels,
                battery=min(1.0, max(0.0, round(charge, 2))),
            )
        )
        at += size
        seq += 1
        if chance.random() < 0.02:
            at += chance.choice([10, 130])
    return made


@dataclass
class Streamed:
    """What the stream said of stories, and what it remembers."""

    conditions: list[ConditionRecord]
    memories: dict[str, DeviceMemory]


def streamed(stories: Iterable[Story], size: int, *, packed: bool = False) -> Streamed:
    """Frames of all, by time, judged `size` at a time; packed away in between."""
    known = {one.enrolled.registration.device: one.enrolled for one in stories}
    frames = sorted((f for one in stories for f in one.frames), key=lambda f: (f.sent, f.device))
    done = Streamed([], {device: DeviceMemory() for device in known})
    for start in range(0, len(frames), size):
        effects = Effects()
        jobs = [
            Job(
                known[frame.device],
                done.memories[frame.device],
                frame,
                Arrival(frame.sent, start + index, frame.sent),
                stints_of(known[frame.device], frame),
            )
            for index, frame in enumerate(frames[start : start + size])
        ]
        for together in rounds(jobs, lambda job: job.frame.device):
            assert set(judge_frames(together, effects)) == {None}
        done.conditions += effects.conditions
        if packed:
            done.memories = {name: unpack(pack(one)) for name, one in done.memories.items()}
    return done


@cache
def whole() -> dict[str, ConditionRecord]:
    """What one batch says of the stories."""
    return {
        record.id: record
        for one in STORIES
        for record in conditions_of(
            one.enrolled, samples_of(one.enrolled, one.frames), batteries_of(one.frames)
        )
    }


def held(conditions: Sequence[ConditionRecord]) -> dict[str, ConditionRecord]:
    return {one.id: msgspec.structs.replace(one, as_of=0) for one in that_hold(conditions)}


STORIES = [story(number) for number in range(24)]


@pytest.mark.parametrize("size", [1, 300])
def test_readings_in_order_end_in_the_conditions_of_one_batch(size: int) -> None:
    done = streamed(STORIES, size, packed=size == 1)
    assert held(done.conditions) == whole()


def test_the_stories_have_findings_of_every_rule_that_readings_feed() -> None:
    found = {(one.rule, one.state) for one in whole().values()}
    assert {rule for rule, _ in found} == {
        "battery-low",
        "door-open",
        "fast-rise",
        "mains-lost",
        "pull-down-late",
        "sensor-noisy",
        "sensor-stuck",
        "sensors-disagree",
        "short-cycling",
    }
    assert {state for _, state in found} == {"raised", "cleared"}


def test_each_finding_is_raised_once_and_cleared_once() -> None:
    said = [(one.id, one.state) for one in streamed(STORIES, 50).conditions]
    assert len(said) == len(set(said))


def test_columns_end_where_the_long_way_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = streamed(STORIES, 400)
    monkeypatch.setattr(columns, "fits", lambda step, max_gap: False)
    monkeypatch.setattr(quick, "fits", lambda step, max_gap: False)
    one_by_one = streamed(STORIES, 400)
    assert at_once.memories == one_by_one.memories
    assert held(at_once.conditions) == held(one_by_one.conditions)


def one_frame(seq: int, air: dict[int, float], door: dict[int, float]) -> Frame:
    """A frame of readings by minute."""
    channels = [
        Channel(name=name, at=[T0 + n * 60_000 for n in own], values=list(own.values()))
        for name, own in (("main.air", air), ("main.door", door))
        if own
    ]
    sent = T0 + max(air) * 60_000
    return Frame(v=1, device="van-1", boot=1, seq=seq, sent=sent, channels=channels)


def test_what_had_to_wait_while_its_device_was_judged_again_reaches_the_rules() -> None:
    way = Way(enrolled("van-1"))
    first = one_frame(0, {n: 2.0 + n % 3 / 10 for n in range(10)}, {0: 0.0})
    second = one_frame(1, {n: 2.0 + n % 3 / 10 for n in range(10, 30)}, {12: 1.0})
    way.take(first)
    assert way.take(second, put_all_off=True).conditions == []
    way.settle()
    assert [(one.rule, one.state) for one in way.conditions] == [("door-open", "raised")]
    batch = conditions_of(way.enrolled, samples_of(way.enrolled, [first, second]))
    assert held(way.conditions) == held(batch)


def test_a_reading_that_comes_late_changes_no_condition() -> None:
    way = Way(enrolled("van-1"))
    way.take(one_frame(0, {n: 2.0 + n % 3 / 10 for n in range(30)}, {0: 0.0, 20: 0.0}))
    way.take(one_frame(1, {30: 2.0}, {5: 1.0}))
    way.settle()
    assert way.conditions == []


@pytest.mark.parametrize("number", [9, 17])
def test_goods_whose_readings_do_not_count_are_late_all_the_same(number: int) -> None:
    one = story(number)
    [until] = [entry.since for entry in one.enrolled.registration.history][-1:]
    late = [found for found in streamed([one], 7).conditions if found.rule == "pull-down-late"]
    assert [found.subject for found in late if found.since < until][:1] == ["main.product"]
    assert that_hold(late)
