"""Who is aboard decides by what a compartment is judged, dated like the registry."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from coldchain.aboard import Berth, first_difference, manned, parcels_in, with_parcels
from coldchain.celsius import MICRO
from coldchain.enrolment import Enrolled, Plans
from coldchain.excursions import Excursion
from coldchain.judge import Plan
from coldchain.limits import Limit
from coldchain.parcel import strictest
from coldchain.profile import Profile
from coldchain.registry import CompartmentEntry, Duty, Entry, Registration
from coldchain.saying import record
from coldchain.times import MINUTE_MS, from_iso, iso

DAY = from_iso("2026-11-23T00:00:00Z")


def profile(name: str, above: int) -> Profile:
    limit = Limit("warm", "above", above * MICRO, 30 * MINUTE_MS, "critical")
    return Profile(name, {}, (limit,), 10 * MINUTE_MS, 60 * MINUTE_MS, 10 * MINUTE_MS)


PROFILES = {one.id: one for one in (profile("fish", 4), profile("milk", 8), profile("fruit", 12))}


def at(minute: int) -> int:
    return DAY + minute * MINUTE_MS


def entry(minute: int, own: str = "milk", duty: Duty = "in-service") -> Entry:
    box = {name: CompartmentEntry(profile=own, duty=duty) for name in ("main", "rear")}
    return Entry(since=iso(at(minute)), kind="van", asset="V1", compartments=box)


def registered(*entries: Entry) -> Registration:
    return Registration(device="van-1", history=list(entries) or [entry(0)])


def berth(
    start: int, end: int | None, own: str = "fish", compartment: str = "main", parcel: str = "p"
) -> Berth:
    return Berth(parcel, compartment, at(start), None if end is None else at(end), own)


def judged(one: Registration, minute: int, compartment: str = "main") -> tuple[str, Duty]:
    found = one.in_force(at(minute))
    assert found is not None
    placed = found.compartments[compartment]
    return placed.profile, placed.duty


def test_a_compartment_is_judged_by_the_parcel_aboard_while_it_is_aboard() -> None:
    one = manned(registered(), [berth(10, 20)], PROFILES.get)
    said = [judged(one, minute)[0] for minute in (9, 10, 19, 20)]
    assert said == ["milk", "fish", "fish", "milk"]
    assert judged(one, 15, "rear")[0] == "milk"


def test_an_empty_or_broken_compartment_is_judged_while_a_parcel_is_aboard() -> None:
    plain = registered(entry(0, duty="empty"))
    one = manned(plain, [berth(10, 20)], PROFILES.get)
    assert [judged(one, minute)[1] for minute in (5, 15, 25)] == ["empty", "in-service", "empty"]
    plan = Enrolled.of(one, Plans(PROFILES)).post(1, "main.air").plan
    assert plan is not None
    assert plan.profile == "fish"


def test_goods_that_change_nothing_leave_the_history_as_it_is() -> None:
    plain = registered()
    assert manned(plain, [], PROFILES.get) is plain
    assert manned(plain, [berth(10, 20, "milk")], PROFILES.get) == plain
    assert manned(plain, [berth(10, 20, "nobody-knows-it")], PROFILES.get) is plain


def test_what_the_registry_changes_meanwhile_holds_for_the_rest() -> None:
    one = manned(registered(entry(0), entry(15, "fruit")), [berth(10, 20)], PROFILES.get)
    said = [judged(one, minute)[0] for minute in (5, 12, 17, 25)]
    assert said == ["milk", "fish", "fish", "fruit"]
    assert judged(one, 17, "rear")[0] == "fruit"


BERTHS = st.lists(
    st.builds(
        lambda start, length, own, box: berth(
            start, None if length is None else start + length, own, box, f"{start}-{length}"
        ),
        st.integers(-20, 60),
        st.none() | st.integers(0, 30),
        st.sampled_from(sorted(PROFILES)),
        st.sampled_from(["main", "rear"]),
    ),
    max_size=8,
)


@given(BERTHS, st.integers(0, 100), st.sampled_from(["main", "rear"]))
def test_at_every_minute_the_strictest_aboard_judges(
    berths: Sequence[Berth], minute: int, compartment: str
) -> None:
    one = manned(registered(entry(0), entry(30, "fruit")), berths, PROFILES.get)
    aboard = [
        PROFILES[b.profile]
        for b in berths
        if b.compartment == compartment
        and b.start <= at(minute)
        and (b.end is None or at(minute) < b.end)
    ]
    strict = strictest(aboard)
    own = "milk" if minute < 30 else "fruit"
    assert judged(one, minute, compartment)[0] == (own if strict is None else strict.id)


@given(BERTHS, BERTHS, st.sampled_from(["main", "rear"]))
def test_the_first_difference_is_where_two_begin_to_judge_differently(
    some: Sequence[Berth], others: Sequence[Berth], compartment: str
) -> None:
    old, new = (manned(registered(), berths, PROFILES.get) for berths in (some, others))
    differs = [m for m in range(100) if judged(old, m, compartment) != judged(new, m, compartment)]
    expected = at(differs[0]) if differs else None
    assert first_difference(old, new, compartment) == expected


def test_an_excursion_names_the_parcels_that_were_there() -> None:
    found = Excursion("warm", "critical", at(10), at(10), 5 * MICRO, at(12), None, at(20))
    plan = Plan.of(PROFILES["milk"], "air")
    plain = record("closed", "van-1", "main.air", plan, found, 7)
    berths = [
        berth(0, 10, parcel="left-before"),
        berth(0, 11, parcel="long-there"),
        berth(5, None, parcel="there"),
        berth(20, None, parcel="came-at-the-end"),
        berth(21, None, parcel="came-after"),
        berth(5, None, compartment="rear", parcel="elsewhere"),
    ]
    named = with_parcels(plain, berths)
    assert named.parcels == ["long-there", "there", "came-at-the-end"]
    assert named.parcels_total == 3
    many = [berth(0, None, parcel=f"{n:03}") for n in range(60)]
    assert (len(with_parcels(plain, many).parcels), with_parcels(plain, many).parcels_total) == (
        50,
        60,
    )
    assert parcels_in(berths, "main", at(30), None) == ["there", "came-at-the-end", "came-after"]
