"""A worker without servers: what it would do is noted, in order."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from broker.settings import KafkaSettings
from coldchain.enrolment import Plans, Roster
from coldchain.frames import Channel, Frame, encode_frame
from coldchain.records import ConditionRecord, ExcursionRecord
from coldchain.registry import CompartmentEntry, Entry, Registration
from runtime.profiles import load_profiles
from series.settings import SeriesSettings
from streams.feed import RegistryFeed
from streams.manifest import Manifests
from streams.memories import Memories
from streams.meters import Meters
from streams.outbox import Outbox
from streams.settings import StreamSettings
from streams.worker import Worker

T0 = 1_795_413_600_000
PROFILES = load_profiles()


@dataclass
class Recorder:
    """Notes what is done, in order, instead of doing it."""

    done: list[str] = field(default_factory=list)
    #: The offsets acknowledged, in order.
    acknowledged: list[int] = field(default_factory=list)

    def is_full(self) -> bool:
        return False

    def begin_lines(self, lines: Sequence[str]) -> "asyncio.Future[list[list[Any]]]":
        self._note(lines)
        future: asyncio.Future[list[list[Any]]] = asyncio.get_running_loop().create_future()
        future.set_result([])
        return future

    async def write(self, lines: Iterable[str]) -> list[Any]:
        self._note(lines)
        return []

    async def say(self, records: Iterable[ExcursionRecord | ConditionRecord]) -> None:
        self.done += [f"say {one.state}" for one in records if isinstance(one, ExcursionRecord)]

    async def refuse(self, *_: object) -> None:
        self.done.append("refuse")

    async def note(self, notes: Iterable[object]) -> None:
        self.done += ["note" for _ in notes]

    async def keep(self, states: dict[Any, bytes], *_: object) -> None:
        self.done += ["keep" for _ in states]

    def _note(self, lines: Iterable[str]) -> None:
        for line in lines:
            what = f"write {line.split(',')[0]}"
            what += "".join(f" said={n}i" for n in "01" if f"said={n}i" in line)
            if self.done[-1:] != [what]:
                self.done.append(what)


def worker(outbox: Recorder, **settings: Any) -> Worker:
    """A worker that has van-1 and van-2, and does nothing that the recorder does not note."""
    roster = Roster(Plans(PROFILES))
    boxes = {"main": CompartmentEntry(profile="iced-seafood")}
    entry = Entry(since="2026-01-01T00:00:00Z", kind="van", asset="V", compartments=boxes)
    for device in ("van-1", "van-2"):
        roster.put(Registration(device=device, history=[entry]))
    manifests = Manifests({}, roster, PROFILES.get, lambda: 0.0, 60.0)
    feed = cast(RegistryFeed, SimpleNamespace(partitions_of=lambda topic: 1, catch_up=dict))
    series = SeriesSettings(url="http://127.0.0.1:1", bucket="none", retention_days=0)
    kafka = KafkaSettings(servers="127.0.0.1:1")
    return Worker(
        StreamSettings(kafka, series, PROFILES, **settings),
        manifests,
        feed,
        Memories({}),
        cast(Outbox, outbox),
        lambda: T0,
        dict,
        Meters(),
    )


def event(
    outbox: Recorder,
    values: list[float | None],
    device: str = "van-1",
    minute: int = 0,
    offset: int = 7,
) -> Any:
    """A frame of one temperature by the minute, as it comes to a worker."""
    air = Channel(name="main.product", start=T0 + minute * 60_000, step=60_000, values=values)
    frame = Frame(v=1, device=device, boot=1, seq=minute, sent=T0, channels=[air])
    message = SimpleNamespace(
        value=encode_frame(frame),
        key=device.encode(),
        topic="frames",
        partition=0,
        offset=offset,
        timestamp=T0 / 1000 + 3600,
    )

    def ack() -> None:
        outbox.done.append("acknowledge")
        outbox.acknowledged.append(offset)

    return SimpleNamespace(message=message, ack=ack)
