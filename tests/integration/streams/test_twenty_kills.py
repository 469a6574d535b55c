"""A worker killed in mid-stream twenty times, while another joins and leaves."""

import random
import subprocess

import pytest
from van_city import by_time, city, expected, readings, registration, what_holds
from worker_bench import Bench, wait_until

from broker.topics import REJECTED
from coldchain.frames import Frame

# Each kill costs the group its session timeout, and a worker its start.
pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

KILLS = 20
OPTIONS = ("--checkpoint", "0.2", "--settle", "0.5")


class Crew:
    """Two workers' places, either empty or with a worker in it."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.workers: list[subprocess.Popen[bytes] | None] = [None, None]
        self._logs = [0, 0]

    def start(self, place: int) -> None:
        if self.workers[place] is None:
            self.workers[place] = self._bench.start_worker(*OPTIONS)
            self._logs[place] = self._bench.started

    def kill(self, place: int) -> bool:
        """Whether there was one; fails where it had ended by itself, with what it said."""
        worker, self.workers[place] = self.workers[place], None
        if worker is None:
            return False
        was_running = worker.poll() is None
        if not was_running:
            said = self._bench.log(self._logs[place])
            pytest.fail(f"a worker ended by itself:\n{said[-20_000:]}")
        worker.kill()
        worker.wait()
        return was_running

    def stop(self, place: int) -> None:
        worker, self.workers[place] = self.workers[place], None
        if worker is not None:
            worker.terminate()
            worker.wait(30)


def parts(frames: list[Frame]) -> list[list[Frame]]:
    size = -(-len(frames) // KILLS)
    return [frames[start : start + size] for start in range(0, len(frames), size)]


def test_twenty_kills_in_mid_stream_lose_double_and_invent_nothing(bench: Bench) -> None:
    made = city(devices=30, minutes=100)
    bench.register(*map(registration, made))
    chance = random.Random(20)
    crew = Crew(bench)
    kills = 0
    try:
        for number, part in enumerate(parts(by_time(made))):
            crew.start(0)
            if number % 4 == 1:
                crew.start(1)
            before = bench.readings_stored()
            half = len(part) // 2
            bench.send_frames(*part[:half])
            wait_until(lambda: bench.readings_stored() > before, "it is at work")  # noqa: B023
            bench.send_frames(*part[half:])
            kills += crew.kill(0 if crew.workers[1] is None else chance.randrange(2))
            if crew.workers[1] is None and crew.workers[0] is None:
                assert not bench.is_committed()  # it was in mid-stream
            if number % 4 == 3:
                crew.stop(1)
        crew.start(0)
        crew.start(1)
        bench.wait_committed()
    finally:
        crew.kill(0)
        crew.kill(1)
    assert kills == KILLS
    assert bench.readings_stored() == readings(made)
    assert what_holds(bench) == expected(made)
    assert len(expected(made)) >= 10
    assert bench.records(REJECTED) == []
