"""Promise 1: any order, any repeats, any cutting end where one batch over the whole set ends."""

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kept_store import Way

from coldchain.celsius import MICRO
from coldchain.columns import order
from coldchain.enrolment import Enrolled, Plans
from coldchain.exposure import Sums
from coldchain.frames import Channel, Frame
from coldchain.holding import that_hold
from coldchain.judge import ChannelState, advance
from coldchain.limits import Limit
from coldchain.pauses import pauses_of, spans_of
from coldchain.profile import Profile
from coldchain.registry import CompartmentEntry, Entry, Registration
from coldchain.whole import judge_device, records_of, samples_of

T0 = 1_795_413_600_000
MINUTE = 60_000
PROFILE = Profile(
    id="test",
    title={},
    limits=(
        Limit("warm", "above", 4 * MICRO, 3 * MINUTE, "critical", clear=3 * MICRO),
        Limit("hot", "above", 8 * MICRO, 0, "critical", inclusive=True),
        Limit("warming", "above", 4 * MICRO, 2 * MINUTE, "warning"),
        Limit("freezing", "below", 0, 2 * MINUTE, "critical"),
        Limit("sum", "above", 5 * MICRO, 5 * MINUTE, "critical", mode="cumulative"),
    ),
    max_gap=2 * MINUTE,
    unknown_allowance=0,
    sampling=MINUTE,
    door_grace=MINUTE,
)
REGISTRATION = Registration(
    device="van-1",
    history=[
        Entry(
            since="2026-01-01T00:00:00Z",
            kind="van",
            asset="V1",
            compartments={"main": CompartmentEntry(profile="test")},
        )
    ],
)

Sample = tuple[str, int, float]


def enrolled() -> Enrolled:
    return Enrolled.of(REGISTRATION, Plans({"test": PROFILE}))


temperatures = st.sampled_from([-1.0, 1.0, 2.0, 3.0, 3.5, 4.0, 4.5, 6.0, 8.0, 9.0])
samples = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["main.air", "main.product"]),
            st.integers(0, 40).map(lambda n: T0 + n * 30_000),
            temperatures,
        ),
        st.tuples(
            st.just("main.door"),
            st.integers(0, 40).map(lambda n: T0 + n * 30_000 + 7_000),
            st.sampled_from([0.0, 1.0]),
        ),
    ),
    min_size=1,
    max_size=60,
)


def frames_of(cuts: Sequence[Sequence[Sample]]) -> list[Frame]:
    """A frame for each cut, its samples as they come."""
    frames = []
    for seq, cut in enumerate(cuts):
        channels: dict[str, tuple[list[int], list[float | None]]] = {}
        for name, at, value in cut:
            times, values = channels.setdefault(name, ([], []))
            times.append(at)
            values.append(value)
        frames.append(
            Frame(
                v=1,
                device="van-1",
                boot=1,
                seq=seq,
                sent=T0 + seq,
                channels=[Channel(name=n, at=t, values=v) for n, (t, v) in channels.items()],
            )
        )
    return frames


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Frame], list[str]]:
    """Samples, some of them twice, in any order, cut into frames; and when what happens."""
    taken = draw(samples)
    again = draw(st.lists(st.sampled_from(taken), max_size=10))
    shuffled = draw(st.permutations(taken + again))
    # Mostly in order, as in life, or in none.
    if draw(st.booleans()):
        shuffled = sorted(shuffled, key=lambda sample: sample[1])
        for _ in range(draw(st.integers(0, 3))):
            i = draw(st.integers(0, len(shuffled) - 1))
            shuffled.append(shuffled.pop(i))
    cuts: list[list[Sample]] = [[]]
    for sample in shuffled:
        if draw(st.booleans()):
            cuts.append([])
        cuts[-1].append(sample)
    frames = frames_of([cut for cut in cuts if cut])
    happens = [draw(st.sampled_from(["", "", "settle", "restart"])) for _ in frames]
    return frames, happens


def play(frames: Sequence[Frame], happens: Sequence[str]) -> Way:
    way = Way(enrolled())
    for frame, what in zip(frames, happens, strict=True):
        way.take(frame)
        if what == "settle":
            way.settle()
        elif what == "restart":
            way.restart()
    way.settle()
    return way


def expected(frames: Sequence[Frame]) -> dict[tuple[str, str, int], tuple[object, ...]]:
    one = enrolled()
    return {
        (f.channel, e.limit, e.first_at): (
            e.start,
            e.confirmed,
            e.end,
            e.ms,
            e.degree,
            e.unknown_ms,
            e.peak,
            e.peak_at,
        )
        for f in judge_device(one, samples_of(one, frames))
        for e in [f.excursion]
    }


@settings(max_examples=300, deadline=None)
@given(deliveries())
def test_any_delivery_ends_in_the_excursions_of_one_batch(
    delivery: tuple[list[Frame], list[str]],
) -> None:
    frames, happens = delivery
    assert play(frames, happens).found() == expected(frames)


@settings(max_examples=200, deadline=None)
@given(deliveries())
def test_any_delivery_ends_in_the_exposure_of_one_batch(
    delivery: tuple[list[Frame], list[str]],
) -> None:
    frames, happens = delivery
    way = play(frames, happens)
    one = enrolled()
    whole = samples_of(one, frames)
    doors = whole.pop("main.door", None)
    spans = [] if doors is None else spans_of(*_ordered(doors.times, doors.values))
    pieces: dict[tuple[str, int], Sums] = {}
    for channel, readings in whole.items():
        plan = one.post(0, channel).plan
        assert plan is not None
        step = advance(
            plan,
            ChannelState.fresh(plan),
            *_ordered(readings.times, readings.values),
            pauses_of(spans, PROFILE.door_grace),
        )
        pieces |= {(channel, piece.slot): piece.sums for piece in step.pieces}
    assert way.kept.pieces == pieces


@settings(max_examples=200, deadline=None)
@given(deliveries())
def test_any_delivery_ends_in_the_records_of_one_batch(
    delivery: tuple[list[Frame], list[str]],
) -> None:
    way = play(*delivery)
    said = {
        one.id: msgspec.structs.replace(one, as_of=0, supersedes=[], state="closed")
        for one in that_hold(way.records)
    }
    one = enrolled()
    whole = records_of(one, samples_of(one, delivery[0]))
    assert said == {r.id: msgspec.structs.replace(r, state="closed") for r in whole}


def test_a_conflict_leaves_the_greater_value_and_keeps_the_lesser() -> None:
    frames = frames_of([[("main.air", T0, 3.0)], [("main.air", T0, 9.0)], [("main.air", T0, 1.0)]])
    way = play(frames, ["", "", ""])
    assert way.kept.values["main.air"] == {T0: 9 * MICRO}
    assert way.kept.lesser["main.air"] == {T0: 1 * MICRO}


def test_an_impossible_reading_is_flagged_and_changes_nothing() -> None:
    way = Way(enrolled())
    effects = way.take(frames_of([[("main.air", T0, -127.0), ("main.air", T0 + 1, 2.0)]])[0])
    [flag] = [line for line in effects.lines if line.startswith("flagged")]
    assert flag == f"flagged,channel=main.air,device=van-1 impossible=-127.0 {T0}"
    assert way.memory.channels["main.air"].last_at == T0 + 1


def test_a_reading_ahead_of_its_receipt_is_flagged() -> None:
    way = Way(enrolled())
    effects = way.take(frames_of([[("main.air", T0 + 10, 9.0)]])[0], latest=T0 + 9)
    assert [line for line in effects.lines if " ahead=9.0 " in line]
    assert way.found() == {}


@pytest.mark.parametrize("duty", ["empty", "under-repair"])
def test_an_idle_compartment_is_stored_and_not_judged(duty: str) -> None:
    entry = REGISTRATION.history[0]
    idle = Registration(
        device="van-1",
        history=[
            entry,
            Entry(
                since="2026-11-23T06:02:00Z",
                kind="van",
                asset="V1",
                compartments={"main": CompartmentEntry(profile="test", duty=duty)},  # type: ignore[arg-type]
            ),
        ],
    )
    way = Way(Enrolled.of(idle, Plans({"test": PROFILE})))
    readings = [("main.air", T0 + n * MINUTE, 6.0) for n in range(10)]
    frames = frames_of([readings[:4], readings[4:]])
    for frame in frames:
        way.take(frame)
    assert {key[1]: value[2] for key, value in way.found().items()} == {
        "warm": T0 + MINUTE,
        "warming": T0 + MINUTE,
    }
    assert {
        (f.channel, f.excursion.limit): f.excursion.end
        for f in judge_device(way.enrolled, samples_of(way.enrolled, frames))
    } == {("main.air", "warm"): T0 + MINUTE, ("main.air", "warming"): T0 + MINUTE}
    assert len(way.kept.values["main.air"]) == 10


def _ordered(times: list[int], values: list[int]) -> tuple[list[int], list[int]]:
    t, v, _, _ = order(times, values)
    return t.tolist(), v.tolist()
