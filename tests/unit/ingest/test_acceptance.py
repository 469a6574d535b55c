"""What is accepted while a lane changes between Kafka and the spool; a line that waits for us."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from broker.settings import KafkaSettings
from ingest.door.acceptance import Acceptance
from ingest.door.line import Line
from ingest.door.records import Record
from ingest.door.spool import Spool
from ingest.door.wire import Failure, Failures

FRAMES, REJECTED = "frames", "rejected"


class Held(Line):
    """Kafka as the test has it: what it has taken, topics it takes nothing of or waits with."""

    def __init__(self) -> None:
        super().__init__(KafkaSettings(servers="127.0.0.1:1"), 5.0)
        self.taken: list[Record] = []
        self.closed: set[str] = set()
        self.waits: dict[str, asyncio.Event] = {}
        self.asked = asyncio.Event()

    @property
    def connected(self) -> bool:
        return True

    async def connect(self) -> None:
        """It is there."""

    async def send(self, records: Sequence[Record]) -> Failures:
        for record in records:
            if record.topic in self.waits:
                self.asked.set()
                await self.waits[record.topic].wait()
        failed = {i: Failure("closed") for i, r in enumerate(records) if r.topic in self.closed}
        self.taken += [record for i, record in enumerate(records) if i not in failed]
        return failed


def record(topic: str, number: int) -> Record:
    return Record(topic, b"van-1", b"%d" % number, number)


async def until_direct(acceptance: Acceptance) -> None:
    while not acceptance.direct:
        await asyncio.sleep(0.01)


def test_a_frame_kept_while_its_dead_letter_is_under_way_is_drained_before_the_next(
    tmp_path: Path,
) -> None:
    async def run() -> tuple[list[bytes], int]:
        line = Held()
        spool = Spool(tmp_path / "spool.sqlite", 1_000_000)
        acceptance = Acceptance(line, spool, (FRAMES, REJECTED))
        await acceptance.start()
        await until_direct(acceptance)
        line.closed.add(FRAMES)
        await acceptance.accept([record(FRAMES, 1)])
        assert not acceptance.direct
        # A mixed request: the frame is for the spool, word of its dead letter is long in coming.
        line.waits[REJECTED] = asyncio.Event()
        mixed = asyncio.create_task(acceptance.accept([record(FRAMES, 2), record(REJECTED, 0)]))
        await line.asked.wait()
        line.closed.clear()
        await until_direct(acceptance)
        line.waits.pop(REJECTED).set()
        await mixed
        await until_direct(acceptance)
        await acceptance.accept([record(FRAMES, 3)])
        held = spool.held
        await acceptance.stop()
        return [one.value for one in line.taken if one.topic == FRAMES], held

    assert asyncio.run(run()) == ([b"1", b"2", b"3"], 0)
