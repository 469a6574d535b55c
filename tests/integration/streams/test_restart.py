"""What a worker finds when it starts again, and what comes while it is busy elsewhere."""

import os
import signal
from dataclasses import replace

import pytest
from worker_bench import Bench, wait_until

from broker.topics import EXCURSIONS, REJECTED
from coldchain.enrolment import Enrolled, Plans
from coldchain.frames import Channel, Frame
from coldchain.holding import that_hold
from coldchain.registry import CompartmentEntry, Entry, Registration
from coldchain.whole import records_of, samples_of
from runtime.profiles import load_profiles
from runtime.servers.influxdb import influxdb_process
from runtime.servers.ports import free_ports
from series.setup import ensure_bucket

pytestmark = pytest.mark.integration

T0 = 1_795_413_600_000
MINUTE = 60_000


def registration(device: str, profile: str = "iced-seafood") -> Registration:
    entry = Entry(
        since="2026-01-01T00:00:00Z",
        kind="van",
        asset=device,
        compartments={"main": CompartmentEntry(profile=profile)},
    )
    return Registration(device=device, history=[entry])


def frame(device: str, minute: int, celsius: float) -> Frame:
    at = T0 + minute * MINUTE
    air = Channel(name="main.product", start=at, step=30_000, values=[celsius, celsius])
    return Frame(v=1, device=device, boot=1, seq=minute, sent=at + MINUTE, channels=[air])


def test_a_restarted_worker_takes_the_head_of_partitions_it_never_committed(bench: Bench) -> None:
    vans = [f"van-{number}" for number in range(8)]
    bench.register(*map(registration, vans))
    bench.send_frames(frame(vans[2], 0, 2.0))
    sent = 2
    for minute, van in enumerate((*vans[:2], *vans[3:]), start=1):
        with bench.worker("--checkpoint", "0.2"):
            bench.wait_committed()
            assert bench.readings_stored() == sent
        bench.send_frames(frame(van, minute, 2.0))
        sent += 2
    with bench.worker("--checkpoint", "0.2"):
        bench.wait_committed()
    assert bench.readings_stored() == sent


def test_what_comes_in_order_while_a_late_reading_waits_for_the_store_is_judged(
    bench: Bench,
) -> None:
    """InfluxDB stands still while a late frame and then 40 minutes in order come in."""
    folder = bench.folder / "influxdb"
    port, rpc_port = free_ports(2)
    own = influxdb_process(folder, port, rpc_port)
    own.start()
    try:
        bench.series = replace(bench.series, url=f"http://127.0.0.1:{port}", give_up_after=60.0)
        ensure_bucket(bench.series)
        bench.register(registration("van-1"))
        made = [frame("van-1", minute, 2.0 if minute < 10 else 7.0) for minute in range(50)]
        made += [frame("van-1", minute, 2.0) for minute in range(50, 60)]
        with bench.worker("--checkpoint", "0.2", "--settle", "0.2"):
            bench.send_frames(*made[:5], *made[6:12])
            bench.wait_committed()
            assert own.pid is not None
            signal_to(own.pid, signal.SIGSTOP)
            bench.send_frames(made[5])
            wait_until(lambda: not bench.is_committed(), "the late frame waits")
            bench.send_frames(*made[12:])
            signal_to(own.pid, signal.SIGCONT)
            bench.wait_committed()
        enrolled = Enrolled.of(registration("van-1"), Plans(load_profiles()))
        whole = records_of(enrolled, samples_of(enrolled, made))
        told = {(r.limit, r.start, r.confirmed, r.end) for r in that_hold(bench.said(EXCURSIONS))}
        assert told == {(r.limit, r.start, r.confirmed, r.end) for r in whole}
        assert any(one.confirmed for one in whole)
    finally:
        own.stop()


def test_a_frame_that_waits_is_not_committed_past_by_those_behind_it(bench: Bench) -> None:
    """A late frame waits to settle; others of its partition are done; the worker is gone."""
    bench.register(registration("van-1"))
    with bench.worker("--checkpoint", "0.2"):
        bench.send_frames(*(frame("van-1", minute, 2.0) for minute in (0, 1, 3, 4)))
        bench.wait_committed()
    bench.send_frames(frame("van-1", 2, 2.0), *(frame("van-1", n, 2.0) for n in range(5, 15)))
    with bench.worker("--checkpoint", "0.2", "--settle", "600"):
        wait_until(lambda: bench.readings_stored() == 28, "all but the late ones are stored")
    assert not bench.is_committed()
    with bench.worker("--checkpoint", "0.2", "--settle", "0.2"):
        bench.wait_committed()
    assert bench.readings_stored() == 30


def test_a_changed_registration_reaches_a_running_worker(bench: Bench) -> None:
    bench.register(registration("van-1"))
    with bench.worker("--checkpoint", "0.2"):
        bench.send_frames(*(frame("van-1", minute, 2.0) for minute in range(5)))
        bench.wait_committed()
        bench.register(registration("van-1", "frozen"))
        # One checkpoint later it is known; what comes after that is judged by it.
        bench.send_frames(frame("van-1", 5, 2.0))
        bench.wait_committed()
        bench.send_frames(*(frame("van-1", minute, 2.0) for minute in range(6, 60)))
        bench.wait_committed()
    assert {one.profile for one in that_hold(bench.said(EXCURSIONS))} == {"frozen"}


def test_numbers_that_no_store_can_hold_are_refused_and_stop_nobody(bench: Bench) -> None:
    bench.register(registration("van-1"))
    text = '{"v":1,"device":"van-1","boot":%s,"seq":0,"sent":%s,"channels":[%s]}'
    channel = '{"name":"main.air","start":%s,"step":30000,"values":[2.0,2.0]}'
    bench.send(
        ("van-1", (text % (2**64, T0, "")).encode(), T0),
        ("van-1", (text % (0, 253_402_300_799_999, "")).encode(), T0),
        ("van-1", (text % (0, T0, channel % 9_223_372_036_000)).encode(), T0),
    )
    bench.send_frames(frame("van-1", 0, 2.0))
    with bench.worker("--checkpoint", "0.2"):
        bench.wait_committed()
    assert len(bench.records(REJECTED)) == 3
    assert bench.readings_stored() == 2


def signal_to(pid: int, number: signal.Signals) -> None:
    os.kill(pid, number)
