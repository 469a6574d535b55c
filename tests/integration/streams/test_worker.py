"""A worker on real Kafka and InfluxDB: the same effects in any order and after any crash."""

import random
import signal
from collections.abc import Callable, Sequence

import pytest
from van_city import T0, by_time, city, expected, readings, registration, stored, what_holds
from worker_bench import Bench, wait_until

from broker.topics import REJECTED
from coldchain.frames import Channel, Frame, encode_frame

pytestmark = pytest.mark.integration


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
