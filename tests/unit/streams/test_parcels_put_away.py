"""Which parcels leave the workers' state, and what is left of them."""

import pytest

from coldchain.book import Book
from coldchain.custody import Act, CustodyEvent
from coldchain.parcel_records import ParcelRecord
from coldchain.times import DAY_MS, iso
from runtime.profiles import load_profiles
from streams.memories import partition_of
from streams.parcels.memory import ParcelMemory, pack, unpack
from streams.parcels.tidy import AT_ONCE, FORGET_MS, Tidy, left_of

T0 = 1_795_413_600_000
BOOK = Book(lambda device: None, load_profiles().get)


def scan(minute: int, act: Act) -> CustodyEvent:
    at = iso(T0 + minute * 60_000)
    return CustodyEvent(id=f"{minute}", parcel="p", act=act, at=at, device="v", profile="frozen")


SCANS = [scan(0, "loaded"), scan(9, "delivered")]


def record(delivered: str | None, is_held: bool = False) -> ParcelRecord:
    return ParcelRecord(
        parcel="p",
        profile="frozen",
        until=iso(T0),
        stretches=[],
        unknown_minutes=0.0,
        budgets=[],
        shelf_life_used=None,
        verdict="accept",
        reasons=[],
        delivered=delivered,
        is_held=is_held,
        problems=[],
    )


def parcel(said: ParcelRecord | None, *scans: CustodyEvent) -> ParcelMemory:
    memory = ParcelMemory(first=3, last=8, touched=T0, said=said)
    for one in scans:
        memory.add(one)
    memory.news(BOOK, BOOK.way(memory.events))
    return memory


OVER = parcel(record(iso(T0)), *SCANS)


@pytest.mark.parametrize(
    "memory",
    [
        parcel(None, *SCANS),
        parcel(record(None), SCANS[0]),
        parcel(record(iso(T0), is_held=True), *SCANS),
        parcel(record(iso(T0)), *SCANS, scan(20, "loaded")),
    ],
    ids=["its end is not said", "under way", "held", "loaded again"],
)
def test_a_parcel_that_is_not_over_stays_however_long_nothing_comes(memory: ParcelMemory) -> None:
    assert left_of(memory, T0 + 400 * DAY_MS, DAY_MS) is memory


def test_a_parcel_that_is_over_is_put_away_when_nothing_came_for_so_long() -> None:
    assert left_of(OVER, T0 + DAY_MS, DAY_MS) is OVER
    away = left_of(OVER, T0 + DAY_MS + 1, DAY_MS)
    assert away is not None
    assert away.is_away
    assert (away.first, away.last, away.touched) == (3, 8, T0)
    assert len(pack(away)) < 40
    assert left_of(away, T0 + FORGET_MS, DAY_MS) is away
    assert left_of(away, T0 + FORGET_MS + 1, DAY_MS) is None


def test_what_was_put_away_and_read_again_tells_devices_nothing_that_they_know() -> None:
    away = unpack(pack(OVER.put_away()))
    away.read_again(SCANS, BOOK)
    assert away.events == OVER.events
    assert away.news(BOOK, BOOK.way(away.events)) == []


def test_only_parcels_of_its_own_partitions_are_put_away_few_at_a_time() -> None:
    names = [f"p{number}" for number in range(AT_ONCE * 2)]
    packed = {name.encode(): pack(OVER) for name in names}
    tidy = Tidy(packed, lambda: [1], 4, DAY_MS)
    now = T0 + 2 * DAY_MS
    rounds = [tidy.few({}, now) for _ in range(5)]
    assert max(map(len, rounds)) <= AT_ONCE
    found = {name: place for one in rounds for name, (place, _) in one.items()}
    assert found == {name: 1 for name in names if partition_of(name.encode(), 4) == 1}


def test_what_a_worker_keeps_outranks_what_the_changelog_had() -> None:
    going_on = pack(parcel(record(None), SCANS[0]))
    tidy = Tidy({b"p": pack(OVER)}, lambda: [0], 1, DAY_MS)
    assert [tidy.few({"p": going_on}, T0 + 2 * DAY_MS) for _ in range(3)] == [{}, {}, {}]
