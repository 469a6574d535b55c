"""A thousand devices come back from a dead zone: live ones do not wait for them, nobody is woken
for what is over."""

from functools import partial

import pytest
from van_city import MINUTE, T0, registration
from worker_bench import Bench, wait_until

from broker.topics import EXCURSIONS
from coldchain.frames import Channel, Frame
from coldchain.holding import that_hold
from series.reader import Reader

pytestmark = pytest.mark.integration

AWAY = [f"van-{number:05}" for number in range(1_000)]
LIVE = [f"live-{number}" for number in range(8)]
#: Every so many of them was warm for a while: long enough to be told of, and over since.
WARM_EVERY = 50
#: How long the whole may take on a machine that is busy otherwise, seconds.
PATIENCE = 240.0


def frame(device: str, seq: int, minute: int, values: list[float | None]) -> Frame:
    start = T0 + minute * MINUTE
    air = Channel(name="main.product", start=start, step=MINUTE, values=values)
    sent = start + len(values) * MINUTE
    return Frame(v=1, device=device, boot=1, seq=seq, sent=sent, channels=[air])


def missed(number: int) -> list[float | None]:
    """An hour of a device's readings; some were at 7 °C for 40 minutes of it."""
    warm = 7.0 if number % WARM_EVERY == 0 else 2.0
    return [*[2.0] * 10, *[warm] * 40, *[2.0] * 10]


def stored(bench: Bench, devices: list[str], at: int) -> bool:
    reader = Reader(bench.series)
    try:
        found = [reader.compartment(one, "main", at, at + 1).get("product") for one in devices]
        return all(one is not None and at in one.times for one in found)
    finally:
        reader.close()


def merged(bench: Bench) -> int:
    """How many of the readings that came late are in the store."""
    reader = Reader(bench.series)
    try:
        return reader.count_readings(T0, T0 + 60 * MINUTE)
    finally:
        reader.close()


@pytest.mark.timeout(900)
def test_a_backfill_of_a_thousand_devices_stalls_no_live_one_and_tells_of_what_is_over_as_over(
    bench: Bench,
) -> None:
    bench.register(*map(registration, AWAY), *map(registration, LIVE))
    meanwhile = rounds = 0
    with bench.worker("--settle", "1"):
        # They are back, and send what is newest first: what they missed comes late.
        bench.send_frames(*(frame(one, 60, 60, [2.0, 2.0]) for one in AWAY))
        bench.wait_committed(PATIENCE)
        bench.send_frames(*(frame(one, 0, 0, missed(n)) for n, one in enumerate(AWAY)))
        wait_until(lambda: merged(bench) > 0, "what came late is judged again", PATIENCE)
        while (before := merged(bench)) < len(AWAY) * 60:
            at = T0 + (100 + rounds) * MINUTE
            bench.send_frames(*(frame(one, 100 + rounds, 100 + rounds, [2.0]) for one in LIVE))
            there = partial(stored, bench, LIVE, at)
            wait_until(there, "the live readings are there", PATIENCE)
            rounds += 1
            meanwhile += before < merged(bench) < len(AWAY) * 60
        bench.wait_committed(PATIENCE)
    assert meanwhile  # live ones went through in the midst of it
    assert bench.readings_stored() == len(AWAY) * 62 + len(LIVE) * rounds
    held = that_hold(bench.said(EXCURSIONS))
    told = {one.device for one in held if one.limit == "warm"}
    assert told == {one for n, one in enumerate(AWAY) if n % WARM_EVERY == 0}
    assert all(one.end is not None for one in bench.said(EXCURSIONS))  # never said to go on
