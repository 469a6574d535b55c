"""What `--check` measures: each of our parts beside the plainest way to do it.

A new pair is a function that sets up both sides, named in PAIRS; then `python -m bench --record`.
"""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd

from bench.emulator import VANS
from bench.evaluate import write_logger
from bench.front_door import frame
from bench.processors import SHAPES, frames, registration
from bench.references.plain import PlainJudge, plain_app, plain_frames
from bench.references.work import Judge, Seen
from broker.settings import KafkaSettings
from coldchain.enrolment import Plans, Roster
from coldchain.evaluation import as_json, evaluate
from ingest.door.acceptance import Acceptance
from ingest.door.app import FrontDoor
from ingest.door.line import Line
from ingest.door.records import Record
from ingest.door.settings import FrontDoorSettings
from ingest.door.spool import Spool
from ingest.door.tokens import TokenStore
from ingest.loggers.reader import read
from runtime.profiles import load_profiles
from sensor_emulator import parse_scenario
from sensor_emulator.plan import plan
from sensor_emulator.run import deliveries
from streams.batch import lines_of, standing_lines
from streams.intake import Intake
from streams.late import LateQueue
from streams.manifest import Manifests
from streams.memories import Memories
from streams.meters import Meters
from streams.outbox import packed_states

from .ratios import ROUNDS, Pair, Sides

PROFILES = load_profiles()
LOGGER_READINGS = 300_000
REQUESTS = 1_500
#: Devices, and frames of each in a round: of lockers 10 minutes, so that pieces end in each alike.
JUDGED = {"van": (60, 6), "locker": (6, 20)}


def roster_of(shape: str, devices: int) -> Roster:
    made = Roster(Plans(PROFILES))
    for number in range(devices):
        made.put(registration(number, SHAPES[shape]))
    return made


def portions(shape: str) -> Iterator[list[Seen]]:
    """The frames of one round after another, by time: no frame is ever judged twice."""
    devices, each = JUDGED[shape]
    made = frames(SHAPES[shape], devices, 60 * 24 * 365)
    offset = 0
    while True:
        some = [
            Seen(raw, at, offset + i) for i, (_, raw, at) in enumerate(islice(made, devices * each))
        ]
        offset += len(some)
        yield some


@contextmanager
def judging(shape: str) -> Iterator[Sides]:
    """All that a worker does for frames but Kafka and the store: decode, judge, lines, state."""
    devices, _ = JUDGED[shape]
    # Theirs runs before and after ours, so that it is twice as far in time; neither ever goes back.
    ready = list(islice(portions(shape), 2 * (ROUNDS + 1)))
    worker, plain = PureWorker(roster_of(shape, devices)), PlainJudge()
    mine, theirs = iter(ready), iter(ready)
    yield Sides(
        lambda: worker.do(next(mine)),
        lambda: [plain.take(one.value) for one in next(theirs)],
    )


def _ready(shape: str) -> list[list[Seen]]:
    return list(islice(portions(shape), ROUNDS + 1))


class PureWorker:
    """A worker without servers: what `streams/worker.py` does to a batch, up to its bytes."""

    def __init__(self, roster: Roster) -> None:
        manifests = Manifests({}, roster, PROFILES.get, lambda: 0.0, 60.0)
        self._memories = Memories({})
        clock = 1 << 60
        self._intake = Intake(
            manifests, self._memories, LateQueue(), 300_000, 0, lambda: clock, Meters()
        )

    def do(self, records: list[Seen]) -> tuple[list[str], dict[Any, bytes]]:
        """Lines and packed states of a batch."""
        for one in records:
            self._intake.take(_event(one))
        batch = self._intake.cut()
        assert not batch.refused, batch.refused[0]
        lines = [*lines_of(batch.effects), *standing_lines(batch.effects, are_said=True)]
        return lines, packed_states({seat: self._memories.of(*seat) for seat in batch.seats})


def _event(record: Seen) -> Any:
    key = record.value.split(b'"device":"', 1)[1].split(b'"', 1)[0]
    message = SimpleNamespace(
        value=record.value,
        key=key,
        topic="frames",
        partition=0,
        offset=record.offset,
        timestamp=record.timestamp / 1000,
    )
    return SimpleNamespace(message=message, ack=lambda: None)


@contextmanager
def worker_to_bare() -> Iterator[Sides]:
    """A worker knows repeats and packs state; the bare loop decodes, judges and makes lines."""
    devices, _ = JUDGED["van"]
    roster = roster_of("van", devices)
    known = {f"van-{number:05}": roster.find(f"van-{number:05}") for number in range(devices)}
    ready = _ready("van")
    roster_known = {name: one for name, one in known.items() if one is not None}
    worker, mine = PureWorker(roster), iter(ready)
    # The bare loop runs before and after ours: two of them, so that each judges all frames once.
    turns = cycle((Judge(roster_known), Judge(roster_known)))
    theirs = (some for some in ready for _ in range(2))
    yield Sides(lambda: worker.do(next(mine)), lambda: next(turns).judge(next(theirs)))


@contextmanager
def evaluating() -> Iterator[Sides]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "logger.csv"
        write_logger(path, LOGGER_READINGS)

        def ours() -> None:
            file = read(path)
            channel = file.channels[0]
            times = channel.readings(file.times)
            found = evaluate(PROFILES["iced-seafood"], channel.name, *times, [], file.span)
            assert sum(map(len, as_json([found])))

        yield Sides(ours, lambda: pd.read_csv(path), 4)


@contextmanager
def emulating() -> Iterator[Sides]:
    text = VANS.format(minutes=2).replace("count = 5000", "count = 400")
    ready = plan(parse_scenario(text, "bench", PROFILES))

    def ours() -> int:
        return sum(one.readings for one in deliveries(ready, PROFILES))

    made, few = ours(), 100
    yield Sides(ours, partial(plain_frames, few, 4, 15), 10, few * 4 * 15 / made)


class AtOnce(Acceptance):
    """Accepts without Kafka: the door's own cost alone."""

    async def accept(self, records: Any) -> None:
        self.taken: list[Record] = list(records)


@contextmanager
def door() -> Iterator[Sides]:
    with tempfile.TemporaryDirectory() as folder:
        settings = FrontDoorSettings(Path(folder), rate=1e6, burst=1_000_000)
        spool = Spool(settings.spool, settings.spool_max_bytes)
        kafka = KafkaSettings(servers="127.0.0.1:1")
        with TokenStore(settings.tokens) as tokens:
            token = tokens.new("van-1", 0)[1]
            app = FrontDoor(settings, kafka, tokens, AtOnce(Line(kafka, 5.0), spool)).app()
            body = frame("van-1", 1, 1)
            headers = [
                (b"content-type", b"application/json"),
                (b"authorization", b"Bearer " + token.encode()),
                (b"content-length", b"%d" % len(body)),
            ]
            scope = {"type": "http", "method": "POST", "path": "/v1/frames", "headers": headers}
            yield Sides(partial(_ask, app, scope, body), partial(_ask, plain_app, scope, body), 3)
        spool.close()


def _ask(app: Any, scope: dict[str, Any], body: bytes) -> None:
    """The same request again and again, each answered 202."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        assert message.get("status", 202) == 202, message

    async def all_of_them() -> None:
        for _ in range(REQUESTS):
            await app(scope, receive, send)

    asyncio.run(all_of_them())


PAIRS = (
    Pair("judging vans", "a worker's own work on frames of 4 x 15, to a plain loop's",
         partial(judging, "van")),
    Pair("judging lockers", "the same on frames of 100 x 1", partial(judging, "locker")),
    Pair("worker to bare", "a worker's own work, to decode, rules and lines alone", worker_to_bare),
    Pair("emulator", "a reading of the thermal models, to one of a plain loop", emulating),
    Pair("evaluate", "a logger's file judged, to pandas reading it", evaluating),
    Pair("front door", "a frame accepted, to a plain application that parses it", door),
)  # fmt: skip
