"""A sink that stays down stops the worker; the next one resumes where it was."""

from dataclasses import replace

import pytest
from worker_bench import Bench, wait_until

from broker.topics import REJECTED
from coldchain.frames import Channel, Frame
from coldchain.registry import CompartmentEntry, Entry, Registration
from runtime.servers.ports import free_ports

pytestmark = pytest.mark.integration

T0 = 1_795_413_600_000


def test_a_store_that_stays_away_stops_the_worker_and_loses_nothing(bench: Bench) -> None:
    entry = Entry(
        since="2026-01-01T00:00:00Z",
        kind="van",
        asset="V1",
        compartments={"main": CompartmentEntry(profile="iced-seafood")},
    )
    bench.register(Registration(device="van-1", history=[entry]))
    air = Channel(name="main.air", start=T0, step=30_000, values=[2.0] * 20)
    bench.send_frames(Frame(v=1, device="van-1", boot=1, seq=0, sent=T0, channels=[air]))
    there = bench.series
    [nowhere] = free_ports(1)
    bench.series = replace(there, url=f"http://127.0.0.1:{nowhere}", give_up_after=1.0)
    alone = bench.start_worker()
    wait_until(lambda: alone.poll() is not None, "the worker stops by itself")
    assert alone.returncode != 0
    assert "stays away" in bench.log(1)
    assert not bench.is_committed()

    bench.series = there
    with bench.worker():
        bench.wait_committed()
    assert bench.readings_stored() == 20
    assert bench.records(REJECTED) == []
