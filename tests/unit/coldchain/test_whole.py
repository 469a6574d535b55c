"""A device's whole set of readings in one batch, by what the registry says of it."""

import pytest

from coldchain.celsius import MICRO
from coldchain.enrolment import Enrolled, Plans
from coldchain.frames import Channel, Frame
from coldchain.limits import Limit
from coldchain.profile import Profile
from coldchain.records import ExcursionRecord
from coldchain.registry import ChannelEntry, CompartmentEntry, Entry, Registration
from coldchain.times import MINUTE_MS
from coldchain.whole import records_of, samples_of

START = 1_795_413_600_000
PROFILE = Profile(
    "test",
    {},
    (
        Limit("warm", "above", 4 * MICRO, 30 * MINUTE_MS, "critical"),
        Limit("warming", "above", 4 * MICRO, 10 * MINUTE_MS, "warning"),
    ),
    max_gap=10 * MINUTE_MS,
    unknown_allowance=0,
    sampling=MINUTE_MS,
    door_grace=5 * MINUTE_MS,
)


def enrolled(**channels: ChannelEntry) -> Enrolled:
    entry = Entry(
        since="2026-01-01T00:00:00Z",
        kind="van",
        asset="V1",
        compartments={"main": CompartmentEntry(profile="test")},
        channels={name.replace("_", "."): said for name, said in channels.items()},
    )
    return Enrolled.of(Registration(device="van-1", history=[entry]), Plans({"test": PROFILE}))


def frame(*channels: tuple[str, list[float | None]], minutes: int = 1) -> Frame:
    """One frame with a sample a minute of each channel."""
    return Frame(
        v=1,
        device="van-1",
        boot=1,
        seq=0,
        sent=START,
        channels=[
            Channel(name=name, start=START, step=minutes * MINUTE_MS, values=values)
            for name, values in channels
        ],
    )


def judged(device: Enrolled, made: Frame, now: int | None = None) -> list[ExcursionRecord]:
    until = None if now is None else START + now * MINUTE_MS
    return records_of(device, samples_of(device, [made]), now=until)


def told(records: list[ExcursionRecord]) -> dict[str, tuple[str, float]]:
    return {one.limit: (one.state, one.minutes) for one in records}


@pytest.mark.parametrize("switch", ["main.door", "main.defrost"])
def test_an_open_door_or_a_defrost_pauses_a_warning_and_the_grace_after_never_a_critical(
    switch: str,
) -> None:
    air: list[float | None] = [2, *[6] * 24, 2]
    on: list[float | None] = [0, 0, *[1] * 8, *[0] * 16]
    records = judged(enrolled(), frame(("main.air", air), (switch, on)))
    found = {one.limit: one for one in records}
    assert found["warm"].minutes == 24
    # Eight minutes on and five of grace.
    assert found["warming"].minutes == pytest.approx(24 - 13)
    assert found["warming"].confirmed is not None


def test_a_channel_that_does_not_count_is_not_judged() -> None:
    made = frame(("main.air", [9] * 40), ("main.product", [9] * 40))
    assert {one.channel for one in judged(enrolled(), made)} == {"main.air", "main.product"}
    some = judged(enrolled(main_air=ChannelEntry(counts=False)), made)
    assert {one.channel for one in some} == {"main.product"}


def test_a_calibration_is_added_once() -> None:
    made = frame(("main.air", [4.25] * 40))
    assert judged(enrolled(main_air=ChannelEntry(calibration=-0.5)), made) == []
    (warm, _) = judged(enrolled(main_air=ChannelEntry(calibration=0.5)), made)
    assert warm.peak == 4.75


def test_a_null_neither_joins_nor_breaks() -> None:
    whole = judged(enrolled(), frame(("main.air", [2, *[6] * 34, 2])))
    holes: list[float | None] = [None if n % 2 else 6.0 for n in range(34)]
    parted = judged(enrolled(), frame(("main.air", [2, 6, *holes[1:33], 6, 2])))
    assert told(whole) == told(parted)
    gone: list[float | None] = [None] * 11
    records = judged(enrolled(), frame(("main.air", [2, *[6] * 15, *gone, *[6] * 5, 2])))
    assert {one.unknown_minutes for one in records} == {12}


def test_a_channel_that_died_while_beyond_is_presumed_so_once_its_time_has_gone_by() -> None:
    """The device goes on; the channel sends nulls."""
    values: list[float | None] = [2, *[6] * 5, *[None] * 60]
    assert told(judged(enrolled(), frame(("main.air", values)))) == {
        "warm": ("opened", 4.5),
        "warming": ("opened", 4.5),
    }
    assert told(judged(enrolled(), frame(("main.air", values)), now=20)) == {
        "warm": ("opened", 4.5),
        "warming": ("presumed", 4.5),
    }
    late = judged(enrolled(), frame(("main.air", values)), now=65)
    assert {one.state for one in late} == {"presumed"}
    assert {one.unknown_minutes for one in late} == {0}


def test_a_channel_that_died_while_inside_is_not_presumed() -> None:
    values: list[float | None] = [2, *[6] * 5, 2, *[None] * 60]
    records = judged(enrolled(), frame(("main.air", values)), now=65)
    assert {one.state for one in records} == {"closed"}
