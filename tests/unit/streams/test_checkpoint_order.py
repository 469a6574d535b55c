"""In which order a checkpoint's effects leave: what a crash between any two of them may leave."""

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


def worker(outbox: Recorder) -> Worker:
    roster = Roster(Plans(PROFILES))
    boxes = {"main": CompartmentEntry(profile="iced-seafood")}
    entry = Entry(since="2026-01-01T00:00:00Z", kind="van", asset="V", compartments=boxes)
    roster.put(Registration(device="van-1", history=[entry]))
    manifests = Manifests({}, roster, PROFILES.get, lambda: 0.0, 60.0)
    feed = cast(RegistryFeed, SimpleNamespace(partitions_of=lambda topic: 1))
    series = SeriesSettings(url="http://127.0.0.1:1", bucket="none", retention_days=0)
    settings = StreamSettings(KafkaSettings(servers="127.0.0.1:1"), series, PROFILES)
    return Worker(
        settings,
        manifests,
        feed,
        Memories({}),
        cast(Outbox, outbox),
        lambda: T0,
        dict,
        Meters(),
    )


def event(outbox: Recorder, values: list[float | None]) -> Any:
    air = Channel(name="main.product", start=T0, step=60_000, values=values)
    frame = Frame(v=1, device="van-1", boot=1, seq=0, sent=T0, channels=[air])
    message = SimpleNamespace(
        value=encode_frame(frame),
        key=b"van-1",
        topic="frames",
        partition=0,
        offset=7,
        timestamp=T0 / 1000 + 3600,
    )
    return SimpleNamespace(message=message, ack=lambda: outbox.done.append("acknowledge"))


def checkpoint(values: list[float | None]) -> list[str]:
    """What a frame of these temperatures leads to, in order."""
    outbox = Recorder()

    async def run() -> None:
        one = worker(outbox)
        one._intake.take(event(outbox, values))
        one.cut()
        await one.drain()

    asyncio.run(run())
    return outbox.done


def test_an_excursion_is_in_the_store_before_it_is_said_and_marked_as_said_after() -> None:
    """Whoever judges again after a crash knows what may have been said, and what was not."""
    done = checkpoint([2.0, 7.0, 7.0])
    said = [n for n, one in enumerate(done) if one.startswith("say ")]
    first, *_, last = [n for n, one in enumerate(done) if one.startswith("write excursion")]
    assert (done[first], done[last]) == ("write excursion said=0i", "write excursion said=1i")
    assert first < min(said)
    assert max(said) < last < done.index("keep") < done.index("acknowledge")
    assert done.index("write reading") < done.index("keep")
    assert done[-1] == "acknowledge"


def test_an_ordinary_frame_is_stored_then_kept_then_acknowledged() -> None:
    done = checkpoint([2.0, 2.1, 2.0])
    assert done[-2:] == ["keep", "acknowledge"]
    assert "write reading" in done
    assert not any(one.startswith("say") or "excursion" in one for one in done)
