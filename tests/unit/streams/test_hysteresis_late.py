"""An excursion whose end was told by what came after it is judged again from before it."""

import pytest
from kept_store import Way

from coldchain.enrolment import Enrolled, Plans
from coldchain.excursions import Excursion
from coldchain.frames import Channel, Frame
from coldchain.limits import Limit
from coldchain.profile import Profile
from coldchain.registry import CompartmentEntry, Entry, Registration
from coldchain.whole import records_of, samples_of
from streams.past import Stored
from streams.revise import restart_before

T0 = 1_795_413_600_000
HALF = 30_000
#: Warm above 4, over again at 3 or below.
WARM = Limit("warm", "above", 4_000_000, 60_000, "warning", clear=3_000_000)
CHILLED = Profile(
    id="chilled",
    title={},
    limits=(WARM,),
    max_gap=120_000,
    unknown_allowance=0,
    sampling=60_000,
    door_grace=60_000,
)


def frame(seq: int, *readings: tuple[int, float]) -> Frame:
    """A frame of one channel: half minutes, °C."""
    air = Channel(
        name="main.air",
        at=[T0 + half * HALF for half, _ in readings],
        values=[value for _, value in readings],
    )
    return Frame(v=1, device="van-1", boot=1, seq=seq, sent=T0 + seq, channels=[air])


def test_a_late_reading_that_continues_what_unknown_time_had_ended_is_like_one_in_order() -> None:
    """At 3.5 °C it was not back across `clear`; -1 °C ten minutes later had ended it before that;
    a greater value of the same time, which came late, goes on with it."""
    boxes = {"main": CompartmentEntry(profile="chilled")}
    entry = Entry(since="2026-01-01T00:00:00Z", kind="van", asset="V", compartments=boxes)
    enrolled = Enrolled.of(
        Registration(device="van-1", history=[entry]), Plans({"chilled": CHILLED})
    )
    frames = [
        frame(0, (0, 1.0), (1, 4.5), (2, 3.5), (20, -1.0)),
        frame(1, (20, 3.5)),
        frame(2, (27, -1.0)),
    ]
    way = Way(enrolled)
    for one in frames:
        way.take(one)
        way.settle()
    last = {one.id: one for one in way.records if one.limit == "warm"}
    [whole] = [
        one for one in records_of(enrolled, samples_of(enrolled, frames)) if one.limit == "warm"
    ]
    assert whole.unknown_minutes == 9
    assert last[whole.id].unknown_minutes == 9
    assert last[whole.id].end == whole.end


@pytest.mark.parametrize(
    ("celsius", "earlier"),
    [(3.5, 100), (3.0, None), (2.0, None)],
    ids=["between", "at clear", "inside"],
)
def test_what_is_not_back_across_clear_is_not_outside_the_newest_excursion(
    celsius: float, earlier: int | None
) -> None:
    def stored(start: int, end: int) -> Stored:
        found = Excursion("warm", "warning", start, start, 5_000_000, start, None, end)
        return Stored(f"{start}", "any", found)

    previous = 300, round(celsius * 1_000_000)
    both = [stored(10, 20), stored(100, 200)]
    assert restart_before(previous, both, lambda _: WARM) == earlier
