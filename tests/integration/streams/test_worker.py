"""A worker on real Kafka and InfluxDB: the same effects in any order and after any crash."""

import random
import signal
from collections.abc import Callable, Sequence

import msgspec
import pytest
from worker_bench import Bench, wait_until

from broker.topics import EXCURSIONS, REJECTED
from coldchain.enrolment import Enrolled, Plans
from coldchain.frames import Channel, Frame, encode_frame
from coldchain.holding import that_hold
from coldchain.records import ExcursionRecord
from coldchain.registry import CompartmentEntry, Entry, Registration
from coldchain.whole import records_of, samples_of
from runtime.profiles import load_profiles
from series.reader import Reader, Value

pytestmark = pytest.mark.integration

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


def test_frames_in_order_end_in_the_excursions_of_one_batch(bench: Bench) -> None:
    made = city(devices=9, minutes=90)
    bench.register(*map(registration, made))
    bench.send_frames(*by_time(made))
    with bench.worker():
        bench.wait_committed()
    assert what_holds(bench) == expected(made)
    assert len(expected(made)) >= 6
    assert bench.readings_stored() == readings(made)
    assert bench.records(REJECTED) == []


def test_garbage_and_strangers_go_to_the_dead_letters_and_change_nothing_else(
    bench: Bench,
) -> None:
    made = city(devices=3, minutes=60)
    bench.register(*map(registration, made))
    stranger = city(devices=8, minutes=1)["van-0007"][0]
    bench.send(("x", b"\x00garbage\xff", T0), ("van-0000", b"{}", T0))
    bench.send(("van-0001", encode_frame(made["van-0000"][0]), T0))
    bench.send_frames(stranger, *by_time(made))
    with bench.worker():
        bench.wait_committed()
    letters = {value: headers for _, value, headers in bench.records(REJECTED)}
    assert set(letters) == {
        b"\x00garbage\xff",
        b"{}",
        encode_frame(made["van-0000"][0]),
        encode_frame(stranger),
    }
    assert letters[encode_frame(stranger)]["reason"] == b"device van-0007 is not registered"
    assert b"Object missing required field" in letters[b"{}"]["reason"]
    assert b"JSON is malformed" in letters[b"\x00garbage\xff"]["reason"]
    assert what_holds(bench) == expected(made)
    assert bench.readings_stored() == readings(made)


def recut(made: dict[str, list[Frame]], chance: random.Random) -> list[Frame]:
    """The same readings, cut into other frames."""
    frames = []
    for device, own in made.items():
        samples = [
            (channel.name, at, value)
            for frame in own
            for channel in frame.channels
            for at, value in zip(channel.times(), channel.values, strict=True)
        ]
        chance.shuffle(samples)
        for seq, start in enumerate(range(0, len(samples), 7)):
            channels: dict[str, tuple[list[int], list[float | None]]] = {}
            for name, at, value in samples[start : start + 7]:
                times, values = channels.setdefault(name, ([], []))
                times.append(at)
                values.append(value)
            frames.append(
                Frame(
                    v=1,
                    device=device,
                    boot=1,
                    seq=seq,
                    sent=own[-1].sent,
                    channels=[Channel(name=n, at=t, values=v) for n, (t, v) in channels.items()],
                )
            )
    return frames


def shuffled(made: dict[str, list[Frame]], chance: random.Random) -> list[Frame]:
    """The same frames in any order, a third of them twice."""
    frames = [frame for own in made.values() for frame in own]
    frames += chance.sample(frames, len(frames) // 3)
    chance.shuffle(frames)
    return frames


@pytest.mark.parametrize("deliver", [shuffled, recut])
def test_any_order_repeats_and_cutting_end_in_the_same_excursions_and_points(
    bench: Bench,
    other_bench: Bench,
    deliver: Callable[[dict[str, list[Frame]], random.Random], Sequence[Frame]],
) -> None:
    made = city(devices=6, minutes=60)
    for one in (bench, other_bench):
        one.register(*map(registration, made))
    bench.send_frames(*by_time(made))
    other_bench.send_frames(*deliver(made, random.Random(5)))
    with bench.worker(), other_bench.worker("--settle", "1"):
        bench.wait_committed()
        other_bench.wait_committed()
    assert what_holds(other_bench) == what_holds(bench) == expected(made)
    for measurement in ("reading", "piece", "excursion"):
        assert stored(other_bench, measurement) == stored(bench, measurement)
    assert stored(bench, "piece")


def test_killed_workers_lose_nothing_and_double_nothing(bench: Bench) -> None:
    """SIGKILL in mid-stream, a second worker, a third joining and dying: committed, and exact."""
    made = city(devices=60, minutes=150)
    frames = by_time(made)
    bench.register(*map(registration, made))
    half = len(frames) // 2
    bench.send_frames(*frames[:half])

    first = bench.start_worker("--checkpoint", "0.1")
    wait_until(lambda: bench.readings_stored() > 0, "the first worker stores readings")
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert not bench.is_committed()  # it died in mid-stream
    with bench.worker("--checkpoint", "0.1"):
        wait_until(lambda: "Worker ready" in bench.log(2), "the second took over")
        third = bench.start_worker("--checkpoint", "0.1")
        wait_until(lambda: "Worker ready" in bench.log(3), "the third has its share")
        bench.send_frames(*frames[half:])
        wait_until(lambda: not bench.is_committed(), "there is work under way")
        third.send_signal(signal.SIGKILL)
        third.wait()
        bench.wait_committed(90)
    assert bench.readings_stored() == readings(made)
    assert what_holds(bench) == expected(made)
    assert bench.records(REJECTED) == []
