"""All scans of a city in one batch: the parcels' ways, and the devices with those aboard."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coldchain.book import Book
from coldchain.cargo import Cargo
from coldchain.celsius import MICRO
from coldchain.custody import Act, CustodyEvent
from coldchain.enrolment import Enrolled, Plans, Roster
from coldchain.limits import Limit
from coldchain.profile import Profile
from coldchain.registry import ChannelEntry, CompartmentEntry, Duty, Entry, Kind, Registration
from coldchain.times import MINUTE_MS, from_iso, iso
from coldchain.whole import Samples, records_of

DAY = from_iso("2026-11-23T00:00:00Z")


def profile(name: str, above: int) -> Profile:
    limit = Limit("warm", "above", above * MICRO, 30 * MINUTE_MS, "critical")
    return Profile(name, {}, (limit,), 10 * MINUTE_MS, 5 * MINUTE_MS, 10 * MINUTE_MS)


PROFILES = {one.id: one for one in (profile("fish", 4), profile("milk", 8))}
ROSTER = Roster(Plans(PROFILES))


def device(name: str, kind: Kind = "van", own: str = "milk", duty: Duty = "in-service") -> None:
    boxes = {"main": CompartmentEntry(profile=own, duty=duty)}
    entry = Entry(since=iso(DAY), kind=kind, asset=name, compartments=boxes)
    ROSTER.put(Registration(device=name, history=[entry]))


device("room-1", "precooler", "fish", "pre-cooling")
device("van-1")
device("tag-1", "tag")


def scan(minute: int, act: Act, where: str, parcel: str = "p", own: str = "fish") -> CustodyEvent:
    return CustodyEvent(
        id=f"{parcel}-{minute}-{act}-{where}",
        parcel=parcel,
        act=act,
        at=iso(DAY + minute * MINUTE_MS),
        device=where,
        profile=own,
    )


WAY = [
    scan(0, "loaded", "room-1"),
    scan(60, "unloaded", "room-1"),
    scan(60, "loaded", "van-1"),
    scan(120, "delivered", "van-1"),
    scan(50, "loaded", "van-1", "q", ""),
    scan(100, "unloaded", "van-1", "q", ""),
]


def air(celsius: float, minutes: int = 200) -> dict[str, Samples]:
    times = [DAY + n * MINUTE_MS for n in range(minutes)]
    return {
        "main.air": Samples(times, [round((celsius + n % 2 / 10) * MICRO) for n in range(minutes)])
    }


def cargo(events: list[CustodyEvent] = WAY) -> Cargo:
    return Cargo.of(Book(ROSTER.find, PROFILES.get), events)


def verdicts(one: Cargo, city: dict[str, dict[str, Samples]]) -> dict[str, str]:
    return {each.way.parcel: each.judged.outcome.verdict for each in one.journeys(city)}


def test_each_parcel_is_judged_by_its_own_profile_else_by_that_of_where_it_was() -> None:
    city = {"room-1": air(12), "van-1": air(6)}
    assert verdicts(cargo(), city) == {"p": "reject", "q": "accept"}


def test_a_tag_aboard_outranks_the_van() -> None:
    bound = [*WAY, scan(60, "loaded", "tag-1"), scan(120, "unloaded", "tag-1")]
    city = {"room-1": air(12), "van-1": air(6), "tag-1": air(2)}
    assert verdicts(cargo(bound), city)["p"] == "accept"


def roster_with(*entries: tuple[int, dict[str, ChannelEntry]]) -> Roster:
    """A van whose registry says of its channels this from these minutes on."""
    made = Roster(Plans(PROFILES))
    boxes = {"main": CompartmentEntry(profile="fish")}
    history = [
        Entry(
            since=iso(DAY + minute * MINUTE_MS),
            kind="van",
            asset="V",
            compartments=boxes,
            channels=channels,
        )
        for minute, channels in entries
    ]
    made.put(Registration(device="van-1", history=history))
    return made


ONE_LEG = [scan(0, "loaded", "van-1"), scan(120, "delivered", "van-1")]
REAR = "main.air.rear"


def judged_by(roster: Roster, rear: dict[str, Samples]) -> str:
    """The verdict where the front blips, and the rear reads this."""
    front = air(2)
    front["main.air"].values[30] = 5 * MICRO
    found = Cargo.of(Book(roster.find, PROFILES.get), ONE_LEG)
    return verdicts(found, {"van-1": {**front, **rear}})["p"]


def hot(start: int, end: int) -> dict[str, Samples]:
    times = [DAY + n * MINUTE_MS for n in range(200)]
    values = [round((9 if start <= n < end else 2 + n % 2 / 10) * MICRO) for n in range(200)]
    return {REAR: Samples(times, values)}


@pytest.mark.parametrize(
    ("first", "then", "verdict"),
    [
        (True, True, "reject"),
        (False, True, "reject"),
        (True, False, "accept"),
        (False, False, "accept"),
    ],
)
def test_a_channel_counts_for_a_parcel_while_the_registry_says_so(
    first: bool, then: bool, verdict: str
) -> None:
    roster = roster_with(
        (0, {REAR: ChannelEntry(counts=first)}), (20, {REAR: ChannelEntry(counts=then)})
    )
    assert judged_by(roster, hot(30, 90)) == verdict


@pytest.mark.parametrize("rear", [{}, {REAR: Samples()}])
def test_a_channel_that_counts_and_was_never_heard_is_unknown_time(
    rear: dict[str, Samples],
) -> None:
    assert judged_by(roster_with((0, {REAR: ChannelEntry()})), rear) == "review"
    assert judged_by(roster_with((0, {REAR: ChannelEntry(counts=False)})), rear) == "accept"


def test_the_van_is_judged_by_the_strictest_aboard_and_names_who_was_there() -> None:
    one = cargo()
    enrolled = one.find("van-1")
    assert isinstance(enrolled, Enrolled)
    [found] = [one.named(each) for each in records_of(enrolled, air(6))]
    assert (found.profile, found.start) == ("fish", iso(DAY + 60 * MINUTE_MS))
    assert found.parcels == ["q", "p"]
    assert one.find("room-2") is None


def test_two_values_at_one_time_count_for_those_who_were_there_then() -> None:
    city = {"room-1": air(12), "van-1": air(2)}
    twice = city["van-1"]["main.air"]
    twice.times.append(DAY + 110 * MINUTE_MS)
    twice.values.append(3 * MICRO)
    assert verdicts(cargo(), city) == {"p": "review", "q": "accept"}


@given(st.randoms(use_true_random=False), st.lists(st.sampled_from(WAY), max_size=4))
def test_scans_in_any_order_and_with_repeats_make_one_cargo(
    shuffler: random.Random, again: list[CustodyEvent]
) -> None:
    mixed = [*WAY, *again]
    shuffler.shuffle(mixed)
    assert cargo(mixed) == cargo()
