"""A city of vans as one batch and a worker judge it: what is sent, what has to come of it."""

import random

import msgspec
from worker_bench import Bench

from broker.topics import EXCURSIONS
from coldchain.enrolment import Enrolled, Plans
from coldchain.frames import Channel, Frame
from coldchain.holding import that_hold
from coldchain.records import ExcursionRecord
from coldchain.registry import CompartmentEntry, Entry, Registration
from coldchain.whole import records_of, samples_of
from runtime.profiles import load_profiles
from series.reader import Reader, Value

T0 = 1_795_413_600_000
MINUTE = 60_000


def registration(device: str) -> Registration:
    entry = Entry(
        since="2026-01-01T00:00:00Z",
        kind="van",
        asset=device.upper(),
        compartments={"main": CompartmentEntry(profile="iced-seafood")},
        county="Huangdao",
    )
    return Registration(device=device, history=[entry])


def city(devices: int, minutes: int) -> dict[str, list[Frame]]:
    """Vans that sample twice a minute; every third goes warm in the middle, doors open at times."""
    made: dict[str, list[Frame]] = {}
    for number in range(devices):
        chance = random.Random(number)
        frames = []
        for minute in range(minutes):
            at = T0 + minute * MINUTE
            is_warm = number % 3 == 0 and minutes // 4 <= minute < minutes * 3 // 4
            base = 7.0 if is_warm else 2.0
            channels = [
                Channel(
                    name=f"main.{quantity}",
                    start=at,
                    step=30_000,
                    values=[round(base + chance.uniform(-0.5, 0.5), 2) for _ in range(2)],
                )
                for quantity in ("air", "product")
            ]
            if minute % 17 in (5, 7):
                value = float(minute % 17 == 5)
                channels.append(Channel(name="main.door", at=[at + 7_000], values=[value]))
            frames.append(
                Frame(
                    v=1,
                    device=f"van-{number:04}",
                    boot=1,
                    seq=minute,
                    sent=at + MINUTE,
                    channels=channels,
                    battery=0.9,
                )
            )
        made[f"van-{number:04}"] = frames
    return made


def by_time(made: dict[str, list[Frame]]) -> list[Frame]:
    return sorted((f for frames in made.values() for f in frames), key=lambda f: f.sent)


def what_holds(bench: Bench) -> dict[str, ExcursionRecord]:
    """The excursions that stand, each without the offset it was judged at and its history."""
    return {one.id: at_last(one) for one in that_hold(bench.said(EXCURSIONS))}


def at_last(one: ExcursionRecord) -> ExcursionRecord:
    return msgspec.structs.replace(one, as_of=0, supersedes=[], state="closed")


def expected(made: dict[str, list[Frame]]) -> dict[str, ExcursionRecord]:
    plans = Plans(load_profiles())
    found: dict[str, ExcursionRecord] = {}
    for device, frames in made.items():
        enrolled = Enrolled.of(registration(device), plans)
        for one in records_of(enrolled, samples_of(enrolled, frames)):
            found[one.id] = at_last(one)
    return found


def stored(bench: Bench, measurement: str) -> list[tuple[Value, ...]]:
    """All points of a measurement, sorted; of excursions those not withdrawn."""
    reader = Reader(bench.series)
    try:
        answer = reader.query(f'SELECT * FROM "{measurement}"')  # noqa: S608 - our own names
        rows: list[tuple[Value, ...]] = []
        for series in answer:
            keep = [i for i, name in enumerate(series.columns) if name != "as_of"]
            names = [series.columns[i] for i in keep]
            for row in series.values:
                named = dict(zip(names, (row[i] for i in keep), strict=True))
                if named.get("state") != "withdrawn":
                    rows.append(tuple(v for _, v in sorted(named.items())))
        return sorted(rows, key=repr)
    finally:
        reader.close()


def readings(made: dict[str, list[Frame]]) -> int:
    return sum(frame.readings() for frames in made.values() for frame in frames)
