"""How much longer the goods aboard may be out of limits, as a message says it."""

from typing import Any

import msgspec
import pytest
from alert_world import START

from alerts.allowances import Allowance, least_left
from alerts.database import transaction
from alerts.taking import Taking
from broker.topics import ABOARD
from coldchain.limits import Limit
from coldchain.parcel_records import AboardRecord, BerthRecord, BudgetRecord, aboard_key
from coldchain.profile import Profile
from coldchain.times import MINUTE_MS, iso

PROFILE = Profile(
    "iced-seafood",
    {"en": "Iced seafood"},
    (
        Limit("warm", "above", 4_000_000, 30 * MINUTE_MS, "critical"),
        Limit("warm-in-all", "above", 4_000_000, 240 * MINUTE_MS, "critical", mode="cumulative"),
        Limit("hot", "above", 10_000_000, 20 * MINUTE_MS, "critical"),
        Limit("mild", "above", 2_000_000, 20 * MINUTE_MS, "warning"),
        Limit("freezing", "below", -1_000_000, 0, "warning"),
    ),
    max_gap=10 * MINUTE_MS,
    unknown_allowance=0,
    sampling=MINUTE_MS,
)
PROFILES = {PROFILE.id: PROFILE}


def _aboard(
    parcel: str, left: float, *, since: int = START, until: int | None = None, place: str = "main"
) -> AboardRecord:
    end = None if until is None else iso(until)
    return AboardRecord(
        device="van-1",
        parcel=parcel,
        profile=PROFILE.id,
        berths=[BerthRecord(compartment=place, start=iso(since), end=end)],
        budgets=[
            BudgetRecord(
                limit="warm-in-all",
                allowed_minutes=240.0,
                used_minutes=240.0 - left,
                left_minutes=left,
                degree_minutes=0.0,
            )
        ],
    )


def _left(record: Any, *aboard: AboardRecord, after: int = 20, most: int = 2) -> Any:
    now = START + after * MINUTE_MS
    return least_left(record, aboard, PROFILES, now, most)


def test_what_is_left_is_what_the_legs_before_left_less_this_breach(make_record: Any) -> None:
    aboard = (_aboard("p1", 60.0), _aboard("p2", 35.0), _aboard("p3", 240.0))
    assert _left(make_record(), *aboard) == (
        Allowance("p2", 15 * MINUTE_MS),
        Allowance("p1", 40 * MINUTE_MS),
    )


def test_a_parcel_that_came_aboard_in_mid_breach_counts_from_then(make_record: Any) -> None:
    late = _aboard("p1", 60.0, since=START + 15 * MINUTE_MS)
    assert _left(make_record(), late) == (Allowance("p1", 55 * MINUTE_MS),)


def test_never_less_than_nothing(make_record: Any) -> None:
    assert _left(make_record(), _aboard("p1", 5.0)) == (Allowance("p1", 0),)


def test_what_ended_or_was_last_seen_counts_to_then(make_record: Any) -> None:
    p1 = _aboard("p1", 60.0)
    ended = make_record(state="closed", end=iso(START + 5 * MINUTE_MS))
    assert _left(ended, p1) == (Allowance("p1", 55 * MINUTE_MS),)
    presumed = make_record(state="presumed", minutes=12.0)
    assert _left(presumed, p1, after=100) == (Allowance("p1", 48 * MINUTE_MS),)


@pytest.mark.parametrize(("limit", "counts"), [("hot", True), ("mild", False), ("freezing", False)])
def test_a_breach_counts_where_it_is_beyond_the_budgets_own_limit(
    make_record: Any, limit: str, counts: bool
) -> None:
    assert bool(_left(make_record(limit=limit), _aboard("p1", 60.0))) is counts


def test_who_is_elsewhere_gone_or_of_unknown_goods_is_left_out(make_record: Any) -> None:
    others = (
        _aboard("p1", 60.0, place="rear"),
        _aboard("p2", 60.0, until=START + MINUTE_MS),
        msgspec.structs.replace(_aboard("p3", 60.0), profile="unheard-of"),
        msgspec.structs.replace(_aboard("p4", 60.0), budgets=[]),
    )
    assert _left(make_record(), *others) == ()


def _take(world: Any, key: bytes, value: bytes | None) -> None:
    taking = Taking(world.db, world.books, lambda topic: topic.name)
    came = Came(ABOARD.name, 0, 0, key, value)
    with transaction(world.db):
        taking.take(came, world.now)


class Came(msgspec.Struct):
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


def test_a_message_names_the_parcels_with_the_least_time_left(
    make_world: Any, make_record: Any
) -> None:
    world = make_world(profiles=PROFILES)
    world.enrol()
    for one in (_aboard("SF1304210331", 60.0), _aboard("SF1304210332", 10.0)):
        _take(world, aboard_key("van-1", one.parcel), msgspec.json.encode(one))
    parcels = ["SF1304210331", "SF1304210332"]
    world.now += 20 * MINUTE_MS
    world.say(make_record(parcels=parcels, parcels_total=2))
    world.deliver()
    body = world.heard[0][2].message.body
    assert "包裹 2 件（…210331 …210332）。" in body
    assert "累计余量最少：…210332 已用完，…210331 至多还剩 40 分钟。" in body


def test_a_parcel_that_left_or_was_taken_off_is_forgotten(world: Any) -> None:
    def kept() -> list[str]:
        return [row["parcel"] for row in world.db.execute("SELECT parcel FROM aboard")]

    one = _aboard("p1", 60.0)
    for gone in (msgspec.json.encode(_aboard("p1", 60.0, until=START + 1)), None):
        _take(world, aboard_key("van-1", "p1"), msgspec.json.encode(one))
        assert kept() == ["p1"]
        _take(world, aboard_key("van-1", "p1"), gone)
        assert kept() == []
    _take(world, b"van-1/p1", b"not a record")
    assert world.db.execute("SELECT count(*) FROM refused").fetchone()[0] == 1
