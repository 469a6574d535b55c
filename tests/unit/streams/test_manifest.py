"""A device's manifest: what judges its compartments, and when parcels are told."""

from collections.abc import Callable, Sequence

import pytest

from coldchain.celsius import MICRO
from coldchain.enrolment import Enrolled, Plans, Roster
from coldchain.limits import Limit
from coldchain.parcel_records import AboardRecord, BerthRecord
from coldchain.profile import Profile
from coldchain.registry import CompartmentEntry, Entry, Registration
from coldchain.times import DAY_MS, MINUTE_MS, from_iso, iso
from streams.manifest import Change, Manifests, judged_since
from streams.memory import ChannelMemory, DeviceMemory
from streams.parcels.notes import Note

DAY = from_iso("2026-11-23T00:00:00Z")


def profile(name: str, above: int) -> Profile:
    limit = Limit("warm", "above", above * MICRO, 30 * MINUTE_MS, "critical")
    return Profile(name, {}, (limit,), 10 * MINUTE_MS, 60 * MINUTE_MS, 10 * MINUTE_MS)


PROFILES = {one.id: one for one in (profile("fish", 4), profile("milk", 8))}
NOTE = Note("p", device="van-1")


def at(minute: int) -> int:
    return DAY + minute * MINUTE_MS


def aboard(*berths: tuple[int, int | None], parcel: str = "p", own: str = "fish") -> AboardRecord:
    return AboardRecord(
        device="van-1",
        parcel=parcel,
        profile=own,
        berths=[
            BerthRecord(compartment="main", start=iso(at(a)), end=None if b is None else iso(at(b)))
            for a, b in berths
        ],
    )


class Clock:
    """Seconds, set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


Make = Callable[[dict[bytes, bytes]], Manifests]


@pytest.fixture
def make(clock: Clock) -> Make:
    roster = Roster(Plans(PROFILES))
    boxes = {"main": CompartmentEntry(profile="milk"), "rear": CompartmentEntry(profile="milk")}
    entry = Entry(since=iso(DAY), kind="van", asset="V", compartments=boxes)
    roster.put(Registration(device="van-1", history=[entry]))
    return lambda packed: Manifests(packed, roster, PROFILES.get, clock, 60.0)


@pytest.fixture
def manifests(make: Make) -> Manifests:
    return make({})


def judged_by(manifests: Manifests, minute: int) -> str:
    found = manifests.find("van-1")
    assert isinstance(found, Enrolled)
    plan = found.post(found.index(at(minute)), "main.air").plan
    assert plan is not None
    return plan.profile


def read_to(*minutes: int) -> dict[str, ChannelMemory]:
    names = ("main.air", "main.product", "rear.air", "main.door")
    return {
        name: ChannelMemory(last_at=at(minute))
        for name, minute in zip(names, minutes, strict=False)
    }


def test_who_is_aboard_judges_while_aboard(manifests: Manifests) -> None:
    change = manifests.take(aboard((10, 20)), 0)
    assert dict(change.judged_from) == {"main": at(10)}
    assert [judged_by(manifests, minute) for minute in (5, 15, 25)] == ["milk", "fish", "milk"]


def test_a_corrected_berth_is_judged_again_from_where_it_differs(manifests: Manifests) -> None:
    manifests.take(aboard((10, None)), 0)
    assert dict(manifests.take(aboard((10, 20)), 0).judged_from) == {"main": at(20)}
    assert dict(manifests.take(aboard((12, 20)), 0).judged_from) == {"main": at(10)}
    assert dict(manifests.take(aboard(), 0).judged_from) == {"main": at(12)}
    assert judged_by(manifests, 15) == "milk"


def test_a_record_that_comes_again_is_told_again_since_nobody_knows_how_far_it_came(
    manifests: Manifests,
) -> None:
    manifests.take(aboard((10, 20)), 0)
    assert dict(manifests.take(aboard((10, 20)), 0).judged_from) == {"main": at(10)}


def test_goods_like_the_compartments_own_change_nothing(manifests: Manifests) -> None:
    assert dict(manifests.take(aboard((10, 20), own="milk"), 0).judged_from) == {}


def test_only_temperatures_judged_past_the_change_are_judged_again() -> None:
    memory = DeviceMemory(kept=read_to(15, 9, 15, 15))
    late = judged_since(memory, Change({"main": at(12)}, {"main": at(10)}), is_held=False)
    assert {name: (one.since, one.aboard_since) for name, one in late.items()} == {
        "main.air": (at(10), at(12))
    }


def test_of_a_device_that_is_judged_again_nobody_knows_yet_how_far_it_was_judged() -> None:
    memory = DeviceMemory(kept=read_to(15, 9, 15, 15))
    late = judged_since(memory, Change({"main": at(20)}, {}), is_held=True)
    since = {name: one.since for name, one in late.items()}
    assert since == {"main.air": at(20), "main.product": at(20)}


def test_where_others_are_aboard_excursions_have_to_name_them(manifests: Manifests) -> None:
    assert dict(manifests.take(aboard((10, None), own="milk"), 0).aboard_from) == {"main": at(10)}
    change = manifests.take(aboard((10, 20), own="milk"), 0)
    assert (dict(change.aboard_from), dict(change.judged_from)) == ({"main": at(20)}, {})
    assert dict(manifests.take(aboard((10, 25), own="milk"), 0).aboard_from) == {"main": at(20)}
    assert dict(manifests.take(aboard((10, 25), own="milk"), 0).aboard_from) == {"main": at(10)}


@pytest.mark.parametrize(
    ("minutes", "notes"),
    [((25, 20), [NOTE]), ((25, 19), []), ((19, 25), []), ((), [])],
)
def test_a_parcel_is_told_when_all_temperatures_are_read_past_its_leg(
    manifests: Manifests, minutes: Sequence[int], notes: list[Note]
) -> None:
    manifests.take(aboard((10, None)), 0)
    assert not manifests.waits("van-1")
    manifests.take(aboard((10, 20)), 0)
    assert manifests.waits("van-1")
    assert manifests.tell("van-1", read_to(*minutes)) == notes
    assert manifests.waits("van-1") is (notes == [])


def test_what_does_not_come_is_given_up_once_and_told_when_it_comes_after_all(
    manifests: Manifests, clock: Clock
) -> None:
    manifests.take(aboard((10, 20)), 0)
    clock.now = 59.0
    assert list(manifests.give_up()) == []
    clock.now = 60.0
    assert list(manifests.give_up()) == [("van-1", [NOTE])]
    assert list(manifests.give_up()) == []
    assert manifests.tell("van-1", read_to(25, 25)) == [NOTE]
    assert manifests.tell("van-1", read_to(25, 25)) == []


def test_late_readings_of_a_leg_that_was_told_are_told(manifests: Manifests) -> None:
    manifests.take(aboard((10, 20)), 0)
    assert manifests.touched("van-1", {"main.air": at(15)}) == []  # told when it is all there
    manifests.tell("van-1", read_to(25, 25))
    assert manifests.touched("van-1", {"main.air": at(15)}) == [NOTE]
    assert manifests.touched("van-1", {"main.air": at(21)}) == []
    assert manifests.touched("van-1", {"rear.air": at(15)}) == []


def test_a_manifest_outlives_its_worker_with_what_it_has_told(make: Make, clock: Clock) -> None:
    first = make({})
    first.take(aboard((10, 20)), 0)
    first.take(aboard((10, 30), parcel="q"), 0)
    first.tell("van-1", read_to(25, 25))
    second = make({b"van-1": first.pack("van-1")})
    assert judged_by(second, 15) == "fish"
    assert second.waits("van-1")
    assert second.tell("van-1", read_to(35, 35)) == [Note("q", device="van-1")]
    second.drop()
    assert judged_by(second, 15) == "fish"


def test_berths_are_forgotten_when_no_frame_of_theirs_is_kept(manifests: Manifests) -> None:
    manifests.take(aboard((10, 20)), at(20) + 7 * DAY_MS)
    assert judged_by(manifests, 15) == "milk"
