"""Frames of a device that is being judged again wait, and nothing is said as of them meanwhile."""

from types import SimpleNamespace
from typing import Any

from coldchain.enrolment import Plans, Roster
from coldchain.frames import Channel, Frame, encode_frame
from coldchain.registry import CompartmentEntry, Entry, Registration
from runtime.profiles import load_profiles
from streams.intake import Intake
from streams.late import LateQueue
from streams.manifest import Manifests, still_open
from streams.memories import Memories
from streams.meters import Meters

T0 = 1_795_413_600_000
MINUTE = 60_000
PROFILES = load_profiles()


def roster() -> Roster:
    made = Roster(Plans(PROFILES))
    boxes = {"main": CompartmentEntry(profile="iced-seafood")}
    entry = Entry(since="2026-01-01T00:00:00Z", kind="van", asset="V", compartments=boxes)
    made.put(Registration(device="van-1", history=[entry]))
    return made


def event(offset: int, minute: int, celsius: float) -> Any:
    air = Channel(name="main.air", start=T0 + minute * MINUTE, step=MINUTE, values=[celsius] * 2)
    sent = T0 + (minute + 2) * MINUTE
    frame = Frame(v=1, device="van-1", boot=1, seq=offset, sent=sent, channels=[air])
    message = SimpleNamespace(
        value=encode_frame(frame),
        key=b"van-1",
        topic="frames",
        partition=0,
        offset=offset,
        timestamp=sent / 1000,
    )
    return SimpleNamespace(message=message, ack=lambda: None)


def test_what_is_said_while_frames_wait_is_not_as_of_them() -> None:
    """Said as of them, it would outrank what they lead to when they come again after a crash."""
    known, late, memories = roster(), LateQueue(), Memories({})
    manifests = Manifests({}, known, PROFILES.get, lambda: 0.0, 60.0)
    intake = Intake(manifests, memories, late, 0, 0, lambda: T0 + 60 * MINUTE, Meters())
    for one in (event(5, 10, 7.0), event(6, 0, 2.0)):  # beyond, then what came late
        intake.take(one)
    intake.judge()
    assert late.take()["van-1"].as_of == 6
    intake.take(event(9, 12, 2.0))  # it ends the excursion, and waits
    intake.judge()
    enrolled, memory = known.find("van-1"), memories.find(0, "van-1")
    assert enrolled is not None
    assert memory is not None
    going_on = still_open(enrolled, memory, ["main"])
    assert going_on
    assert {one.as_of for one in going_on.values()} == {6}
    assert late.take()["van-1"].as_of == 9
