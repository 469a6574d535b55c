"""Silence by the partition's own clock: nobody is flagged for an outage of ours."""

from typing import Any

from coldchain.enrolment import Enrolled, Plans
from coldchain.frames import Channel, Frame
from coldchain.registry import CompartmentEntry, Entry, Registration
from coldchain.times import MINUTE_MS, SECOND_MS, from_iso, iso
from runtime.profiles import load_profiles
from streams.batch import Batch
from streams.clock import Clocks
from streams.device import Arrival, Job, judge_frames, stints_of
from streams.effects import Effects
from streams.late import LateQueue
from streams.memories import Memories
from streams.memory import DeviceMemory
from streams.meters import Meters
from streams.silence import Look, is_silent, silence
from streams.watch import Watch

T0 = from_iso("2026-11-23T06:00:00Z")
PATIENCE = 3 * MINUTE_MS
PLANS = Plans(load_profiles())


class Seconds:
    """A clock that is told how late it is."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_partitions_time_is_its_newest_receipt_and_the_time_that_nothing_waited() -> None:
    seconds = Seconds()
    clocks = Clocks(seconds)
    assert clocks.look(0, is_read_to_end=True) is None
    clocks.note({0: T0})
    assert clocks.look(0, is_read_to_end=True) == T0
    seconds.now += 60
    assert clocks.look(0, is_read_to_end=True) == T0 + MINUTE_MS
    clocks.note({0: T0 + 10 * SECOND_MS})
    assert clocks.look(0, is_read_to_end=True) == T0 + 10 * SECOND_MS
    assert clocks.times == {0: T0 + 10 * SECOND_MS}


def test_while_something_may_wait_the_clock_stands_and_what_had_elapsed_is_forgotten() -> None:
    seconds = Seconds()
    clocks = Clocks(seconds)
    clocks.note({0: T0})
    clocks.look(0, is_read_to_end=True)
    seconds.now += 3600  # nobody looked: Kafka did not answer
    assert clocks.look(0, is_read_to_end=False) == T0
    seconds.now += 3600
    assert clocks.look(0, is_read_to_end=True) == T0
    seconds.now += 1
    assert clocks.look(0, is_read_to_end=True) == T0 + SECOND_MS


def test_an_older_receipt_moves_no_clock() -> None:
    clocks = Clocks(Seconds())
    clocks.note({0: T0})
    clocks.note({0: T0 - MINUTE_MS})
    assert clocks.look(0, is_read_to_end=False) == T0


def enrolled(device: str, county: str = "Huangdao") -> Enrolled:
    entry = Entry(
        since=iso(T0),
        kind="van",
        asset=device,
        compartments={"main": CompartmentEntry(profile="iced-seafood")},
        county=county,
    )
    return Enrolled.of(Registration(device=device, history=[entry]), PLANS)


class Partition:
    """One partition's devices, and what was said of them."""

    def __init__(self, *devices: str) -> None:
        self.enrolled = {device: enrolled(device) for device in devices}
        self.memories = {device: DeviceMemory() for device in devices}
        self.late = LateQueue()
        self.said: list[tuple[str, str, str | None]] = []
        self._offset = 0

    def hear(self, device: str, received: int) -> None:
        air = Channel(name="main.air", at=[received], values=[2.0])
        frame = Frame(v=1, device=device, boot=1, seq=0, sent=received, channels=[air])
        arrival = Arrival(received, self._offset, received)
        self._offset += 1
        effects = Effects()
        stints = stints_of(self.enrolled[device], frame)
        job = Job(self.enrolled[device], self.memories[device], frame, arrival, stints)
        assert judge_frames([job], effects) == [None]
        self._say(effects)

    def look(self, now: int) -> Batch:
        batch = Batch()
        silence(Look(self.enrolled.get, self.memories, self.late, batch, 0), now, PATIENCE)
        self._say(batch.effects)
        return batch

    def _say(self, effects: Effects) -> None:
        said = [one for one in effects.conditions if one.rule == "device-silent"]
        self.said += [(one.device, one.state, one.until) for one in said]


def test_a_silent_device_is_told_of_once_and_once_when_it_is_back() -> None:
    vans = Partition("van-1", "van-2")
    vans.hear("van-1", T0)
    vans.hear("van-2", T0 + 2 * MINUTE_MS)
    assert vans.look(T0 + PATIENCE - 1).seats == set()
    assert vans.look(T0 + PATIENCE).seats == {(0, "van-1")}
    assert vans.look(T0 + PATIENCE + SECOND_MS).seats == set()
    assert is_silent(vans.memories["van-1"])
    back = T0 + 10 * MINUTE_MS
    vans.hear("van-1", back)
    assert vans.said == [("van-1", "raised", None), ("van-1", "cleared", iso(back))]
    vans.look(back)
    assert vans.said[2:] == [("van-2", "raised", None)]


def test_a_frame_received_in_time_that_reached_us_late_withdraws_the_silence() -> None:
    vans = Partition("van-1")
    vans.hear("van-1", T0)
    vans.look(T0 + PATIENCE)
    vans.hear("van-1", T0 + MINUTE_MS)
    assert [state for _, state, _ in vans.said] == ["raised", "withdrawn"]
    assert vans.look(T0 + PATIENCE + 2 * SECOND_MS).seats == set()


def test_who_was_never_heard_or_is_registered_no_more_is_not_silent() -> None:
    vans = Partition("van-1", "van-2")
    vans.hear("van-1", T0)
    del vans.enrolled["van-1"]
    vans.look(T0 + 10 * PATIENCE)
    assert vans.said == []


def test_a_group_that_emptied_is_counted_once_more_with_zeros() -> None:
    vans = Partition("van-1")
    vans.hear("van-1", T0)
    memories = Memories({})
    memories.of(0, "van-1").channels.update(vans.memories["van-1"].channels)
    watch = Watch(vans.enrolled.get, memories, PATIENCE, 10 * SECOND_MS, Meters())

    def counted(at: int) -> dict[str, Any]:
        lines = [line for line in watch.tick(0, at) if line.startswith("fleet")]
        return {
            line.split("county=")[1].split(",")[0]: line.split("devices=")[1].split("i")[0]
            for line in lines
        }

    assert counted(T0 + 10 * SECOND_MS) == {"Huangdao": "1"}
    vans.enrolled["van-1"] = enrolled("van-1", "Jimo")
    assert counted(T0 + 20 * SECOND_MS) == {"Jimo": "1", "Huangdao": "0"}
    assert counted(T0 + 30 * SECOND_MS) == {"Jimo": "1"}
