"""What devices are told of a parcel, and when its legs are measured."""

from coldchain.book import Book
from coldchain.custody import Act, CustodyEvent
from coldchain.parcel_records import AboardRecord
from coldchain.times import iso
from runtime.profiles import load_profiles
from streams.parcels.memory import ParcelMemory, pack, unpack, waits_for_readings

T0 = 1_795_413_600_000
BOOK = Book(lambda device: None, load_profiles().get)


def scan(minute: int, act: Act, device: str) -> CustodyEvent:
    return CustodyEvent(
        id=f"{minute}-{act}",
        parcel="p",
        act=act,
        at=iso(T0 + minute * 60_000),
        device=device,
        profile="frozen",
    )


def told(memory: ParcelMemory, *events: CustodyEvent) -> tuple[list[AboardRecord], bool]:
    """What devices are told after these scans, and whether a leg's readings are waited for."""
    before = unpack(pack(memory))
    for event in events:
        assert memory.add(event)
    news = memory.news(BOOK, BOOK.way(memory.events))
    return news, waits_for_readings(before, news)


def berths(news: list[AboardRecord]) -> dict[str, list[bool]]:
    """By device: whether each berth has ended."""
    return {one.device: [berth.end is not None for berth in one.berths] for one in news}


def test_only_devices_for_which_something_changed_are_told() -> None:
    memory = ParcelMemory()
    assert berths(told(memory, scan(0, "loaded", "room-1"))[0]) == {"room-1": [False]}
    assert berths(told(memory, scan(0, "loaded", "room-1"))[0]) == {}
    assert berths(told(memory, scan(9, "loaded", "van-1"))[0]) == {
        "room-1": [True],
        "van-1": [False],
    }
    assert berths(told(memory, scan(10, "inspected", "van-1"))[0]) == {}


def test_a_device_where_it_never_was_after_all_is_told_so() -> None:
    memory = ParcelMemory()
    told(memory, scan(5, "loaded", "van-9"))
    memory.events = [scan(5, "loaded", "van-1")]
    news, _ = told(memory)
    assert berths(news) == {"van-1": [False], "van-9": []}
    assert berths(told(memory)[0]) == {}


def test_a_leg_that_ends_waits_for_its_readings_and_nothing_else_does() -> None:
    memory = ParcelMemory()
    assert told(memory, scan(0, "loaded", "room-1"))[1] is False
    assert told(memory, scan(9, "unloaded", "room-1"))[1] is True
    assert told(memory, scan(9, "held", "room-1"))[1] is False
    assert told(memory, scan(20, "delivered", "room-1"))[1] is False


def test_a_parcel_scanned_without_end_stops_growing() -> None:
    memory = ParcelMemory()
    taken = [memory.add(scan(minute, "inspected", "van-1")) for minute in range(1_001)]
    assert (taken.count(True), taken[-1]) == (1_000, False)
    assert memory.add(scan(3, "inspected", "van-1"))  # it has that one
