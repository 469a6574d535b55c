"""What came late is judged again beside the checkpoints, and given up where a rebalance comes."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from kept_store import Kept
from recorded_worker import Recorder, event, worker

import streams.settling
from streams.worker import Worker

#: A checkpoint every few milliseconds, what came late at once.
OFTEN = {"checkpoint": 0.005, "settle": 0.0, "session": 0.1}


@dataclass
class Slow(Kept):
    """A store that answers only once it may."""

    may_answer: threading.Event = field(default_factory=threading.Event)
    was_asked: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__()

    def readings(
        self, device: str, channel: str, start: int | None, end: int | None = None
    ) -> tuple[list[int], list[int]]:
        self.was_asked.set()
        assert self.may_answer.wait(30), "nobody let it"
        return super().readings(device, channel, start, end)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Slow:
    """The store that a settling asks."""
    slow = Slow()
    monkeypatch.setattr(streams.settling, "Past", lambda _: slow)
    return slow


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not is_so():
            await asyncio.sleep(0.001)


async def settling(outbox: Recorder, store: Slow) -> tuple[Worker, "asyncio.Task[None]"]:
    """A worker with its checkpoints, that is judging van-1 again and waits for the store."""
    one = worker(outbox, **OFTEN)
    checkpoints = asyncio.ensure_future(one.checkpoints())
    one._intake.take(event(outbox, [2.0, 2.0], minute=60, offset=1))
    one._intake.take(event(outbox, [2.0, 7.0], minute=0, offset=2))
    await until(store.was_asked.is_set)
    return one, checkpoints


async def end(checkpoints: "asyncio.Task[None]") -> None:
    checkpoints.cancel()
    await asyncio.wait([checkpoints])


def test_other_devices_are_done_while_one_is_judged_again(store: Slow) -> None:
    async def run() -> None:
        outbox = Recorder()
        one, checkpoints = await settling(outbox, store)
        one._intake.take(event(outbox, [2.0], device="van-2", minute=61, offset=3))
        await until(lambda: 3 in outbox.acknowledged)
        assert 2 not in outbox.acknowledged
        store.may_answer.set()
        await until(lambda: 2 in outbox.acknowledged)
        await end(checkpoints)

    asyncio.run(run())


def test_what_comes_for_a_device_that_is_judged_again_waits_for_the_next_round(store: Slow) -> None:
    async def run() -> None:
        outbox = Recorder()
        one, checkpoints = await settling(outbox, store)
        one._intake.take(event(outbox, [2.0], minute=62, offset=4))
        one._intake.take(event(outbox, [2.0], device="van-2", minute=61, offset=5))
        await until(lambda: 5 in outbox.acknowledged)
        store.may_answer.set()
        await until(lambda: 4 in outbox.acknowledged)
        assert [one for one in outbox.acknowledged if one in (2, 4)] == [2, 4]
        await end(checkpoints)

    asyncio.run(run())


def test_a_rebalance_that_cannot_wait_for_it_ends_it_and_nothing_of_it_is_kept(store: Slow) -> None:
    async def run() -> None:
        outbox = Recorder()
        one, checkpoints = await settling(outbox, store)
        await one.hand_over()
        before = list(outbox.done)
        store.may_answer.set()
        one._intake.take(event(outbox, [2.0], device="van-2", minute=61, offset=3))
        await until(lambda: 3 in outbox.acknowledged)  # and the checkpoints go on
        assert 2 not in outbox.acknowledged
        assert outbox.done[len(before) :].count("keep") == 1
        await end(checkpoints)

    asyncio.run(run())


def test_what_fails_while_it_is_judged_again_stops_the_worker(
    store: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        outbox = Recorder()
        _, checkpoints = await settling(outbox, store)

        async def broken(*_: object) -> None:
            raise ConnectionError("the changelog takes nothing")

        monkeypatch.setattr(outbox, "keep", broken)
        store.may_answer.set()
        async with asyncio.timeout(30):
            with pytest.raises(ConnectionError, match="takes nothing"):
                await checkpoints
        assert 2 not in outbox.acknowledged

    asyncio.run(run())
